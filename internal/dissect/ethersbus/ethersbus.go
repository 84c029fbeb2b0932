// Package ethersbus reads Saia's Ether-S-Bus: which controller answers, and who
// writes to it, stops it or changes its program.
package ethersbus

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel    = "ethersbus.model"    // kind of controller, "D2M48"
	keyFirmware = "ethersbus.firmware" // version, "020"
	keyStation  = "ethersbus.station"  // number that the controller answers to
	keyMaster   = "ethersbus.master"   // "yes": the sender gives orders
)

// Parts of a telegram: its length, a version, a protocol, a number, an attribute,
// and a sum at its end.
const (
	headerSize  = 9
	sumSize     = 2
	attrRequest = 0
	attrAnswer  = 1
	attrAck     = 2
	maxLength   = 1500
	readVersion = 0x20
)

// Places in heron.FlowScratch.Data, after those of dissect.Fresh: of the last
// request the command and one more, and the station, which its answer does not repeat.
const (
	atAsked   = 9
	atStation = 10
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "ethersbus",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5050},
		Spec:         "Saia-Burgess Controls 26/739, S-Bus manual, §3 (telegrams, commands and the sum); Ether-S-Bus puts a header before them",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			_, ok := read(b)
			return ok
		},
		Starts:  []byte{0},
		Dissect: d.dissect,
	}
}

// telegram is what is read of one.
type telegram struct {
	attribute, station, command int
	data                        []byte
}

// read reads a telegram, and reports whether it is one: its length is all there
// is, and its sum is right.
func read(b []byte) (telegram, bool) {
	var t telegram
	r := wire.NewReader(b)
	size := r.Len()
	length, version, protocol := r.U32(), r.U8(), r.U8()
	if length != size || size > maxLength || size < headerSize+sumSize+1 || version > 1 || protocol > 1 {
		return t, false
	}
	r.Skip(2)
	t.attribute = r.U8()
	if t.attribute == attrRequest {
		t.station, t.command = r.U8(), r.U8()
	}
	t.data = r.Bytes(r.Len() - sumSize)
	summed := r.At(0)
	return t, r.U16() == sum(summed.Bytes(size-sumSize)) && r.Err() == nil && t.attribute <= attrAck
}

// sum is the cyclic redundancy check of S-Bus: polynomial x¹⁶+x¹²+x⁵+1, from zero.
func sum(b []byte) int {
	crc := 0
	for _, c := range b {
		crc ^= int(c) << 8
		for range 8 {
			if crc <<= 1; crc&0x10000 != 0 {
				crc ^= 0x11021
			}
		}
	}
	return crc
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	t, ok := read(r.Rest())
	if !ok || (t.attribute == attrRequest) != m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if t.attribute == attrRequest {
		m.Flow.Data[atAsked], m.Flow.Data[atStation] = byte(t.command+1), byte(t.station)
		d.request(&t, m, out)
		return heron.Verdict{}, nil
	}
	asked := int(m.Flow.Data[atAsked]) - 1
	m.Flow.Data[atAsked] = 0
	if asked >= 0 {
		out.Observe(m.Sender(), keyStation, d.text.Number(int(m.Flow.Data[atStation])))
	}
	if t.attribute == attrAnswer {
		answer(asked, &t, m.Sender(), out)
	}
	return heron.Verdict{}, nil
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func (d *dissector) request(t *telegram, m *heron.Message, out dissect.Emitter) {
	out.ObserveString(m.Sender(), keyMaster, "yes")
	kind := kindOf(t.command)
	if kind == kindRead && !dissect.Fresh(m.Flow, t.station, t.command) {
		return
	}
	out.Event(heron.Event{Kind: kind, Attrs: map[string]string{
		"function": strconv.Itoa(t.command), "station": strconv.Itoa(t.station),
	}})
}

// answer reads the version of a controller: a kind of five characters and a
// version of three (26/739 §3.5.19).
func answer(asked int, t *telegram, about heron.Subject, out dissect.Emitter) {
	r := wire.NewReader(t.data)
	if asked != readVersion {
		return
	}
	model, firmware := bytes.TrimSpace(r.Bytes(5)), bytes.TrimSpace(r.Bytes(3))
	if r.Err() == nil && wire.Printable(model) && wire.Printable(firmware) {
		out.Observe(about, keyModel, model)
		out.Observe(about, keyFirmware, firmware)
	}
}

// kindRead is the kind of event of what changes nothing.
const kindRead = "ethersbus.read"

// kindOf returns the kind of event of a command (26/739 §3.5).
func kindOf(command int) string {
	switch {
	case command >= 0x0a && command <= 0x13, command >= 0x50 && command <= 0x53, command >= 0x5a && command <= 0x5e:
		return "ethersbus.write"
	case command >= 0x23 && command <= 0x25:
		return "ethersbus.download"
	case command >= 0x28 && command <= 0x30:
		return "ethersbus.start"
	case command >= 0x32 && command <= 0x39, command >= 0x64 && command <= 0x6b:
		return "ethersbus.restart"
	case command >= 0x3c && command <= 0x44:
		return "ethersbus.stop"
	}
	return kindRead
}
