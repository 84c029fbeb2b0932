// Package pop reads the opening of POP3 sessions: how a server greets, what it can
// do, and logins. Names, passwords and mails are never told.
package pop

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyBanner         = "pop.banner"
	keyCapability     = "pop.capability"
	keyImplementation = "pop.implementation"
)

// Limits on what is looked at.
const (
	maxLine  = 1 << 10
	maxLines = 100 // of a connection
)

// Places in heron.FlowScratch.Data.
const (
	atGreeted = 0
	atCAPA    = 1 // capabilities were asked for, or are being listed
	atLogin   = 2
	atTLS     = 3
	atLines   = 4
)

// Stages of what is asked for.
const (
	asked = 1
	given = 2
)

const port = 110

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "pop",
		Over:    dissect.OverTCP,
		Ports:   []uint16{port},
		Spec:    "RFC 1939; RFC 2449 (CAPA); RFC 2595 (STLS); RFC 5034 (AUTH)",
		Starts:  []byte("+"),
		Probe:   probe,
		Dissect: read,
	}
}

// probe takes a greeting that names the protocol, or has the mark of APOP: other
// protocols say +OK as well.
func probe(b []byte, fromClient bool) bool {
	text, n, err := line.Next(b, maxLine)
	return !fromClient && err == nil && n > 0 && bytes.HasPrefix(text, []byte("+OK ")) &&
		(line.Contains(text, "pop3") || line.Contains(text, " pop ") || bytes.Contains(text, []byte("@")) && bytes.HasSuffix(text, []byte(">")))
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
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
		end, err = client(text, m, out)
	} else {
		err = server(text, m, out)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	if data[atLines]++; data[atLines] >= maxLines {
		end = true
	}
	return heron.Verdict{Consumed: n, Done: end}, nil
}

// client reads a command. With the first that asks for mails there is nothing
// more to learn.
func client(text []byte, m *heron.Message, out dissect.Emitter) (end bool, err error) {
	data := &m.Flow.Data
	verb, rest := line.Word(text)
	switch {
	case m.Flow.Protocol == 0 && !line.IsOneOf(verb, "USER", "CAPA", "APOP", "STLS") && !goesOn(verb, rest, m.DstPort):
		return false, dissect.ErrNotMine
	case line.Is(verb, "CAPA"):
		data[atCAPA] = asked
	case line.Is(verb, "STLS"):
		data[atTLS] = asked
	case line.Is(verb, "APOP"):
		data[atLogin] = asked
	case line.Is(verb, "PASS"):
		data[atLogin] = asked
		login(out)
	case line.Is(verb, "AUTH") && len(rest) > 0:
		data[atLogin] = asked
		if mechanism, _ := line.Word(rest); line.IsOneOf(mechanism, "PLAIN", "LOGIN") {
			login(out)
		}
	case line.IsOneOf(verb, "STAT", "LIST", "UIDL", "RETR", "TOP", "DELE", "QUIT"):
		return true, nil
	}
	return false, nil
}

// goesOn reports whether a command is one of a session whose beginning was not
// seen: on the port, with an argument where it has one.
func goesOn(verb, rest []byte, to uint16) bool {
	switch {
	case to != port:
	case line.IsOneOf(verb, "STAT", "QUIT", "NOOP", "RSET"):
		return len(rest) == 0
	case line.IsOneOf(verb, "PASS", "RETR", "DELE", "TOP"):
		return len(rest) > 0
	default:
		return line.IsOneOf(verb, "AUTH", "LIST", "UIDL")
	}
	return false
}

func login(out dissect.Emitter) {
	dissect.ClearLogin(out, "pop")
}

// server reads a line of an answer.
func server(text []byte, m *heron.Message, out dissect.Emitter) error {
	data := &m.Flow.Data
	ok, failed := bytes.HasPrefix(text, []byte("+OK")), bytes.HasPrefix(text, []byte("-ERR"))
	switch {
	case m.Flow.Protocol == 0 && !ok && !failed:
		return dissect.ErrNotMine
	case data[atCAPA] == given:
		if len(text) > 0 && text[0] == '.' {
			data[atCAPA] = 0
			return nil
		}
		out.Observe(m.Sender(), keyCapability, text)
		if word, rest := line.Word(text); line.Is(word, "IMPLEMENTATION") {
			out.Observe(m.Sender(), keyImplementation, rest)
		}
	case ok && data[atGreeted] == 0:
		data[atGreeted] = 1
		_, rest := line.Word(text)
		out.Observe(m.Sender(), keyBanner, rest)
	case ok && data[atTLS] == asked:
		data[atTLS] = given
	case ok && data[atCAPA] == asked:
		data[atCAPA] = given
	case failed:
		if data[atLogin] == asked {
			dissect.LoginFailed(out, "pop", "")
		}
		data[atTLS], data[atCAPA], data[atLogin] = 0, 0, 0
	}
	return nil
}
