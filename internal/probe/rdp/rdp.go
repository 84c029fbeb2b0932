// Package rdp asks a Remote Desktop server which security it wants: the connection
// request with a negotiation ([MS-RDPBCGR] §2.2.1.1), and no more. Nobody is named. It
// can send nothing else.
//
// The dissector reads the answer: rdp.security.
package rdp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/cotp"
)

const maxAnswer = 1 << 10

// request offers TLS and CredSSP.
func request() []byte {
	return []byte{
		3, 0, 0, 19,
		14, 0xe0, 0, 0, 0, 0, 0,
		1, 0, 8, 0, 3, 0, 0, 0,
	}
}

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "rdp", Transport: heron.TCP, Ports: []uint16{3389}, Safety: probe.ReadOnly, Worth: 1,
		MaxWrites: 1, MaxBytes: len(request()), MaxAnswer: maxAnswer, Allow: probe.Only(request()),
		Spec: "[MS-RDPBCGR] §2.2.1.1", Run: probe.Ask(cotp.Size, request()),
	}
}
