// Package moxa searches for serial device servers of Moxa's: the search that their
// tools broadcast, sent to one host. It is not published; this is as it is observed.
// It can send nothing else.
//
// The dissector reads the answer: moxa.model, moxa.mac …
package moxa

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	search    = "\x01\x00\x00\x08\x00\x00\x00\x00"
	answer    = "\x81\x00\x00"
	maxAnswer = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "moxa", Transport: heron.UDP, Ports: []uint16{4800}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"moxa"}, Plant: true,
		MaxWrites: 1, MaxBytes: len(search), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(search)),
		Spec: "not published; search for Moxa NPort, as observed", Run: probe.Ask(probe.Begins(answer), []byte(search)),
	}
}
