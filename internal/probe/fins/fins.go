// Package fins asks an Omron controller which it is: Controller Data Read, 05 01
// (Omron W342, SYSMAC CS/CJ Series Communications Commands, §5-3-18). It reads, and
// can send nothing else.
//
// The dissector reads the answer: fins.model, fins.version.
package fins

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// request goes to the node that the address belongs to (0), unit 0, its CPU.
func request() []byte {
	return []byte{
		0x80, 0, 2, // a command that wants an answer, at most two gateways
		0, 0, 0, // to the local network, node and unit
		0, 0xfe, 0, // from node 254
		1,       // service identifier
		5, 1, 0, // controller data read: model and version
	}
}

// maxAnswer is more than the 92 octets of controller data.
const maxAnswer = 512

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "fins", Transport: heron.UDP, Ports: []uint16{9600}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"omron"}, Plant: true,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "Omron W342 §5-3-18", Run: probe.Ask(probe.Begins("\xc0"), request()),
	}
}
