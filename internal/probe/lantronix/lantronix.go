// Package lantronix asks a device server of Lantronix's for its software: the query of
// firmware version, F6 (Lantronix 900-215, UDS-10 User Guide, chapter 8), which its
// tools broadcast. Settings, in which passwords stand, are never asked for. It can send
// nothing else.
//
// The dissector reads the answer: lantronix.software_type …
package lantronix

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	query     = "\x00\x00\x00\xf6"
	answer    = "\x00\x00\x00\xf7"
	maxAnswer = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "lantronix", Transport: heron.UDP, Ports: []uint16{30718}, Safety: probe.ReadOnly, Worth: 2, Makers: []string{"lantronix", "pronet"}, Plant: true,
		MaxWrites: 1, MaxBytes: len(query), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(query)),
		Spec: "Lantronix 900-215, UDS-10 User Guide, chapter 8", Run: probe.Ask(probe.Begins(answer), []byte(query)),
	}
}
