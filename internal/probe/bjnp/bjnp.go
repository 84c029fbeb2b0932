// Package bjnp asks a printer or scanner of Canon's for its identity: the search and
// then the device ID (IEEE 1284) of BJNP, as its public descriptions have it. No job is
// begun. It can send nothing else.
//
// The dissector reads the answers: bjnp.manufacturer, bjnp.model …
package bjnp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// Commands.
const (
	discover = 0x01
	identity = 0x30
)

const maxAnswer = 4 << 10

// ask is a command for a printer.
func ask(command byte) []byte {
	return append([]byte("BJNP"), 1, command, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
}

// Probe returns the probe.
func Probe() probe.Probe {
	questions := [][]byte{ask(discover), ask(identity)}
	return probe.Probe{
		Name: "bjnp", Transport: heron.UDP, Ports: []uint16{8611}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"canon"},
		MaxWrites: 2, MaxBytes: 2 * len(ask(0)), MaxAnswer: maxAnswer, Allow: probe.Only(questions...),
		Rehearse: [][]byte{[]byte(begin)},
		Spec:     "Canon BJNP, as its public descriptions have it; IEEE 1284-2000 §7.6", Run: probe.Ask(probe.Begins(begin), questions...),
	}
}

// begin is what an answer starts with.
const begin = "BJNP\x81"
