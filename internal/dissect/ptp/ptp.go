// Package ptp reads the Precision Time Protocol: which clocks there are, which of
// them the others follow, and what a clock says of itself when it is asked.
package ptp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion     = "ptp.version"
	keyIdentity    = "ptp.clock_identity" // hexadecimal
	keyDomain      = "ptp.domain"
	keyRole        = "ptp.role" // master, slave, transparent
	keyGrandmaster = "ptp.grandmaster"
	keyClass       = "ptp.clock_class" // of the grandmaster: 6 and 7 have a source of time
	keySource      = "ptp.time_source"
)

// Types of message (1588-2019 §13.3.2.3).
const (
	typeSync       = 0x0
	typeDelayReq   = 0x1
	typePdelayReq  = 0x2
	typePdelayResp = 0x3
	typeFollowUp   = 0x8
	typeDelayResp  = 0x9
	typePdelayEnd  = 0xa
	typeAnnounce   = 0xb
	typeSignaling  = 0xc
	typeManagement = 0xd
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "ptp",
		Over:       dissect.OverLink | dissect.OverUDP,
		Ports:      []uint16{319, 320},
		EtherTypes: []uint16{0x88f7},
		Spec:       "IEEE 1588-2019 §13 (version 2); IEEE 1588-2002 §8 (version 1)",
		Plain:      true,
		Gist:       gist,
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	about := heron.Subject{Endpoint: m.Src}
	if head := r.Peek(4); len(head) == 4 && string(head) == "\x00\x01\x00\x01" {
		return heron.Verdict{}, d.first(r, about, out)
	}
	h, ok := readHeader(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(about, keyVersion, d.text.Numbers('.', h.version&0xf, h.version>>4))
	out.Observe(about, keyIdentity, d.text.Hex(h.identity))
	out.Observe(about, keyDomain, d.text.Number(h.domain))
	out.ObserveString(about, keyRole, role(h.kind))
	switch h.kind {
	case typeAnnounce:
		d.announce(r, about, out)
	case typeManagement:
		return heron.Verdict{}, d.management(r, about, out)
	}
	return heron.Verdict{}, nil
}

// header is that of a message of version 2 (§13.3).
type header struct {
	kind, version, domain int
	identity              []byte // borrowed
}

// readHeader reads the header; false when r has no message.
func readHeader(r *wire.Reader) (h header, ok bool) {
	whole := r.Len()
	h.kind = r.U8() & 0xf
	h.version = r.U8()
	size := r.U16()
	h.domain = r.U8()
	r.Skip(3)  // minor SDO, flags
	r.Skip(12) // correction, type-specific
	h.identity = r.Bytes(8)
	r.Skip(6) // port, sequence, control, interval
	least := sizeOf(h.kind)
	return h, r.Err() == nil && h.version&0xf == 2 && h.version>>4 <= 1 && size <= whole && size >= least && least > 0
}

// gist is what all follows from that a message of version 2 tells: not its time, nor
// its number.
func gist(buf, b []byte) []byte {
	r := wire.NewReader(b)
	h, ok := readHeader(&r)
	if !ok || h.kind == typeManagement {
		return b
	}
	buf = append(buf, byte(h.kind), byte(h.version), byte(h.domain))
	buf = append(buf, h.identity...)
	if h.kind == typeAnnounce {
		a := readAnnounced(&r)
		buf = append(append(buf, a.grandmaster...), byte(a.class), byte(a.source))
	}
	return buf
}

// sizeOf returns the least length of a message of that type (§13.5 to §13.13); 0
// for types that there are not.
func sizeOf(kind int) int {
	switch kind {
	case typeSync, typeDelayReq, typeFollowUp, typeSignaling:
		return 44
	case typePdelayReq, typePdelayResp, typePdelayEnd, typeDelayResp:
		return 54
	case typeAnnounce:
		return 64
	case typeManagement:
		return 48
	}
	return 0
}

// role is what a clock does that sends such a message; measuring the delay to a
// neighbour is done by all.
func role(kind int) string {
	switch kind {
	case typeSync, typeFollowUp, typeDelayResp, typeAnnounce:
		return "master"
	case typeDelayReq:
		return "slave"
	}
	return ""
}

// announced is what a clock announces (§13.5).
type announced struct {
	class, source int
	grandmaster   []byte // borrowed
}

// readAnnounced reads an announcement behind its header.
func readAnnounced(r *wire.Reader) (a announced) {
	r.Skip(10 + 2 + 1 + 1) // time, offset to UTC, reserved, first priority
	a.class = r.U8()
	r.Skip(1 + 2 + 1) // accuracy, variance, second priority
	a.grandmaster = r.Bytes(8)
	r.Skip(2) // steps
	a.source = r.U8()
	return a
}

// announce tells whom a clock follows, and how good that one is.
func (d *dissector) announce(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	a := readAnnounced(r)
	if r.Err() != nil {
		return
	}
	out.Observe(about, keyGrandmaster, d.text.Hex(a.grandmaster))
	out.Observe(about, keyClass, d.text.Number(a.class))
	out.ObserveString(about, keySource, sourceName(a.source))
}

// sourceName names the sources of time (§7.6.2.8).
func sourceName(source int) string {
	switch source {
	case 0x10:
		return "atomic"
	case 0x20:
		return "gnss"
	case 0x30:
		return "radio"
	case 0x39:
		return "serial"
	case 0x40:
		return "ptp"
	case 0x50:
		return "ntp"
	case 0x60:
		return "hand"
	case 0xa0:
		return "oscillator"
	}
	return "other"
}

// first reads a message of version 1 (1588-2002 §8.2).
func (d *dissector) first(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	const size, lastControl = 40, 4
	whole := r.Len()
	r.Skip(4 + 16) // versions, subdomain
	kind, technology := r.U8(), r.U8()
	uuid := r.Bytes(6)
	r.Skip(4) // port, sequence
	control := r.U8()
	if whole < size || kind < 1 || kind > 2 || technology != 1 || control > lastControl {
		return dissect.ErrNotMine
	}
	out.ObserveString(about, keyVersion, "1.0")
	out.Observe(about, keyIdentity, d.text.MAC(uuid))
	if control != lastControl {
		out.ObserveString(about, keyRole, [...]string{"master", "slave", "master", "master"}[control])
	}
	return nil
}
