// Package moxa reads the search for Moxa's NPort serial device servers and the
// settings that they tell: model, hardware address and name.
package moxa

import (
	"bytes"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel = "moxa.model_code" // hexadecimal, 5110 of an NPort 5110
	keyMAC   = "moxa.mac"
	keyName  = "moxa.name"
)

// Parts of a datagram: a function with a bit for answers, a status, the length of
// all and a number; then, but in a search, the device.
const (
	answerBit    = 0x80
	search       = 0x01
	readName     = 0x10
	headerSize   = 8
	longest      = 1024
	highFunction = 0x40
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:  "moxa",
		Over:  dissect.OverUDP,
		Ports: []uint16{4800},
		Spec:  "not published; search and settings of Moxa NPort device servers, as observed",
		Probe: func(b []byte, _ bool) bool {
			r := wire.NewReader(b)
			function, ok := head(&r)
			return ok && function == search|answerBit && isMoxa(&r)
		},
		Starts:  []byte{search | answerBit},
		Dissect: d.dissect,
	}
}

// head reads the start of a datagram.
func head(r *wire.Reader) (function int, ok bool) {
	size := r.Len()
	function = r.U8()
	status, length := r.U8(), r.U16()
	r.Skip(4)
	return function, r.Err() == nil && length == size && length <= longest && status <= 4 &&
		function&^answerBit > 0 && function&^answerBit <= highFunction
}

// isMoxa passes over the model, and reports whether a hardware address of Moxa's
// comes next.
func isMoxa(r *wire.Reader) bool {
	r.Skip(6)
	return bytes.HasPrefix(r.Peek(6), []byte{0x00, 0x90, 0xe8})
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	function, ok := head(r)
	body := *r
	switch {
	case !ok:
		return heron.Verdict{}, dissect.ErrNotMine
	case function&answerBit == 0:
		if !m.FromClient || function == search && r.Len() != 0 || function != search && !isMoxa(&body) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if function != search && function > readName+0x0f {
			out.Event(heron.Event{Kind: "moxa.write", Attrs: map[string]string{"function": strconv.Itoa(function)}})
		}
		return heron.Verdict{}, nil
	case !isMoxa(&body):
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	r.Skip(4)
	out.Observe(about, keyModel, d.text.HexNumber(r.U16LE(), 4))
	out.Observe(about, keyMAC, d.text.MAC(r.Bytes(6)))
	if function == readName|answerBit {
		name := wire.UntilZero(r.Rest())
		if wire.Printable(name) {
			out.Observe(about, keyName, name)
		}
	}
	return heron.Verdict{}, nil
}
