// Package wg recognises WireGuard, of which nothing but the kind of its messages
// can be read.
package wg

import (
	"encoding/binary"

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

// Places in heron.FlowScratch.Data.
const (
	atCount    = 0 // datagrams of data in order
	atSide     = 1 // of whom they are counted
	atReceiver = 2 // index: 4
	atCounter  = 6 // its lower 32 bits
)

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
	side := byte(1)
	if m.FromClient {
		side = 2
	}
	d := &m.Flow.Data
	if d[atCount] > 0 {
		if d[atSide] != side {
			return heron.Verdict{Undecided: true}, nil
		}
		step := counter - int(binary.BigEndian.Uint32(d[atCounter:]))
		if int(binary.BigEndian.Uint32(d[atReceiver:])) != receiver || step < 0 || step > 64 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if step == 0 {
			return heron.Verdict{Undecided: true}, nil // the same once more
		}
	}
	d[atCount]++
	d[atSide] = side
	binary.BigEndian.PutUint32(d[atReceiver:], uint32(receiver))
	binary.BigEndian.PutUint32(d[atCounter:], uint32(counter))
	return heron.Verdict{Done: d[atCount] >= enough, Undecided: d[atCount] < enough}, nil
}
