// Package ftp reads the control connection of FTP: how a server greets, what
// system it says it is, and that somebody logs in, which happens in clear.
package ftp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner    = "ftp.banner"
	keySystem    = "ftp.system"
	keyAnonymous = "ftp.anonymous"
)

// Limits on what is looked at.
const (
	maxLine     = 1024
	maxReply    = 4 << 10 // with all its lines
	maxMessages = 200     // of a connection, after which it has nothing new
)

// Places in heron.FlowScratch.Data.
const (
	atGreeted  = 0
	atUser     = 1 // who was named last: userNamed or userAnonymous
	atMessages = 2
)

const (
	userNamed     = 1
	userAnonymous = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ftp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{21},
		Spec:    "RFC 959; RFC 4217 (TLS)",
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// probe takes greetings that name the protocol: others begin with 220 as well.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	return !fromClient && err == nil && n > 0 && n <= len(b) && bytes.HasPrefix(b, []byte("220")) && mentions(b[:n], "ftp")
}

// frame returns the length of a command or of a reply with all its lines (RFC 959
// §4.2): those between the first, "220-", and the last, "220 ", may be anything.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	first := r.Line(maxLine)
	switch {
	case r.Err() != nil && (len(b) >= maxLine || !text(b)):
		return 0, dissect.ErrNotMine
	case r.Err() != nil:
		return 0, nil
	case !text(first):
		return 0, dissect.ErrNotMine
	}
	code, separator, _ := parse(first)
	if code == 0 || separator != '-' {
		return r.Offset(), nil
	}
	for r.Len() > 0 && r.Offset() < maxReply {
		line := r.Line(maxLine)
		if r.Err() != nil {
			break
		}
		if c, s, _ := parse(line); c == code && s == ' ' {
			return r.Offset(), nil
		}
	}
	if len(b) >= maxReply {
		return 0, dissect.ErrNotMine
	}
	return 0, nil
}

// text reports whether b is a line of text in any character set.
func text(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// parse parts a reply: 0 when the line has no code.
func parse(line []byte) (code int, separator byte, rest []byte) {
	r := wire.NewReader(line)
	for range 3 {
		digit := r.U8()
		if digit < '0' || digit > '9' {
			return 0, 0, nil
		}
		code = 10*code + digit - '0'
	}
	separator = ' '
	if r.Len() > 0 {
		separator = byte(r.U8())
	}
	if separator != ' ' && separator != '-' || code < 100 || code > 659 {
		return 0, 0, nil
	}
	return code, separator, r.Rest()
}

// mentions reports whether a word stands in b, in capitals or not.
func mentions(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if bytes.EqualFold(b[i:i+len(word)], []byte(word)) {
			return true
		}
	}
	return false
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	var err error
	if m.FromClient {
		err = command(r, m, out)
	} else {
		err = d.reply(r, m, out)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	data := &m.Flow.Data
	data[atMessages]++
	return heron.Verdict{Done: data[atMessages] >= maxMessages}, nil
}

// command reads what a client wants. Only whether a name is everybody's is kept
// of it; a password is never looked at.
func command(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	verb, argument, _ := bytes.Cut(r.Line(maxLine), []byte(" "))
	if !isVerb(verb) && m.Flow.Protocol == 0 {
		return dissect.ErrNotMine
	}
	data := &m.Flow.Data
	switch {
	case bytes.EqualFold(verb, []byte("USER")):
		data[atUser] = userNamed
		name := bytes.TrimSpace(argument)
		if bytes.EqualFold(name, []byte("anonymous")) || bytes.EqualFold(name, []byte("ftp")) {
			data[atUser] = userAnonymous
		}
	case bytes.EqualFold(verb, []byte("PASS")) && data[atUser] == userNamed:
		out.Event(heron.Event{Kind: "auth.cleartext", Attrs: map[string]string{"scheme": "ftp"}})
	}
	return nil
}

// isVerb reports whether a client that nothing is known of may begin with it.
func isVerb(b []byte) bool {
	for _, verb := range [...]string{"USER", "AUTH", "FEAT", "SYST", "HELP", "QUIT", "NOOP", "OPTS"} {
		if bytes.EqualFold(b, []byte(verb)) {
			return true
		}
	}
	return false
}

// Replies (RFC 959 §4.2.1).
const (
	replySystem   = 215
	replyReady    = 220
	replyLoggedIn = 230
	replyNoLogin  = 530
)

func (d *dissector) reply(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	code, _, rest := parse(r.Line(maxLine))
	data := &m.Flow.Data
	if m.Flow.Protocol == 0 && (code != replyReady && code != 120 && code != 421 || isMail(m.Payload)) {
		return dissect.ErrNotMine
	}
	about := m.Sender()
	switch code {
	case replyReady:
		if data[atGreeted] == 0 {
			data[atGreeted] = 1
			d.text = appendLines(append(d.text[:0], rest...), r)
			out.Observe(about, keyBanner, d.text)
		}
	case replySystem:
		out.Observe(about, keySystem, rest)
	case replyLoggedIn:
		if data[atUser] == userAnonymous {
			out.ObserveString(about, keyAnonymous, "yes")
		}
	case replyNoLogin:
		if data[atUser] != 0 {
			out.Event(heron.Event{Kind: "auth.failed", Attrs: map[string]string{"scheme": "ftp", "code": "530"}})
		}
	}
	return nil
}

// isMail reports whether a greeting is that of a mail server.
func isMail(b []byte) bool { return mentions(b, "smtp") || mentions(b, " mail") && !mentions(b, "ftp") }

// appendLines appends the other lines of a reply, without codes.
func appendLines(dst []byte, r *wire.Reader) []byte {
	for r.Len() > 0 {
		line := r.Line(maxLine)
		if code, _, rest := parse(line); code != 0 {
			line = rest
		}
		dst = append(append(dst, "\r\n"...), line...)
	}
	return dst
}
