// Package ads asks a TwinCAT system who it is, as Beckhoff's own search does that goes to
// all: service 1 over UDP, without items (Beckhoff Information System, broadcast
// search). It can send nothing else.
//
// Old versions were brought down by datagrams that promise more than they hold (2011,
// 2019); this one is whole and 24 octets long. Still, thorough scans alone ask.
//
// The dissector reads the answer: ads.net_id, ads.twincat_version, host.name …
package ads

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

const maxAnswer = 2 << 10

// request is the magic number, an invocation, service 1, from no AMS address, port 10000
// (the system service), with no items.
func request() []byte {
	return []byte{0x03, 0x66, 0x14, 0x71, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x27, 0, 0, 0, 0}
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ads", Transport: heron.UDP, Ports: []uint16{48899}, Safety: probe.ReadOnly, Worth: 2, Thorough: true,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "Beckhoff Information System, TwinCAT: broadcast search", Run: probe.Ask(size, request()),
	}
}

// size is that of an answer to service 1.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	magic := r.U32LE()
	r.Skip(4)
	if service := r.U32LE(); r.Err() != nil || magic != 0x71146603 || service != 0x80000001 {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}
