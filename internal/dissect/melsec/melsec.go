// Package melsec reads Mitsubishi's MELSEC communication protocol and SLMP,
// frames 3E and 4E in binary and in ASCII: which controller answers, and who
// writes to it, stops it or resets it.
package melsec

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel  = "melsec.model"      // of a controller
	keyCode   = "melsec.model_code" // hexadecimal
	keyMaster = "melsec.master"     // "yes": the sender gives orders
)

// atAsked is the place in heron.FlowScratch.Data, after those of dissect.Fresh, of
// a flag: the last request asked for the model, which its answer does not repeat.
const atAsked = 9

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "melsec",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{5000, 5001, 5002, 5006, 5007, 5008, 5010, 1025, 1280, 45237, 45238},
		Spec:         "Mitsubishi SH-080008, MELSEC Communication Protocol Reference Manual, chapters 4 to 8; CLPA BAP-C2010, SLMP",
		EveryMessage: true,
		Probe: func(b []byte, fromClient bool) bool {
			var f message
			n, err := f.read(b)
			return err == nil && fromClient && !f.response && (n == len(b) || n == 0 && len(b) >= 8)
		},
		Starts: []byte{0x50, 0x54, '5'},
		Frame: func(b []byte) (int, error) {
			var f message
			return f.read(b)
		},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	var f message
	b := r.Rest()
	n, err := f.read(b)
	if err != nil || n == 0 || n > len(b) || m.Transport == heron.UDP && n != len(b) || f.response == m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if f.response {
		if m.Flow.Data[atAsked] == 1 && f.code == 0 {
			d.model(&f, m.Sender(), out)
		}
		m.Flow.Data[atAsked] = 0
		return heron.Verdict{}, nil
	}
	m.Flow.Data[atAsked] = 0
	if f.code == cmdModel {
		m.Flow.Data[atAsked] = 1
	}
	d.request(&f, m, out)
	return heron.Verdict{}, nil
}

// request makes an event of an order. What only reads is told once for each of
// its last few forms, what changes something each time.
func (d *dissector) request(f *message, m *heron.Message, out dissect.Emitter) {
	out.ObserveString(heron.Subject{Endpoint: m.Src}, keyMaster, "yes")
	kind := name(f.code)
	t := f.target()
	if kind == kindRead && !dissect.Fresh(m.Flow, f.code, f.sub, t.code, t.address, t.count) {
		return
	}
	attrs := map[string]string{"function": string(d.text.HexNumber(f.code, 4))}
	if t.count >= 0 {
		attrs["area"] = strconv.FormatInt(int64(t.code), 16)
		attrs["address"], attrs["count"] = strconv.Itoa(t.address), strconv.Itoa(t.count)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// model reads the answer to Read CPU Model Name: sixteen characters and a code.
func (d *dissector) model(f *message, about heron.Subject, out dissect.Emitter) {
	r := wire.NewReader(f.data)
	name := wire.Unpad(r.Bytes(16))
	code := number(&r, f.ascii, 2)
	if r.Err() != nil || !wire.Printable(name) {
		return
	}
	out.Observe(about, keyModel, name)
	out.Observe(about, keyCode, d.text.HexNumber(code, 4))
}
