// Package wg recognises WireGuard, of which nothing but the kind of its messages
// can be read.
package wg

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Messages: their type and length (§5.4 of the paper).
const (
	typeInitiation, sizeInitiation = 1, 148
	typeResponse, sizeResponse     = 2, 92
	typeCookie, sizeCookie         = 3, 64
	typeData, leastData            = 4, 32
)

// enough is how many datagrams of data, in order, prove a flow whose handshake
// was not seen.
const enough = 4

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "wg",
		Over:    dissect.OverUDP,
		Ports:   []uint16{51820},
		Spec:    "Donenfeld, WireGuard: Next Generation Kernel Network Tunnel (2020), §5.4",
		Probe:   func(b []byte, _ bool) bool { return kindOf(b) != 0 },
		Starts:  []byte{typeInitiation, typeResponse, typeCookie, typeData},
		Dissect: read,
	}
}

// kindOf returns the type of a message; 0 when it cannot be one.
func kindOf(b []byte) int {
	r := wire.NewReader(b)
	kind, reserved, index := r.U8(), r.U24(), r.U32()
	if r.Err() != nil || reserved != 0 || index == 0 {
		return 0
	}
	size := len(b)
	switch {
	case kind == typeInitiation && size == sizeInitiation,
		kind == typeResponse && size == sizeResponse,
		kind == typeCookie && size == sizeCookie,
		kind == typeData && size >= leastData && size%16 == 0:
		return kind
	}
	return 0
}

func read(_ *wire.Reader, m *heron.Message, _ dissect.Emitter) (heron.Verdict, error) {
	switch kindOf(m.Payload) {
	case 0:
		return heron.Verdict{}, dissect.ErrNotMine
	case typeData:
		return data(m)
	}
	return heron.Verdict{Done: true}, nil
}

// data counts messages of one side whose counter goes up by little.
func data(m *heron.Message) (heron.Verdict, error) {
	r := wire.NewReader(m.Payload)
	r.Skip(4)
	receiver, counter, high := r.U32(), r.U32LE(), r.U32LE()
	if high != 0 {
		return heron.Verdict{}, dissect.ErrNotMine // 2^32 messages without new keys are not allowed (§6.1)
	}
	count, ok := dissect.InOrder(m, uint32(receiver), uint32(counter))
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{Done: count >= enough, Undecided: count < enough}, nil
}
