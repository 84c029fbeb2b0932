// Package dnp3 asks whether there is an outstation behind a port, and which link address
// it has: one request for the status of the link, function 9 of the data link layer,
// to the address that every outstation may answer to as its own (IEEE 1815-2012
// §9.2.4.1, §9.2.5.2). It can send nothing else.
//
// An outstation may speak to one master at a time, and many have that address switched
// off: thorough scans alone ask.
//
// The dissector reads the answer: dnp3.outstation.
package dnp3

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/dnp3"
)

const (
	requestStatus = 9
	self          = 0xfffc // whoever gets it
	nobody        = 0xffef // the last address that a station may have: hardly a master's
	maxAnswer     = 1 << 10
)

func request() []byte {
	f := dnp3.Frame{Control: dnp3.FromMaster | dnp3.Primary | requestStatus, Destination: self, Source: nobody}
	return f.Append(nil, nil)
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "dnp3", Transport: heron.TCP, Ports: []uint16{20000}, Safety: probe.ReadOnly, Worth: 2, Thorough: true,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "IEEE 1815-2012 §9.2.4.1, §9.2.5.2", Run: probe.Ask(size, request()),
	}
}

// size is that of a frame.
func size(b []byte) (int, error) {
	n, err := dnp3.Size(b)
	if err != nil {
		return 0, probe.ErrNotMine
	}
	return n, nil
}
