// Package miio reads the heads of Xiaomi's local protocol: which devices there are,
// and whether one gives its key away. What is inside is closed.
package miio

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyDevice = "miio.device_id"
	keyToken  = "miio.token_exposed" // "yes": it tells its key to whoever greets it
)

// magic and headSize are of the header.
const (
	magic    = 0x2131
	headSize = 32
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "miio",
		Over:    dissect.OverUDP,
		Ports:   []uint16{54321},
		Spec:    "Xiaomi Mi Home Binary Protocol, as its public descriptions have it",
		Probe:   func(b []byte, _ bool) bool { return isHead(b) },
		Starts:  []byte{magic >> 8},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// isHead reports whether b is one message: the mark, and a length that is its own;
// bodies come in blocks of 16 octets.
func isHead(b []byte) bool {
	r := wire.NewReader(b)
	mark, size := r.U16(), r.U16()
	return r.Err() == nil && mark == magic && size == len(b) && size >= headSize && size%16 == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isHead(r.Peek(r.Len())) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(2)
	size := r.U16()
	r.Skip(4)
	device := r.U32()
	r.Skip(4) // its clock
	sum := r.Bytes(16)
	const nobody = 0xffffffff
	if m.FromClient || device == nobody || device == 0 {
		return heron.Verdict{}, nil // a greeting, or an order that names whom it is for
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyDevice, d.text.Number(device))
	// An answer to a greeting has the key in place of a sum until the device was
	// set up; afterwards that place is all ones or all zeros.
	if size == headSize && len(bytes.Trim(sum, "\xff")) > 0 && len(bytes.Trim(sum, "\x00")) > 0 {
		out.ObserveString(about, keyToken, "yes")
	}
	return heron.Verdict{Done: size > headSize}, nil
}
