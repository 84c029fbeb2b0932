// Package wiz asks a lamp or a plug of WiZ's which it is: getSystemConfig of its local
// protocol, which only reads, as its public descriptions have it. It can send nothing
// else.
//
// The dissector reads the answer: wiz.module, wiz.firmware …
package wiz

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	request   = `{"method":"getSystemConfig","params":{}}`
	maxAnswer = 2 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "wiz", Transport: heron.UDP, Ports: []uint16{38899}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"wiz", "signify", "espressif"},
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Allow: probe.Only([]byte(request)),
		Spec: "WiZ local UDP protocol, as its public descriptions have it", Run: probe.Ask(probe.Begins("{"), []byte(request)),
	}
}
