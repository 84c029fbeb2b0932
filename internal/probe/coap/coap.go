// Package coap asks a CoAP server for the list of its resources: GET /.well-known/core
// (RFC 7252 §7.2.1, RFC 6690 §4). It can send nothing else.
//
// The dissector reads the answer: coap.resource, coap.resource_type …
package coap

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// request is a confirmable GET with two options, the parts of the path.
const request = "\x40\x01\x48\x01\xbb.well-known\x04core"

const maxAnswer = 4 << 10

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "coap", Transport: heron.UDP, Ports: []uint16{5683}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only([]byte(request)),
		Spec: "RFC 7252 §7.2.1, RFC 6690 §4", Run: probe.Ask(size, []byte(request)),
	}
}

// size is that of an answer: version 1, and a code that is no request's. An empty one
// says that the answer comes later.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	version, code := r.U8()>>6, r.U8()
	switch {
	case r.Err() != nil || version != 1 || code != 0 && code < 0x40:
		return 0, probe.ErrNotMine
	case code == 0 && len(b) == 4:
		return 0, nil
	}
	return len(b), nil
}
