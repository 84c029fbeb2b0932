// Package esp recognises the encrypted payload of IPsec that is carried in
// datagrams, as it is behind address translation.
package esp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// enough is how many datagrams in order prove a flow: its port is a hint only.
const enough = 3

// leastIndex is the lowest security parameters index that is not reserved
// (RFC 4303 §2.1).
const leastIndex = 256

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
	count, ok := dissect.InOrder(m, uint32(index), uint32(serial))
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{Done: count >= enough, Undecided: count < enough}, nil
}
