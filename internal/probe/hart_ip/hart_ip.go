// Package hart_ip asks a HART-IP server for the identity of the instrument that it is,
// or that is behind it: command 0 in a session of its own, which is closed again
// (FieldComm Group HCF_SPEC-085 §10, HCF_SPEC-127 §6.1). It can send nothing else.
//
// The dissector reads the answer: hart_ip.device_type, hart_ip.manufacturer_id …
package hart_ip

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// Messages of a session: as a primary master, for thirty seconds at most.
func open() []byte     { return []byte{1, 0, 0, 0, 0, 1, 0, 13, 1, 0, 0, 0x75, 0x30} }
func identify() []byte { return []byte{1, 0, 3, 0, 0, 2, 0, 13, 0x02, 0x80, 0, 0, 0x82} }
func leave() []byte    { return []byte{1, 0, 1, 0, 0, 3, 0, 8} }

// opened is a session that is granted.
func opened() []byte { return []byte{1, 1, 0, 0, 0, 1, 0, 13, 1, 0, 0, 0x75, 0x30} }

const (
	headSize  = 8
	maxAnswer = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "hart_ip", Transport: heron.UDP, Ports: []uint16{5094}, Safety: probe.ReadOnly,
		MaxWrites: 3, MaxBytes: len(open()) + len(identify()) + len(leave()), MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(open(), identify(), leave()),
		Rehearse: [][]byte{opened()}, Worth: 3, Plant: true,
		Spec: "FieldComm Group HCF_SPEC-085 §10, HCF_SPEC-127 §6.1", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	if err := probe.Ask(probe.Datagram(size), open())(ctx, c); err != nil {
		return err
	}
	err := probe.Ask(probe.Datagram(size), identify())(ctx, c)
	if _, closing := c.Write(leave()); err == nil {
		err = closing
	}
	return err
}

// size is that of an answer: version 1, type 1.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, kind := r.U8(), r.U8()
	r.Skip(4)
	n := r.U16()
	switch {
	case r.Err() != nil:
		return 0, nil
	case version != 1 || kind != 1 || n < headSize || n > maxAnswer:
		return 0, probe.ErrNotMine
	}
	return n, nil
}
