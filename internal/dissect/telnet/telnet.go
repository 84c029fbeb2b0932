// Package telnet reads the start of Telnet sessions: how a device greets, and
// that somebody logs in, which happens in clear. What is typed is never told.
package telnet

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/line"
	"github.com/heron-iot/heron/internal/wire"
)

const keyBanner = "telnet.banner" // all that the server says up to its first prompt

// Limits on what is looked at.
const (
	maxGreeting = 2 << 10
	maxLogins   = 24  // of a connection
	maxLines    = 120 // of a server since the last prompt
)

// Places in heron.FlowScratch.Data. The two halves of length say how much of the
// greeting was there when the server last spoke.
const (
	atStage  = 0
	atLength = 1
	atPrompt = 3 // a password was asked for
	atLogins = 4
	atLines  = 5
)

// Stages of a connection.
const (
	stageGreeting = iota
	stageTyped    // the client spoke; the greeting is what was there before
	stageGreeted
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "telnet",
		Over:    dissect.OverTCP,
		Ports:   []uint16{23, 2323},
		Spec:    "RFC 854; RFC 855 (options)",
		Probe:   func(b []byte, _ bool) bool { n, whole := negotiation(b); return whole && n >= 6 },
		Starts:  []byte{iac},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	n, whole := negotiation(b)
	switch {
	case n > 0:
		return heron.Verdict{Consumed: n}, nil
	case !whole:
		return heron.Verdict{}, nil
	case m.FromClient:
		return client(b, m, out)
	case m.Flow.Data[atStage] != stageGreeted:
		return d.greeting(b, m, out)
	}
	return server(b, m, out)
}

// Commands (RFC 854).
const (
	iac  = 0xff
	dont = 0xfe
	will = 0xfb
	sb   = 0xfa
	se   = 0xf0
	// lastOption is the highest option that is in use (RFC 2066 and a few after it).
	lastOption = 49
)

// negotiation returns how many bytes at the start of b negotiate options, and
// whether what follows them is whole: not the first part of a command.
func negotiation(b []byte) (n int, whole bool) {
	r := wire.NewReader(b)
	for r.Len() > 0 {
		n = r.Offset()
		if r.U8() != iac {
			return n, true
		}
		command, option := r.U8(), r.U8()
		switch {
		case r.Err() != nil:
			return n, command != 0 && !isCommand(command)
		case !isCommand(command) || option > lastOption && option != 0xff:
			return n, true
		case command == sb:
			for end := false; !end; {
				if r.Until(iac, 128); r.Err() != nil {
					return n, len(b)-n > 128
				}
				end = r.U8() == se
			}
		}
		if r.Err() != nil {
			return n, false
		}
	}
	return len(b), true
}

// isCommand reports whether a byte after IAC begins a negotiation.
func isCommand(c int) bool { return c >= sb && c <= dont }

// greeting keeps what the server says until its first prompt, or until the client
// types.
func (d *dissector) greeting(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	known := m.Flow.Protocol != 0
	end, password := prompt(b)
	if data[atStage] == stageTyped {
		end = int(data[atLength])<<8 | int(data[atLength+1])
		password = false
	}
	switch {
	case !known && end == 0:
		if printable(b) && len(b) < maxGreeting {
			return heron.Verdict{}, nil // somebody's greeting, perhaps with a prompt to come
		}
		return heron.Verdict{}, dissect.ErrNotMine
	case m.Gap:
		end = 0 // the middle of a session is no greeting
	case end == 0 && len(b) < maxGreeting:
		data[atLength], data[atLength+1] = byte(len(b)>>8), byte(len(b))
		return heron.Verdict{}, nil
	}
	if end > 0 {
		d.text = appendText(d.text[:0], b[:min(end, len(b))])
		out.Observe(m.Sender(), keyBanner, d.text)
	}
	data[atStage] = stageGreeted
	if password {
		data[atPrompt] = 1
	}
	return heron.Verdict{Consumed: max(1, min(end, len(b)))}, nil
}

// printable reports whether b is text, perhaps with escapes for the screen.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\r' && c != '\n' && c != '\t' && c != 0x1b && c != 0 && c != 7 && c != 8 {
			return false
		}
	}
	return true
}

// appendText appends what a person would read of b: not the commands in it.
func appendText(dst, b []byte) []byte {
	for r := wire.NewReader(b); r.Len() > 0; {
		switch c := r.U8(); {
		case c == iac:
			r.Skip(min(2, r.Len()))
		case c != 0:
			dst = append(dst, byte(c))
		}
	}
	return dst
}

// prompt returns where the first prompt for a login in b ends, 0 when there is
// none, and whether it asks for a password.
func prompt(b []byte) (end int, password bool) {
	for i := 0; ; {
		colon := bytes.IndexByte(b[i:], ':')
		if colon < 0 {
			return 0, false
		}
		i += colon + 1
		before := bytes.TrimRight(b[:i-1], " ")
		switch {
		case line.HasSuffix(before, "password"), line.HasSuffix(before, "passwd"):
			return i, true
		case line.HasSuffix(before, "login"), line.HasSuffix(before, "username"), line.HasSuffix(before, "user name"), line.HasSuffix(before, "user"):
			if !line.HasSuffix(before, "last login") {
				return i, false
			}
		}
	}
}

// client notes that the client typed, and that it sent a password: a line after
// it was asked for one.
func client(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if m.Flow.Protocol == 0 {
		return heron.Verdict{}, dissect.ErrNotMine // it may be anybody's
	}
	if data[atStage] == stageGreeting && data[atLength]|data[atLength+1] != 0 {
		data[atStage] = stageTyped
	}
	if data[atPrompt] == 1 && bytes.ContainsAny(b, "\r\n") {
		data[atPrompt] = 0
		data[atLogins]++
		data[atLines] = 0
		out.Event(heron.Event{Kind: "telnet.login"})
		dissect.ClearLogin(out, "telnet")
	}
	return heron.Verdict{Consumed: len(b), Done: data[atLogins] >= maxLogins}, nil
}

// server looks for prompts and refusals in what comes after the greeting, and
// ends with a session in which none comes for long.
func server(b []byte, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if end, password := prompt(b); end > 0 {
		refusal(b[:end], data, out)
		if password {
			data[atPrompt] = 1
		}
		return heron.Verdict{Consumed: end}, nil
	}
	end := bytes.IndexByte(b, '\n') + 1
	if end == 0 {
		if len(b) < maxGreeting {
			return heron.Verdict{}, nil
		}
		end = len(b)
	}
	refusal(b[:end], data, out)
	if data[atLines] < maxLines {
		data[atLines]++
	}
	return heron.Verdict{Consumed: end, Done: data[atLines] >= maxLines}, nil
}

// refusal reports a login that failed.
func refusal(text []byte, data *[12]byte, out dissect.Emitter) {
	if data[atLogins] == 0 || data[atLines] > 3 {
		return
	}
	for _, word := range [...]string{"incorrect", "denied", "failed", "invalid"} {
		if line.Contains(text, word) {
			data[atLines] = 4 // once for each login
			dissect.LoginFailed(out, "telnet", "")
			return
		}
	}
}
