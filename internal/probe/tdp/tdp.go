// Package tdp asks a device of TP-Link's, of Tapo's or a newer one of Kasa's, which it is,
// with the search that the maker's apps send to all, to the host alone. It can send
// nothing else.
//
// The dissector reads the answer: tplink.model, tplink.type …
package tdp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const maxAnswer = 4 << 10

// request is version 2, operation 1, nothing behind the header, and its checksum.
func request() []byte { return []byte{2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x46, 0x3c, 0xb5, 0xd3} }

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "tdp", Transport: heron.UDP, Ports: []uint16{20002}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"tp-link", "tp link"},
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Allow: probe.Only(request()),
		Spec: "TP-Link Discovery Protocol, as its public descriptions have it", Run: probe.Ask(probe.Begins("\x02"), request()),
	}
}
