// Package s7comm asks an S7 controller for two parts of its system status list: the
// modules' order numbers and versions (0011) and the names of plant, module and
// serial number (001C). It opens a connection of the programmer's kind, as every tool
// does, and reads (Siemens, SIMATIC System Software for S7-300/400, System and
// Standard Functions, chapter 34). It can send nothing else.
//
// The dissector reads the answers: s7.szl.<id>.
package s7comm

import (
	"context"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/s7"
)

// Parts of the system status list.
const (
	moduleIdentification = 0x0011
	component            = 0x001c
)

const maxAnswer = 16 << 10

// bySlot is the path that asks again for the module in slot 1, where newer controllers
// sit; older ones are in slot 2.
const bySlot = "/slot/1"

func connect(slot byte) []byte { return s7.Connect(s7.ConnectRequest, 0, 1, 0, slot) }

// questions follow when the connection is open.
func questions() [][]byte {
	return [][]byte{
		s7.SetupJob(s7.Job, 1),
		s7.ReadSZL(2, moduleIdentification, 0),
		s7.ReadSZL(3, component, 0),
	}
}

// Probe returns the probe.
func Probe() probe.Probe {
	size := len(connect(2))
	for _, q := range questions() {
		size += len(q)
	}
	return probe.Probe{
		Name: "s7comm", Transport: heron.TCP, Ports: []uint16{102}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1 + len(questions()), MaxBytes: size, MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(append(questions(), connect(1), connect(2))...),
		Rehearse: [][]byte{
			s7.Connect(s7.ConnectConfirm, 1, 2, 0, 2), s7.SetupJob(s7.Ack, 1), s7.SZL(2, moduleIdentification, 0),
		},
		Spec: "Siemens, System Software for S7-300/400, chapter 34; RFC 1006", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	slot := byte(2)
	if c.Target().Path == bySlot {
		slot = 1
	}
	if _, err := c.Write(connect(slot)); err != nil {
		return err
	}
	answer, err := probe.Listen(c, s7.Size)
	if err != nil {
		return err
	}
	if p, _, err := s7.Read(answer); err != nil || p.Kind != s7.ConnectConfirm {
		if slot == 1 {
			c.Follow(others())
		} else {
			c.Follow(probe.Follow{Probe: "s7comm", Path: bySlot})
		}
		return nil // there is no module in that slot
	}
	setup, rest := questions()[0], questions()[1:]
	if _, err := c.Write(setup); err != nil {
		return err
	}
	if answer, err = probe.Listen(c, s7.Size); err != nil || !isS7(answer) {
		c.Follow(others())
		return err
	}
	return probe.Ask(s7.Size, rest...)(ctx, c)
}

// others is the question for what else is spoken over ISO transport, where it turns out
// that S7 is not: protection relays have MMS at the same port.
func others() probe.Follow { return probe.Follow{Probe: "mms"} }

// isS7 reports whether a message is one of S7.
func isS7(answer []byte) bool {
	p, _, err := s7.Read(answer)
	return err == nil && p.ROSCTR != 0
}
