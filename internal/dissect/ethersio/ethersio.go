// Package ethersio reads the header of Saia's Ether-S-I/O, by which controllers
// exchange inputs and outputs: which stations there are.
package ethersio

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyStation is the number of a station that sends.
const keyStation = "ethersio.station"

// Parts of a telegram: four letters, its type, version, length and number, and in
// one with data its number again, the sender's station and a count.
const (
	magic    = "ESIO"
	transfer = 1
	maxType  = 2
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ethersio",
		Over:    dissect.OverUDP,
		Ports:   []uint16{6060},
		Spec:    "Saia-Burgess Controls, Ether-S-I/O telegrams; not published, as observed",
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte(magic)) },
		Starts:  []byte{'E'},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	size := r.Len()
	name, kind, version, length := r.Bytes(len(magic)), r.U16(), r.U16(), r.U16()
	r.Skip(2) // number of the transaction
	if r.Err() != nil || string(name) != magic || kind > maxType || version > 15 || length != size {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if kind != transfer {
		return heron.Verdict{}, nil
	}
	r.Skip(4) // number of the telegram
	station := r.U32()
	if r.Err() == nil {
		out.Observe(heron.Subject{Endpoint: m.Src}, keyStation, d.text.Number(station))
	}
	return heron.Verdict{Done: true}, nil
}
