// Package hid_discovery asks a door controller of HID's, VertX or Edge, which it is, with
// the search that the maker's own tool sends to all, to the host alone. It can send
// nothing else: orders come to the same port.
//
// The dissector reads the answer: hid.model, hid.firmware …
package hid_discovery

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	request   = "discover;013;"
	maxAnswer = 512
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "hid_discovery", Transport: heron.UDP, Ports: []uint16{4070}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"hid ", "assa abloy"},
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(request)),
		Spec: "HID's search for controllers, as it was described in public", Run: probe.Ask(probe.Begins("discovered;"), []byte(request)),
	}
}
