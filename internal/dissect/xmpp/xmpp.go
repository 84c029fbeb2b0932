// Package xmpp reads the opening of XMPP streams: which domain is spoken to, how a
// server lets clients in, and whether they do it in clear. Addresses and messages
// are never told.
package xmpp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyTo        = "xmpp.to"   // of a client: the domain it wants
	keyFrom      = "xmpp.from" // of a server: the domain it serves
	keyMechanism = "xmpp.mechanism"
)

// Places in heron.FlowScratch.Data.
const (
	atTLS  = 0
	atTags = 1
	atText = 2 // what follows is a mechanism's name
)

const (
	maxTag  = 2 << 10
	maxTags = 60
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "xmpp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{5222, 5269},
		Spec:    "RFC 6120",
		Starts:  []byte("<"),
		Probe:   func(b []byte, _ bool) bool { return isStream(b) || isStanza(b) },
		Dissect: read,
	}
}

// isStream reports whether a stream is opened at the start of b.
func isStream(b []byte) bool {
	b = bytes.TrimLeft(b[:min(len(b), 512)], " \r\n")
	if bytes.HasPrefix(b, []byte("<?xml ")) {
		_, b, _ = bytes.Cut(b, []byte("?>"))
		b = bytes.TrimLeft(b, " \r\n")
	}
	return bytes.HasPrefix(b, []byte("<stream:stream ")) && bytes.Contains(b, []byte("jabber:"))
}

// stanzas are what streams carry once they are open (RFC 6120 §8); every one has
// attributes.
var stanzas = [...]string{"<iq ", "<message ", "<presence "}

// isStanza reports whether b begins with one.
func isStanza(b []byte) bool {
	for _, name := range stanzas {
		if rest, found := bytes.CutPrefix(b, []byte(name)); found {
			known, _, found := bytes.Cut(rest[:min(len(rest), 16)], []byte("="))
			return found && line.IsOneOf(known, "id", "type", "to", "from", "xml:lang", "xmlns")
		}
	}
	return false
}

// mayOpen reports whether what is there of b may become a stream's opening, or a stanza.
func mayOpen(b []byte) bool {
	const longest = len("<presence xml:lang=")
	for _, name := range stanzas {
		if len(b) < longest && wire.CanBegin(b, name) {
			return true
		}
	}
	return len(b) < 512 && (wire.CanBegin(b, "<?xml version") || wire.CanBegin(b, "<stream:stream "))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	data := &m.Flow.Data
	if data[atTLS] == 2 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if m.Flow.Protocol == 0 && isStanza(b) {
		return heron.Verdict{Consumed: len(b), Done: true}, nil // the opening was missed
	}
	if m.Flow.Protocol == 0 && !isStream(b) {
		if mayOpen(b) {
			return heron.Verdict{}, nil
		}
		return heron.Verdict{}, dissect.ErrNotMine
	}
	end := bytes.IndexByte(b[:min(len(b), maxTag)], '>') + 1
	if end == 0 {
		if len(b) >= maxTag || !wire.Printable(b) {
			return heron.Verdict{Done: true}, nil
		}
		return heron.Verdict{}, nil
	}
	data[atTags]++
	text, tag, _ := bytes.Cut(b[:end], []byte("<"))
	if data[atText] == 1 && !m.FromClient {
		out.Observe(m.Sender(), keyMechanism, text)
	}
	return heron.Verdict{Consumed: end, Done: element(tag, m, out) || data[atTags] >= maxTags}, nil
}

// element reads one tag, and reports whether there is nothing more to learn.
func element(tag []byte, m *heron.Message, out dissect.Emitter) bool {
	data := &m.Flow.Data
	name, _ := line.Word(tag)
	name = bytes.TrimRight(name, "/>")
	data[atText] = 0
	switch string(name) {
	case "stream:stream":
		if m.FromClient {
			out.Observe(m.Sender(), keyTo, attribute(tag, " to="))
		} else {
			out.Observe(m.Sender(), keyFrom, attribute(tag, " from="))
		}
	case "mechanism":
		data[atText] = 1
	case "starttls":
		if m.FromClient {
			data[atTLS] = 1
		}
	case "proceed":
		if data[atTLS] == 1 && !m.FromClient {
			data[atTLS] = 2
		}
	case "auth":
		if mechanism := attribute(tag, " mechanism="); m.FromClient && line.IsOneOf(mechanism, "PLAIN") {
			dissect.ClearLogin(out, "xmpp")
		}
	case "not-authorized":
		dissect.LoginFailed(out, "xmpp", "")
	case "success", "message", "presence":
		return true
	}
	return false
}

// attribute returns the value of an attribute, in either kind of quotes.
func attribute(tag []byte, name string) []byte {
	_, rest, found := bytes.Cut(tag, []byte(name))
	if !found || len(rest) < 2 || rest[0] != '\'' && rest[0] != '"' {
		return nil
	}
	value, _, _ := bytes.Cut(rest[1:], rest[:1])
	return value
}
