// Package imap reads the opening of IMAP sessions: how a server greets, what it
// can do, what both sides call themselves, and logins. Names, passwords, folders
// and mails are never told.
package imap

import (
	"bytes"
	"math"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner     = "imap.banner"
	keyCapability = "imap.capability" // all of them, as the server lists them
	prefixID      = "imap.id."        // and the field (RFC 2971)
)

// Limits on what is looked at.
const (
	maxLine  = 4 << 10
	maxLines = 100 // of a connection
	maxKey   = 24
	maxPairs = 16
)

// Places in heron.FlowScratch.Data.
const (
	atGreeted = 0
	atLogin   = 1
	atTLS     = 2
	atLines   = 3
)

// Stages of what is asked for.
const (
	asked = 1
	given = 2
)

const port = 143

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{ids: dissect.KeyMaker{Prefix: prefixID}}
	return dissect.Protocol{
		Name:    "imap",
		Over:    dissect.OverTCP,
		Ports:   []uint16{port},
		Spec:    "RFC 9051; RFC 3501; RFC 2971 (ID)",
		Starts:  []byte("*"),
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a greeting that names the protocol.
func probe(b []byte, fromClient bool) bool {
	text, n, err := line.Next(b, maxLine)
	return !fromClient && err == nil && n > 0 && isGreeting(text) && line.Contains(text, "imap")
}

func isGreeting(text []byte) bool {
	return bytes.HasPrefix(text, []byte("* OK")) || bytes.HasPrefix(text, []byte("* PREAUTH")) || bytes.HasPrefix(text, []byte("* BYE"))
}

type dissector struct {
	ids dissect.KeyMaker
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if data[atTLS] == given {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	text, n, err := line.Next(r.Rest(), maxLine)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if n == 0 {
		return heron.Verdict{}, nil
	}
	end := false
	if m.FromClient {
		end, err = d.client(text, m, out)
	} else {
		err = d.server(text, m, out)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	if data[atLines]++; data[atLines] >= maxLines {
		end = true
	}
	return heron.Verdict{Consumed: n, Done: end}, nil
}

// client reads a command: a tag, a verb, arguments. With the first that opens a
// folder there is nothing more to learn.
func (d *dissector) client(text []byte, m *heron.Message, out dissect.Emitter) (end bool, err error) {
	data := &m.Flow.Data
	tag, rest := line.Word(text)
	verb, rest := line.Word(rest)
	switch {
	case m.Flow.Protocol == 0 && (len(tag) > 16 || !line.IsOneOf(verb, "CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS", "ID", "NOOP") && !goesOn(verb, m.DstPort)):
		return false, dissect.ErrNotMine
	case line.Is(verb, "STARTTLS"):
		data[atTLS] = asked
	case line.Is(verb, "LOGIN"):
		data[atLogin] = asked
		dissect.ClearLogin(out, "imap")
	case line.Is(verb, "AUTHENTICATE"):
		data[atLogin] = asked
		if mechanism, _ := line.Word(rest); line.IsOneOf(mechanism, "PLAIN", "LOGIN") {
			dissect.ClearLogin(out, "imap")
		}
	case line.Is(verb, "ID"):
		d.id(rest, m, out)
	case line.IsOneOf(verb, "SELECT", "EXAMINE", "FETCH", "APPEND", "LOGOUT"):
		return true, nil
	}
	return false, nil
}

// goesOn reports whether a verb is one of a session whose beginning was not seen.
func goesOn(verb []byte, to uint16) bool {
	return to == port && line.IsOneOf(verb, "SELECT", "EXAMINE", "FETCH", "UID", "LIST", "LSUB", "STATUS", "SEARCH", "STORE", "LOGOUT", "APPEND",
		"NAMESPACE", "IDLE", "CLOSE", "EXPUNGE", "ENABLE", "CREATE", "SUBSCRIBE")
}

// answers reports whether a line is an answer in such a session.
func answers(tag, word, after []byte, from uint16) bool {
	if from != port {
		return false
	}
	if len(tag) == 1 && tag[0] == '*' {
		return line.IsOneOf(word, "CAPABILITY", "FLAGS", "LIST", "LSUB", "SEARCH", "STATUS", "NAMESPACE", "ID") ||
			isNumber(word) && (line.IsOneOf(after, "EXISTS", "RECENT", "EXPUNGE") || line.HasPrefix(after, "FETCH ("))
	}
	return len(tag) > 0 && len(tag) <= 16 && line.IsOneOf(word, "OK", "NO", "BAD") && len(after) > 0
}

func isNumber(b []byte) bool {
	_, ok := line.Number(b, math.MaxInt32)
	return ok
}

// server reads one line of what the server says.
func (d *dissector) server(text []byte, m *heron.Message, out dissect.Emitter) error {
	data := &m.Flow.Data
	tag, rest := line.Word(text)
	word, after := line.Word(rest)
	untagged := len(tag) == 1 && tag[0] == '*'
	if m.Flow.Protocol == 0 && !isGreeting(text) && !answers(tag, word, after, m.SrcPort) {
		return dissect.ErrNotMine
	}
	switch {
	case untagged && data[atGreeted] == 0 && isGreeting(text):
		data[atGreeted] = 1
		out.Observe(m.Sender(), keyBanner, after)
	case untagged && line.Is(word, "CAPABILITY"):
		out.Observe(m.Sender(), keyCapability, after)
	case untagged && line.Is(word, "ID"):
		d.id(after, m, out)
	case untagged:
	case line.Is(word, "OK"):
		if data[atTLS] == asked {
			data[atTLS] = given
		}
		data[atLogin] = 0
	case line.IsOneOf(word, "NO", "BAD"):
		if data[atLogin] == asked && line.Is(word, "NO") {
			dissect.LoginFailed(out, "imap", "")
		}
		data[atTLS], data[atLogin] = 0, 0
	}
	return nil
}

// id tells the fields in which a program describes itself: ("name" "Example"
// "version" "1.0").
func (d *dissector) id(list []byte, m *heron.Message, out dissect.Emitter) {
	r := wire.NewReader(list)
	for range maxPairs {
		key := quoted(&r)
		value := quoted(&r)
		if r.Err() != nil {
			return
		}
		if line.IsOneOf(key, "name", "version", "vendor", "os", "os-version", "support-url", "command", "environment", "date") {
			out.Observe(m.Sender(), d.ids.Key(key, maxKey), value)
		}
	}
}

// quoted returns the next string in quotes.
func quoted(r *wire.Reader) []byte {
	r.Until('"', maxLine)
	return r.Until('"', maxLine)
}
