// Package crestron searches for control systems of Crestron's: the search that their
// tool broadcasts, sent to one host. It is not published; this is as it is observed.
// It can send nothing else.
//
// The dissector reads the answer: crestron.model, crestron.version …
package crestron

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	search    = "\x14\x00\x00\x00\x01\x04\x00\x03\x00\x00"
	asker     = "heron"
	nameSize  = 256
	answer    = "\x15\x00\x00\x00"
	maxAnswer = 2 << 10
)

// request is the search, and the name of who searches.
func request() []byte {
	b := append([]byte(search), asker...)
	return append(b, make([]byte, nameSize-len(asker))...)
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "crestron", Transport: heron.UDP, Ports: []uint16{41794}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"crestron"},
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Allow: probe.Only(request()),
		Spec: "not published; the search as observed of Crestron Toolbox", Run: probe.Ask(probe.Begins(answer), request()),
	}
}
