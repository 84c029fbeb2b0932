// Package synphasor reads synchrophasors (IEEE C37.118), by which units measure
// phase and frequency all over a power grid: which unit it is, what its stations
// are called, and who starts and stops it.
package synphasor

import (
	"errors"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyID      = "synphasor.id"      // number of the stream
	keyStation = "synphasor.station" // name of a unit in it
	keyUnit    = "synphasor.unit_id" // number of a unit in it
	keyHeader  = "synphasor.header"  // text about the stream
	keyRate    = "synphasor.rate"    // frames a second
)

// Types of frame (C37.118.2-2011 §6.2).
const (
	dataFrame   = 0
	headerFrame = 1
	config1     = 2
	config2     = 3
	command     = 4
	config3     = 5
)

// Sizes: all that precedes a frame's own, and its checksum.
const (
	headSize  = 14
	checkSize = 2
)

// maxStations bounds the units told of one stream.
const maxStations = 64

// errChecksum says that a frame was changed on its way.
var errChecksum = errors.New("C37.118: wrong checksum")

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "synphasor",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{4712, 4713},
		Spec:         "IEEE C37.118.2-2011 §6",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0 && n <= len(b) && checked(b, n)
		},
		Starts:  []byte{0xaa},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a frame from its first octets: the mark, a type
// and version, and the length.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	if mark := r.U8(); len(b) > 0 && mark != 0xaa {
		return 0, dissect.ErrNotMine
	}
	kind := r.U8()
	if version := kind & 0xf; r.Err() == nil && (kind>>4 > config3 || version < 1 || version > 2) {
		return 0, dissect.ErrNotMine
	}
	n := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if n < headSize+checkSize {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// checked reports whether the checksum of the first n octets is right: CRC-CCITT,
// beginning with all ones (§6.2.3 and annex B).
func checked(b []byte, n int) bool {
	r := wire.NewReader(b)
	body := r.Bytes(n - checkSize)
	sum := uint16(0xffff)
	for _, c := range body {
		x := byte(sum>>8) ^ c
		x ^= x >> 4
		sum = sum<<8 ^ uint16(x)<<12 ^ uint16(x)<<5 ^ uint16(x)
	}
	return int(sum) == r.U16() && r.Err() == nil
}

// atMine is the place in heron.FlowScratch.Data of whether a message was
// read: a flow that was another protocol's has none.
const atMine = 0

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	whole := r.Peek(r.Len())
	n, err := frame(whole)
	if err != nil || n == 0 || n > len(whole) && m.Flow.Data[atMine] == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(1)
	kind := r.U8() >> 4
	r.Skip(2)
	id := r.U16()
	// Data come a hundred times a second: once the flow is known, they are let by.
	if kind == dataFrame && m.Flow.Data[atMine] != 0 {
		return heron.Verdict{}, nil
	}
	if !checked(whole, n) {
		if m.Flow.Data[atMine] == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, errChecksum
	}
	m.Flow.Data[atMine] = 1
	r.Skip(8) // time
	body := r.Sub(n - headSize - checkSize)
	if kind == command {
		order(id, &body, out)
		return heron.Verdict{}, nil
	}
	about := m.Sender()
	out.Observe(about, keyID, d.text.Number(id))
	switch kind {
	case headerFrame:
		out.Observe(about, keyHeader, wire.Unpad(body.Rest()))
	case config1, config2:
		return heron.Verdict{}, d.configuration(&body, about, out)
	case config3:
		d.configuration3(&body, about, out)
	}
	return heron.Verdict{}, nil
}

// configuration reads which units a stream has (§6.4).
func (d *dissector) configuration(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	r.Skip(4) // time base
	units := r.U16()
	for range min(units, maxStations) {
		name, id := r.Bytes(16), r.U16()
		r.Skip(2) // format
		phasors, analogs, digitals := r.U16(), r.U16(), r.U16()
		r.Skip(16*(phasors+analogs+16*digitals) + 4*(phasors+analogs+digitals) + 2 + 2)
		if r.Err() != nil {
			return r.Err()
		}
		out.Observe(about, keyStation, wire.Unpad(name))
		out.Observe(about, keyUnit, d.text.Number(id))
	}
	if units > maxStations {
		return nil
	}
	if rate := int(int16(r.U16())); r.Err() == nil && rate > 0 {
		out.Observe(about, keyRate, d.text.Number(rate))
	}
	return nil
}

// configuration3 reads the first unit of a frame whose names have lengths (§6.5).
func (d *dissector) configuration3(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	index := r.U16()
	r.Skip(4 + 2)
	name := r.Bytes(r.U8())
	id := r.U16()
	if index > 1 || r.Err() != nil {
		return // a later part of it
	}
	out.Observe(about, keyStation, wire.Unpad(name))
	out.Observe(about, keyUnit, d.text.Number(id))
}

// order reports a command (§6.6), each time.
func order(id int, r *wire.Reader, out dissect.Emitter) {
	code := r.U16()
	if r.Err() != nil {
		return
	}
	kind := "synphasor.command"
	switch code {
	case 1:
		kind = "synphasor.stop"
	case 2:
		kind = "synphasor.start"
	case 3, 4, 5, 6:
		kind = "synphasor.read"
	}
	out.Event(heron.Event{Kind: kind, Attrs: map[string]string{"id": strconv.Itoa(id), "command": strconv.Itoa(code)}})
}
