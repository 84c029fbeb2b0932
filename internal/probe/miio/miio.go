// Package miio greets a device of Xiaomi's in its local protocol: the hello with which
// every use begins, as its public descriptions have it. It can send nothing else.
//
// The dissector reads the answer: miio.device_id …
package miio

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const maxAnswer = 512

// hello is a header of which all but the length is unknown.
func hello() []byte {
	return append([]byte{0x21, 0x31, 0, 32}, bytes.Repeat([]byte{0xff}, 28)...)
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "miio", Transport: heron.UDP, Ports: []uint16{54321}, Safety: probe.ReadOnly, Worth: 2, Narrow: true,
		MaxWrites: 1, MaxBytes: len(hello()), MaxAnswer: maxAnswer, Allow: probe.Only(hello()),
		Spec: "Xiaomi Mi Home Binary Protocol, as its public descriptions have it", Run: probe.Ask(probe.Begins("\x21\x31\x00"), hello()),
	}
}
