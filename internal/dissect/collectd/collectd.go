// Package collectd reads what the agents of collectd report: of which host, and
// which of their plugins are at work. Values are never told.
package collectd

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of the host that sends, which may pass on what
// others report.
const (
	keyHost     = "collectd.host"
	keyPlugin   = "collectd.plugin"
	keySecurity = "collectd.security" // how it protects what it sends
)

// Types of part.
const (
	partHost       = 0x0000
	partTime       = 0x0001
	partPlugin     = 0x0002
	partInstance   = 0x0003
	partType       = 0x0004
	partTypeOf     = 0x0005
	partValues     = 0x0006
	partInterval   = 0x0007
	partTimeHR     = 0x0008
	partIntervalHR = 0x0009
	partMessage    = 0x0100
	partSeverity   = 0x0101
	partSignature  = 0x0200
	partEncryption = 0x0210
)

// Sizes, of parts with their head.
const (
	headSize   = 4
	numberSize = headSize + 8
	maxText    = 128
	maxMessage = 1024
	minSigned  = headSize + 32     // the sum, then the name of a user
	minSecret  = headSize + 2 + 16 // length of the name, the name, the vector
	lastKind   = 3                 // of a value
)

// maxMessages is how many of a flow are read, after which it has nothing new.
const maxMessages = 100

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "collectd",
		Over:    dissect.OverUDP,
		Ports:   []uint16{25826},
		Spec:    "collectd wiki, Binary protocol",
		Starts:  []byte{0, partSignature >> 8},
		Probe:   func(b []byte, _ bool) bool { return isReport(wire.NewReader(b)) },
		Dissect: read,
	}
}

// isReport reports whether parts fill a datagram and are as their types want: what
// is signed or encrypted begins with that, all else with a host, and there are
// values or a message.
func isReport(r wire.Reader) bool {
	first, tells := true, false
	for r.Len() > 0 {
		kind := r.U16()
		body := r.Sub(r.U16() - headSize)
		if r.Err() != nil || first && kind != partHost && kind != partSignature && kind != partEncryption || !isPart(kind, &body, first) {
			return false
		}
		tells = tells || kind == partValues || kind == partMessage || kind == partEncryption
		first = first && kind == partSignature // what is signed begins behind it
	}
	return tells
}

// isPart reports whether the body of a part is as its type wants. Newer agents may
// have types that are not known.
func isPart(kind int, body *wire.Reader, first bool) bool {
	size := headSize + body.Len()
	switch kind {
	case partHost, partPlugin, partInstance, partType, partTypeOf:
		return isText(body.Rest(), maxText, kind == partInstance || kind == partTypeOf)
	case partMessage:
		return isText(body.Rest(), maxMessage, false)
	case partTime, partInterval, partTimeHR, partIntervalHR, partSeverity:
		return size == numberSize
	case partValues:
		return areValues(body)
	case partSignature:
		return first && size > minSigned
	case partEncryption:
		name := body.Bytes(body.U16())
		return first && size > minSecret && wire.Printable(name)
	}
	return kind < partEncryption
}

// isText reports whether b is text with a zero behind it.
func isText(b []byte, limit int, empty bool) bool {
	text := wire.UntilZero(b)
	return len(text) == len(b)-1 && len(text) <= limit && (wire.Printable(text) || empty && len(text) == 0)
}

// areValues reports whether a count, a kind for each value and the values fill a body.
func areValues(body *wire.Reader) bool {
	n := body.U16()
	if n < 1 || body.Len() != 9*n {
		return false
	}
	for _, kind := range body.Bytes(n) {
		if kind > lastKind {
			return false
		}
	}
	return true
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isReport(*r) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	for r.Len() > 0 {
		kind := r.U16()
		body := r.Sub(r.U16() - headSize)
		switch kind {
		case partHost:
			out.Observe(about, keyHost, wire.UntilZero(body.Rest()))
		case partPlugin:
			out.Observe(about, keyPlugin, wire.UntilZero(body.Rest()))
		case partSignature:
			out.ObserveString(about, keySecurity, "signed")
		case partEncryption:
			out.ObserveString(about, keySecurity, "encrypted")
		}
	}
	data := &m.Flow.Data
	data[0]++
	return heron.Verdict{Done: data[0] >= maxMessages}, nil
}
