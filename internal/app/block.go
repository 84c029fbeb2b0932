package app

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
)

// blockSource is a packetSource that can give several packets at once.
type blockSource interface {
	// NextBlock fills ps with the next packets and returns how many; they are valid
	// until the next call.
	NextBlock(ps []heron.Packet) (int, error)
}

// block is packets that are read at once.
type block struct {
	src     packetSource
	packets [flow.MaxAhead]heron.Packet
	each    [flow.MaxAhead]*heron.Packet // of packets
}

func newBlock(src packetSource) *block {
	b := &block{src: src}
	for i := range b.packets {
		b.each[i] = &b.packets[i]
	}
	return b
}

// next returns the next packets, as many as are there at once. They are valid
// until the next call.
func (b *block) next() ([]*heron.Packet, error) {
	s, ok := b.src.(blockSource)
	if !ok {
		return b.one()
	}
	n, err := s.NextBlock(b.packets[:])
	return b.each[:n], err
}

// one is next for a single packet.
func (b *block) one() ([]*heron.Packet, error) {
	if err := b.src.Next(&b.packets[0]); err != nil {
		return nil, err
	}
	return b.each[:1], nil
}
