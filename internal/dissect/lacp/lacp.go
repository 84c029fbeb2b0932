// Package lacp reads the slow protocols of Ethernet: which ports of which systems
// are one link (LACP).
package lacp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keySystem  = "lacp.system"  // its priority and address
	keyPartner = "lacp.partner" // those of whom it knows at the other end
	keyKey     = "lacp.key"     // the number of the group of ports
	keyPort    = "lacp.port"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "lacp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x8809},
		Spec:       "IEEE 802.1AX-2020 §6.4.2 (LACP), §6.5 (marker); IEEE 802.3 annex 57A (slow protocols)",
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// Subtypes of the slow protocols.
const (
	subLACP   = 1
	subMarker = 2
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, version := r.U8(), r.U8()
	if kind == subMarker && version == 1 && r.Len() >= 16 {
		return heron.Verdict{}, nil
	}
	actor, partner := port(r, 1), port(r, 2)
	if kind != subLACP || version == 0 || actor == nil || partner == nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	a := wire.NewReader(actor)
	out.Observe(about, keySystem, d.system(&a))
	out.Observe(about, keyKey, d.text.Number(a.U16()))
	a.Skip(2) // priority of the port
	out.Observe(about, keyPort, d.text.Number(a.U16()))
	p := wire.NewReader(partner)
	if empty := [8]byte{2: 0}; string(p.Peek(8)[2:]) != string(empty[2:]) {
		out.Observe(about, keyPartner, d.system(&p))
	}
	return heron.Verdict{}, nil
}

// port returns what an entry says of a port: system, key, port and state; nil when
// it is not the entry that was to come (§6.4.2.3).
func port(r *wire.Reader, want int) []byte {
	const size = 20
	if r.U8() != want || r.U8() != size {
		return nil
	}
	return r.Bytes(size - 2)
}

// system writes a priority and an address.
func (d *dissector) system(r *wire.Reader) []byte {
	d.text = append(d.text.Number(r.U16()), '/')
	d.text = dissect.AppendMAC(d.text, r.Bytes(6))
	return d.text
}
