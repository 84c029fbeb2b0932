// Package tplinksmarthome asks Kasa plugs, bulbs and switches of TP-Link's what they
// are: get_sysinfo of their local protocol, as its public descriptions have it. It can
// send nothing else.
//
// The dissector reads the answer: tplink.model, tplink.type …
package tplinksmarthome

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	question  = `{"system":{"get_sysinfo":{}}}`
	firstKey  = 0xab // each octet is the key of the next
	port      = 9999
	maxAnswer = 16 << 10
)

// hidden is the question as it is sent.
func hidden() []byte {
	b, key := []byte(question), byte(firstKey)
	for i, c := range b {
		key ^= c
		b[i] = key
	}
	return b
}

// Probe returns the probe over UDP.
func Probe() probe.Probe {
	p := asks("tplinksmarthome", heron.UDP, hidden())
	p.Makers = []string{"tp-link", "tp link"}
	p.Run = probe.Ask(probe.Begins("\xd0\xf2"), hidden()) // a brace and a quotation mark
	return p
}

// Stream returns the probe over TCP, where a length comes first.
func Stream() probe.Probe {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(question))), hidden()...)
	p := asks("tplinksmarthome_tcp", heron.TCP, b)
	p.Run = probe.Ask(size, b)
	return p
}

func asks(name string, over heron.Transport, request []byte) probe.Probe {
	return probe.Probe{
		Name: name, Transport: over, Ports: []uint16{port}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Allow: probe.Only(request),
		Spec: "TP-Link Smart Home Protocol, as its public descriptions have it",
	}
}

// size is that of a message in a stream.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	n := r.U32()
	switch {
	case r.Err() != nil:
		return 0, nil
	case n > maxAnswer:
		return 0, probe.ErrNotMine
	}
	return 4 + n, nil
}
