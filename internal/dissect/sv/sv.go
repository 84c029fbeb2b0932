// Package sv reads sampled values, by which merging units of substations send
// what they measure: who sends which stream. The samples stay unread.
package sv

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyAppID    = "sv.app_id"
	keyID       = "sv.id"
	keyDataSet  = "sv.data_set"
	keyRevision = "sv.configuration_revision"
)

// maxUnits bounds the data units that one frame may have.
const maxUnits = 8

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "sv",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x88ba},
		Spec:       "IEC 61850-9-2:2011 §8.5 and annex A",
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	about := heron.Subject{Endpoint: m.Src}
	app, size := r.U16(), r.U16()
	r.Skip(4)
	pdu := ber.Get(r, 0x60)
	if r.Err() != nil || size < 8 || size > r.Offset()+r.Len() || ber.Peek(&pdu) != 0x80 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	var units wire.Reader
	for pdu.Len() > 0 && pdu.Err() == nil {
		if tag, body := ber.Next(&pdu); tag == 0xa2 {
			units = body
		}
	}
	if ber.Peek(&units) != ber.Sequence {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.Observe(about, keyAppID, d.text.HexNumber(app, 0))
	for i := 0; i < maxUnits && units.Len() > 0; i++ {
		unit := ber.Get(&units, ber.Sequence)
		d.unit(&unit, about, out)
	}
	return heron.Verdict{}, units.Err()
}

// unit tells which stream a data unit belongs to.
func (d *dissector) unit(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	for r.Len() > 0 && r.Err() == nil {
		switch tag, body := ber.Next(r); tag {
		case 0x80:
			out.Observe(about, keyID, body.Rest())
		case 0x81:
			out.Observe(about, keyDataSet, body.Rest())
		case 0x83:
			if n := ber.Int(&body); body.Err() == nil {
				out.Observe(about, keyRevision, d.text.Number(n))
			}
		}
	}
}
