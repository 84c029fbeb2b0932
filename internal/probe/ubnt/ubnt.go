// Package ubnt searches for devices of Ubiquiti's: the discovery of version 1 that
// their tools broadcast, sent to one host, as its public descriptions have it. It can
// send nothing else.
//
// The dissector reads the answer: ubnt.model, ubnt.firmware …
package ubnt

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	search    = "\x01\x00\x00\x00"
	maxAnswer = 4 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "ubnt", Transport: heron.UDP, Ports: []uint16{10001}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"ubiquiti"},
		MaxWrites: 1, MaxBytes: len(search), MaxAnswer: maxAnswer, Allow: probe.Only([]byte(search)),
		Spec: "Ubiquiti device discovery, as its public descriptions have it", Run: probe.Ask(probe.Datagram(size), []byte(search)),
	}
}

func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, _, n := r.U8(), r.U8(), r.U16()
	if r.Err() != nil || version != 1 && version != 2 || n == 0 {
		return 0, probe.ErrNotMine
	}
	return 4 + n, nil
}
