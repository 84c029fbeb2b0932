// Package esphome asks a device with ESPHome's software what it is: hello and device
// information of the native API in clear, which it gives without a password. One that
// speaks under a key alone is greeted so in another connection: its answer to the
// greeting has its name in clear. It can send nothing else.
//
// The dissector reads the answers: esphome.name, esphome.project …
package esphome

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// underKey is the path of the question to a device that speaks under a key, and the first
// octet of what it says.
const (
	underKeyPath = "/noise"
	underKey     = 1
)

const maxAnswer = 8 << 10

// hello says who asks and that version 1.9 of the API is understood; the others are empty.
func hello() []byte      { return append([]byte{0, 11, 1, 0x0a, 5}, "Heron\x10\x01\x18\x09"...) }
func info() []byte       { return []byte{0, 0, 9} }
func goodbye() []byte    { return []byte{0, 0, 5} }
func greetNoise() []byte { return []byte{underKey, 0, 0} }

// Probe returns the probe.
func Probe() probe.Probe {
	answer := []byte{0, 0, 2}
	return probe.Probe{
		Name: "esphome", Transport: heron.TCP, Ports: []uint16{6053}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 3, MaxBytes: len(hello()) + len(info()) + len(goodbye()), MaxAnswer: maxAnswer,
		Allow:    probe.Only(hello(), info(), goodbye(), greetNoise()),
		Rehearse: [][]byte{answer, answer, answer},
		Spec:     "ESPHome, api.proto and its frame helpers", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	if c.Target().Path == underKeyPath {
		return probe.Ask(size, greetNoise())(ctx, c)
	}
	if _, err := c.Write(hello()); err != nil {
		return err
	}
	answer, err := probe.Listen(c, size)
	if err != nil {
		return err
	}
	if first := wire.NewReader(answer); first.U8() == underKey {
		c.Follow(probe.Follow{Probe: "esphome", Path: underKeyPath})
		return nil
	}
	return probe.Ask(size, info(), goodbye())(ctx, c)
}

// size is that of a message: a mark, a length, and in clear a type.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	var n int
	switch r.U8() {
	case underKey:
		n = r.U16()
	case 0:
		if n = varint(&r); varint(&r) == 0 && r.Err() == nil {
			return 0, probe.ErrNotMine
		}
	default:
		return 0, probe.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	if n > maxAnswer {
		return 0, probe.ErrNotMine
	}
	return r.Offset() + n, nil
}

// varint reads a number, the lowest seven bits first.
func varint(r *wire.Reader) int {
	const maxSize = 4
	n := 0
	for i := range maxSize {
		b := r.U8()
		n |= (b & 0x7f) << (7 * i)
		if b < 0x80 {
			break
		}
	}
	return n
}
