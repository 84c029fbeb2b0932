// Package knxip asks a KNXnet/IP server to describe itself: DESCRIPTION_REQUEST (ISO
// 22510:2019 §5.2.7, KNX Standard 3/8/2), which opens no connection and touches
// nothing on the bus. It can send nothing else.
//
// The dissector reads the answer: knxip.name, knxip.serial …
package knxip

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// request asks that the answer goes to where it came from: an address of zeros.
func request() []byte {
	return []byte{
		6, 0x10, 0x02, 0x03, 0, 14,
		8, 1, 0, 0, 0, 0, 0, 0,
	}
}

// answer is what a DESCRIPTION_RESPONSE begins with.
const (
	answer    = "\x06\x10\x02\x04"
	maxAnswer = 1024
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "knxip", Transport: heron.UDP, Ports: []uint16{3671}, Safety: probe.ReadOnly, Worth: 3, Narrow: true,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "ISO 22510:2019 §5.2.7", Run: probe.Ask(probe.Begins(answer), request()),
	}
}
