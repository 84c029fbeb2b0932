// Package crimson reads what Red Lion's panels and gateways say of themselves in
// the protocol of their tool Crimson 3.
package crimson

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyMaker = "crimson.manufacturer"
	keyModel = "crimson.model"
)

// Parts of a message: the length of what follows, a register, a kind, data.
const (
	registerMaker = 0x012b
	registerModel = 0x012a
	kindMaker     = 0x1b00
	kindModel     = 0x1a00
	shortest      = 4
	longest       = 2048
	maxMessages   = 32 // of a connection
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "crimson",
		Over:    dissect.OverTCP,
		Ports:   []uint16{789},
		Spec:    "not published; Red Lion Crimson 3, messages as observed",
		Probe:   func(b []byte, fromClient bool) bool { return fromClient && isQuestion(b) },
		Starts:  []byte{0},
		Frame:   frame,
		Dissect: read,
	}
}

// isQuestion reports whether b is a question for the maker or the model.
func isQuestion(b []byte) bool {
	r := wire.NewReader(b)
	length, register, kind := r.U16(), r.U16(), r.U16()
	return r.Err() == nil && r.Len() == 0 && length == shortest &&
		(register == registerMaker && kind == kindMaker || register == registerModel && kind == kindModel)
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	length := r.U16()
	if r.Err() != nil {
		return 0, nil
	}
	if length < shortest || length > longest {
		return 0, dissect.ErrNotMine
	}
	return length + 2, nil
}

// read claims a flow by a question only: what else is said has no mark of its own.
func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Flow.Data[0] == 0 && (!m.FromClient || !isQuestion(r.Peek(r.Len()))) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	m.Flow.Data[0]++
	v := heron.Verdict{Done: m.Flow.Data[0] >= maxMessages}
	r.Skip(2)
	register := r.U16()
	r.Skip(2)
	text := bytes.TrimSpace(r.Until(0, 64))
	if m.FromClient || r.Err() != nil || !wire.Printable(text) {
		return v, nil
	}
	switch register {
	case registerMaker:
		out.Observe(m.Sender(), keyMaker, text)
	case registerModel:
		out.Observe(m.Sender(), keyModel, text)
	}
	return v, nil
}
