// Package pim reads the greetings of PIM, by which routers of groups find each
// other.
package pim

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyRouter   = "pim.router"   // "yes": it routes groups
	keyPriority = "pim.priority" // for being the designated router
)

// ipProtocol is the number of the IP protocol.
const ipProtocol = 103

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "pim",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "RFC 7761 §4.9 (version 2); RFC 8736 (types)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const hello, priority = 0, 19
	first := r.U8()
	r.Skip(3) // reserved, checksum
	if r.Err() != nil || first>>4 != 2 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if first&0xf != hello {
		return heron.Verdict{}, nil
	}
	about := heron.Subject{Endpoint: m.Src}
	out.ObserveString(about, keyRouter, "yes")
	for r.Len() > 0 {
		kind := r.U16()
		v := r.Sub(r.U16())
		if kind == priority && v.Len() == 4 {
			out.Observe(about, keyPriority, d.text.Number(v.U32()))
		}
	}
	return heron.Verdict{}, r.Err()
}
