package syslog

import (
	"bytes"

	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Limits on parts of a head (RFC 5424 §6).
const (
	maxPriority = 191
	maxHost     = 255
	maxApp      = 48
	timeSize    = 15 // "Jan  2 15:04:05"
)

// read reads the head of a message, and reports whether it is one: a priority in
// angle brackets, then text.
func read(r *wire.Reader) (head, bool) {
	var h head
	if r.U8() != '<' || !priority(r) {
		return h, false
	}
	h.rest = r.Rest()
	start := h.rest[:min(len(h.rest), 64)]
	if len(bytes.TrimSpace(start)) == 0 || bytes.IndexFunc(start, func(c rune) bool { return c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0 }) >= 0 {
		return h, false
	}
	h.rest = bytes.TrimSpace(h.rest)
	if rest, ok := bytes.CutPrefix(h.rest, []byte("1 ")); ok {
		if h.standard(rest) {
			return h, true
		}
	}
	h.older()
	return h, true
}

// priority reads a number of one to three digits and a bracket (RFC 5424 §6.2.1).
func priority(r *wire.Reader) bool {
	n := 0
	for i := range 4 {
		c := r.U8()
		if c == '>' {
			return i > 0 && n <= maxPriority
		}
		if c < '0' || c > '9' {
			return false
		}
		n = 10*n + c - '0'
	}
	return false
}

// standard reads a head of RFC 5424: time, host, application, each "-" when it is
// not known.
func (h *head) standard(b []byte) bool {
	time, b, ok := bytes.Cut(b, []byte(" "))
	if !ok || !bytes.Equal(time, []byte("-")) && (len(time) < 19 || bytes.IndexByte(time, 'T') != 10) {
		return false
	}
	host, b, _ := bytes.Cut(b, []byte(" "))
	app, b, ok := bytes.Cut(b, []byte(" "))
	if !ok || len(host) > maxHost || len(app) > maxApp {
		return false
	}
	h.dated = true
	h.host, h.app, h.rest = known(host), known(app), b
	return true
}

func known(b []byte) []byte {
	if bytes.Equal(b, []byte("-")) || !isName(b) {
		return nil
	}
	return b
}

// older reads a head of RFC 3164: a time, a host and a program, of which devices
// leave out what they like. Cisco's have a number before the time, and a name
// between a percent sign and a severity after it.
func (h *head) older() {
	b := h.rest
	if number, rest, ok := bytes.Cut(b, []byte(": ")); ok && len(number) < 10 && len(bytes.Trim(number, "0123456789")) == 0 {
		b = bytes.TrimLeft(rest, "*.")
	}
	if isTime(b) {
		h.dated = true
		b = bytes.TrimLeft(b[timeSize:], " ")
		host, rest, ok := bytes.Cut(b, []byte(" "))
		if ok && (isName(host) || dissect.IsAddress(host)) && len(host) > 0 && !bytes.HasSuffix(host, []byte(":")) {
			h.host, b = host, rest
		}
	}
	h.app = program(b)
}

// program returns the program that a message begins with, as in "sshd[7]: …", or
// its part of a system, as in "%SYS-5-CONFIG_I: …".
func program(b []byte) []byte {
	if at := bytes.IndexByte(b, '%'); at >= 0 && at < 48 {
		name, rest, ok := bytes.Cut(b[at+1:], []byte("-"))
		if ok && len(rest) > 1 && rest[0] >= '0' && rest[0] <= '7' && rest[1] == '-' && isName(name) {
			return name
		}
	}
	end := bytes.IndexAny(b, "[: ")
	if end < 1 || end > maxApp || b[end] == ' ' || !isName(b[:end]) {
		return nil
	}
	name := b[:end]
	if bytes.Equal(name, []byte("CEF")) || bytes.Equal(name, []byte("LEEF")) {
		return nil // a form of messages
	}
	return name
}

// isName reports whether b can be a host or a program: letters, digits and a few
// others, with a letter among them.
func isName(b []byte) bool {
	letter := false
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letter = true
		case c >= '0' && c <= '9', c == '.', c == '-', c == '_', c == '/', c == ':':
		default:
			return false
		}
	}
	return letter && len(b) <= maxHost
}

// isTime reports whether b begins with a time as RFC 3164 §4.1.2 has it.
func isTime(b []byte) bool {
	if len(b) <= timeSize {
		return false
	}
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	at := bytes.Index([]byte(months), b[:3])
	return at >= 0 && at%3 == 0 && b[3] == ' ' && b[6] == ' ' && b[9] == ':' && b[12] == ':'
}
