// Package xiaomi reads the start of Xiaomi's push connections, in which phones and
// other devices tell their model and system before the rest is closed.
package xiaomi

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel  = "xiaomi.model"
	keySystem = "xiaomi.system"
	keyLocale = "xiaomi.locale"
)

// magic begins each message; the version of the framing follows.
const (
	magic   = 0xc2fe
	version = 5
	sizes   = 12 // of head and checksum
	maxBody = 64 << 10
	// maxClosed is how many messages that tell nothing are looked at.
	maxClosed = 4
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "xiaomi",
		Over:    dissect.OverTCP,
		Ports:   []uint16{5222},
		Spec:    "none is published; the framing as it is seen on the wire, bodies in Protocol Buffers",
		Probe:   func(b []byte, _ bool) bool { n, err := frame(b); return n > 0 && err == nil },
		Starts:  []byte{magic >> 8},
		Frame:   frame,
		Dissect: read,
	}
}

// frame reads the mark, the version and the length of the body; a checksum comes
// after it.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	mark, v := r.U16(), r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if mark != magic || v != version {
		return 0, dissect.ErrNotMine
	}
	size := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if size > maxBody {
		return 0, dissect.ErrNotMine
	}
	return sizes + size, nil
}

// read reads the first message of a client; later ones are closed.
func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const kind, minHead = 2, 8
	r.Skip(4)
	size := r.U32()
	body := r.Sub(min(size, r.Len()))
	known := body.U16() == kind
	head, content := body.U16(), body.U32()
	if !known || head < minHead || head+content != body.Len() || !connects(body.Sub(head)) {
		m.Flow.Data[0]++
		return heron.Verdict{Done: m.Flow.Data[0] >= maxClosed}, nil
	}
	if m.FromClient {
		describe(&body, heron.Subject{Endpoint: m.Src}, out)
	}
	return heron.Verdict{}, nil
}

// connects reports whether a head says that a connection is opened: its fifth
// field is CONN.
func connects(r wire.Reader) bool {
	for r.Len() > 0 {
		if number, value, ok := field(&r); ok && number == 5 && string(value) == "CONN" {
			return true
		}
	}
	return false
}

// describe tells what the body says of the device.
func describe(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	for r.Len() > 0 {
		number, value, ok := field(r)
		if !ok {
			continue
		}
		switch number {
		case 2:
			out.Observe(about, keyModel, value)
		case 3:
			out.Observe(about, keySystem, value)
		case 8:
			out.Observe(about, keyLocale, value)
		}
	}
}

// field reads one field of a message of Protocol Buffers; ok says that it has
// octets or text.
func field(r *wire.Reader) (number int, value []byte, ok bool) {
	tag := varint(r)
	switch tag & 7 {
	case 0:
		varint(r)
	case 1:
		r.Skip(8)
	case 2:
		value = r.Bytes(varint(r))
		return tag >> 3, value, r.Err() == nil
	case 5:
		r.Skip(4)
	default:
		r.Fail(wire.ErrShort)
	}
	return tag >> 3, nil, false
}

// varint reads a number of at most five octets, the lowest first.
func varint(r *wire.Reader) int {
	n := 0
	for i := range 5 {
		c := r.U8()
		n |= c & 0x7f << (7 * i)
		if c&0x80 == 0 {
			return n
		}
	}
	r.Fail(wire.ErrShort)
	return 0
}
