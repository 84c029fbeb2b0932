// Package crestron reads the search for Crestron's control systems: which model
// and version answers, under which name.
package crestron

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel   = "crestron.model"   // MC3, TSW-760 …
	keyVersion = "crestron.version" // what it says of itself
	keySerial  = "crestron.serial"  // hexadecimal
)

// Parts of a datagram: ten octets, the sender's name, and in an answer a text.
const (
	question  = 0x14
	answer    = 0x15
	nameSize  = 256
	maxText   = 512
	smallest  = 10 + nameSize
	fixedPart = 0x0104 // after four octets of type, and 0003
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "crestron",
		Over:  dissect.OverUDP,
		Ports: []uint16{41794},
		Spec:  "not published; the search as observed of Crestron Toolbox",
		Probe: func(b []byte, _ bool) bool {
			r := wire.NewReader(b)
			_, ok := start(&r)
			return ok
		},
		Starts:  []byte{question, answer},
		Dissect: read,
	}
}

// start reads the fixed octets of a datagram, and reports whether they are.
func start(r *wire.Reader) (kind int, ok bool) {
	size := r.Len()
	kind = r.U8()
	zeros := r.U24()
	fixed, three, last := r.U16(), r.U16(), r.U16()
	return kind, r.Err() == nil && (kind == question || kind == answer) && zeros == 0 && fixed == fixedPart &&
		three == 3 && last == 0 && size >= smallest && size <= smallest+maxText
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, ok := start(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	name := wire.UntilZero(r.Bytes(nameSize))
	if wire.Printable(name) && !dissect.IsAddress(name) {
		out.Observe(about, heron.KeyHostname, name)
	}
	if kind == question {
		return heron.Verdict{}, nil
	}
	text := wire.UntilZero(r.Rest())
	describe(text, about, out)
	return heron.Verdict{Done: true}, nil
}

// describe reads what a system says of itself, as in
// "MC3 Cntrl Eng [v1.007.0026 (Jan 01 2020), #0079B1E4] @E-00107f000000".
func describe(text []byte, about heron.Subject, out dissect.Emitter) {
	model, rest, ok := bytes.Cut(text, []byte{' '})
	if !ok || !wire.Printable(text) {
		return
	}
	out.Observe(about, keyModel, model)
	_, rest, ok = bytes.Cut(rest, []byte("[v"))
	if !ok {
		return
	}
	end := bytes.IndexAny(rest, " ,]")
	if end > 0 {
		out.Observe(about, keyVersion, rest[:end])
	}
	if _, serial, found := bytes.Cut(rest, []byte("#")); found {
		if serial, _, closed := bytes.Cut(serial, []byte("]")); closed {
			out.Observe(about, keySerial, serial)
		}
	}
}
