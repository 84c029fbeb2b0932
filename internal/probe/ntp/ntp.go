// Package ntp asks a time server for the time, as any client would (RFC 4330 §5), and
// for the variables of its system, in which it names its software (RFC 9327 §4.1,
// read variables). It can send nothing else.
//
// The dissector reads the answers: ntp.stratum, ntp.readvar …
package ntp

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

const maxAnswer = 4 << 10

// time is a request of a client of version 4, and variables one for control.
func time() []byte      { return append([]byte{0x23}, make([]byte, 47)...) }
func variables() []byte { return []byte{0x16, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0} }

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ntp", Transport: heron.UDP, Ports: []uint16{123}, Safety: probe.ReadOnly, Worth: 1,
		MaxWrites: 2, MaxBytes: len(time()) + len(variables()), MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(time(), variables()), Rehearse: [][]byte{nil},
		Spec: "RFC 4330 §5, RFC 9327 §4.1", Run: run,
	}
}

// run asks both at once: few servers answer for their variables.
func run(_ context.Context, c *probe.Conn) error {
	if _, err := c.Write(variables()); err != nil {
		return err
	}
	if _, err := c.Write(time()); err != nil {
		return err
	}
	if _, err := probe.Listen(c, size); err != nil {
		return err
	}
	_, _ = probe.Listen(c, size) // the other, if it comes
	return nil
}

// size is that of an answer: of a server, or to a question of control.
func size(b []byte) (int, error) {
	const server, control = 4, 6
	r := wire.NewReader(b)
	first, second := r.U8(), r.U8()
	switch mode := first & 7; {
	case mode == server && len(b) >= 48, mode == control && second&0x80 != 0 && len(b) >= 12:
		return len(b), nil
	}
	return 0, probe.ErrNotMine
}
