// Package melsec asks a Mitsubishi controller for its model: Read Type Name, command
// 0101 of the MELSEC communication protocol in a binary 3E frame (Mitsubishi
// SH-080008, chapter 5). It reads, and can send nothing else.
//
// The dissector reads the answer: melsec.model.
package melsec

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// request goes to the controller that is connected (network 0, station 0xff), which
// is to answer within four seconds.
func request() []byte {
	return []byte{
		0x50, 0, 0, 0xff, 0xff, 0x03, 0, 6, 0,
		0x10, 0, 0x01, 0x01, 0, 0,
	}
}

// An answer has nine octets before what its length counts.
const (
	headSize  = 9
	maxAnswer = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "melsec", Transport: heron.TCP, Ports: []uint16{5007, 5000, 5010}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "Mitsubishi SH-080008, MELSEC Communication Protocol Reference Manual, chapter 5", Run: probe.Ask(size, request()),
	}
}

func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	sub := r.U16()
	r.Skip(5)
	n := r.U16LE()
	switch {
	case r.Err() != nil:
		return 0, nil
	case sub != 0xd000 || n > maxAnswer-headSize:
		return 0, probe.ErrNotMine
	}
	return headSize + n, nil
}
