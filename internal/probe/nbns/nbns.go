// Package nbns asks a host for the NetBIOS names that it has: a node status request
// (RFC 1002 §4.2.17). It can send nothing else.
//
// The dissector reads the answer: nbns.name, nbns.group …
package nbns

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	id        = 0x4852
	maxAnswer = 2 << 10
)

func request() []byte {
	m := dns.Message{ID: id, Questions: []dns.Ask{{Name: nbns.EncodeName("*", 0), Type: dns.TypeNBSTAT}}}
	return m.Append(nil)
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "nbns", Transport: heron.UDP, Ports: []uint16{137}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Control: true, Allow: probe.Only(request()),
		Spec: "RFC 1002 §4.2.17", Run: probe.Ask(size, request()),
	}
}

// size is that of an answer to the request.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	h := dns.ReadHeader(&r)
	if r.Err() != nil || h.ID != id || h.Flags&dns.FlagResponse == 0 {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}
