// Package dhip searches for cameras and recorders of Dahua's: the search that its
// tools broadcast, sent to one host, for an answer to us alone. It is not published;
// this is as it is observed. It can send nothing else.
//
// The dissector reads the answer: dhip.model, dhip.version …
package dhip

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	question  = `{"method":"DHDiscover.search","params":{"mac":"","uni":1}}`
	begin     = "\x20\x00\x00\x00DHIP"
	maxAnswer = 8 << 10
)

// request puts the question behind a header: session, number, and its length twice.
func request() []byte {
	b := append([]byte(begin), make([]byte, 8)...)
	for range 2 {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(question)))
	}
	return append(b, question...)
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "dhip", Transport: heron.UDP, Ports: []uint16{37810}, Safety: probe.ReadOnly, Worth: 3, Beside: 37777,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Allow: probe.Only(request()),
		Spec: "not published; Dahua DHIP, as observed", Run: probe.Ask(probe.Begins(begin), request()),
	}
}
