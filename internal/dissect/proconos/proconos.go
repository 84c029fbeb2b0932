// Package proconos reads what controllers with the runtime ProConOS say of
// themselves: the version of the runtime, the kind of controller, its project.
package proconos

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyRuntime = "proconos.runtime"  // ProConOS V3.0.1040 Oct 29 2002
	keyType    = "proconos.plc_type" // ADAM5510KW 1.24
	keyProject = "proconos.project"
)

// Messages begin with one octet; the question for all of this is always the same,
// and the answer names the runtime at its twelfth.
const (
	magic       = 0xcc
	question    = "\xcc\x01\x00\x0b\x40\x02\x00\x00\x47\xee"
	runtimeName = "ProConOS"
	atRuntime   = 12
	enough      = 110
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "proconos",
		Over:    dissect.OverTCP,
		Ports:   []uint16{20547},
		Spec:    "not published; KW-Software ProConOS, messages as observed",
		Probe:   func(b []byte, _ bool) bool { return bytes.HasPrefix(b, []byte(question)) || isAnswer(b) },
		Starts:  []byte{magic},
		Dissect: read,
	}
}

func isAnswer(b []byte) bool {
	r := wire.NewReader(b)
	first := r.U8()
	r.Skip(atRuntime - 1)
	return first == magic && string(r.Bytes(len(runtimeName))) == runtimeName
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Peek(r.Len())
	if m.FromClient {
		switch {
		case bytes.HasPrefix(b, []byte(question)):
			return heron.Verdict{Consumed: len(question)}, nil
		case bytes.HasPrefix([]byte(question), b):
			return heron.Verdict{}, nil
		}
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if len(b) < atRuntime+len(runtimeName) && r.U8() == magic {
		return heron.Verdict{}, nil
	}
	if !isAnswer(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if len(b) < enough {
		return heron.Verdict{}, nil // more is coming
	}
	about := m.Sender()
	for _, field := range [...]struct {
		at  int
		key string
	}{{atRuntime, keyRuntime}, {44, keyType}, {77, keyProject}} {
		from := r.At(field.at)
		text := from.Until(0, 64)
		if from.Err() == nil && wire.Printable(text) {
			out.Observe(about, field.key, bytes.TrimSpace(text))
		}
	}
	return heron.Verdict{Consumed: len(b), Done: true}, nil
}
