// Package eiscp asks a receiver of Onkyo's, Pioneer's or Integra's which it is, with the
// search of the maker's protocol, which goes to all units, to the host alone. It can
// send nothing else.
//
// The dissector reads the answer: eiscp.model …
package eiscp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const maxAnswer = 1 << 10

// request asks whoever it is, which the x says, for its identity.
const request = "ISCP\x00\x00\x00\x10\x00\x00\x00\x0b\x01\x00\x00\x00!xECNQSTN\r\n"

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "eiscp", Transport: heron.UDP, Ports: []uint16{60128}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"onkyo", "pioneer", "integra"},
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Allow: probe.Only([]byte(request)),
		Spec: "Onkyo, ISCP over Ethernet (eISCP)", Run: probe.Ask(probe.Begins("ISCP"), []byte(request)),
	}
}
