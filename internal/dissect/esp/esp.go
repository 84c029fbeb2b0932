// Package esp recognises the encrypted payload of IPsec that is carried in
// datagrams, as it is behind address translation.
package esp

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// enough is how many datagrams in order prove a flow: its port is a hint only.
const enough = 3

// leastIndex is the lowest security parameters index that is not reserved
// (RFC 4303 §2.1).
const leastIndex = 256

// Places in heron.FlowScratch.Data.
const (
	atCount  = 0 // datagrams in order
	atSide   = 1 // of whom they are counted
	atIndex  = 2 // security parameters index: 4
	atSerial = 6 // sequence number: 4
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "esp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{4500},
		Spec:    "RFC 3948 (UDP encapsulation); RFC 4303 §2",
		Dissect: read,
	}
}

func read(r *wire.Reader, m *heron.Message, _ dissect.Emitter) (heron.Verdict, error) {
	index, serial := r.U32(), r.U32()
	const least = 12 // an integrity check, or the start of what is encrypted
	if r.Err() != nil || index < leastIndex || serial == 0 || r.Len() < least {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	side := byte(1)
	if m.FromClient {
		side = 2
	}
	data := &m.Flow.Data
	if data[atCount] > 0 {
		if data[atSide] != side {
			return heron.Verdict{Undecided: true}, nil // the other side's are not counted
		}
		step := serial - int(binary.BigEndian.Uint32(data[atSerial:]))
		if int(binary.BigEndian.Uint32(data[atIndex:])) != index || step < 0 || step > 64 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if step == 0 {
			return heron.Verdict{Undecided: true}, nil // the same once more
		}
	}
	data[atCount]++
	data[atSide] = side
	binary.BigEndian.PutUint32(data[atIndex:], uint32(index))
	binary.BigEndian.PutUint32(data[atSerial:], uint32(serial))
	return heron.Verdict{Done: data[atCount] >= enough, Undecided: data[atCount] < enough}, nil
}
