// Package ipmi asks a management controller who it is as far as it says so to anyone:
// the presence of ASF (DMTF DSP0136 §3.2.4.2), and in IPMI, outside a session, which
// authentication its channel has and its system's identifier (IPMI 2.0 §22.13, §22.14).
// It can send nothing else.
//
// The dissector reads the answers: ipmi.manufacturer_id, ipmi.version, ipmi.guid …
package ipmi

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const maxAnswer = 2 << 10

// presence is a ping of ASF.
func presence() []byte { return []byte{6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0, 0, 0} }

// command is a message of IPMI outside a session, for an application's command.
func command(code byte, data ...byte) []byte {
	const controller, application, console = 0x20, 6 << 2, 0x81
	body := []byte{controller, application, checksum(controller, application)}
	tail := append([]byte{console, 0, code}, data...)
	body = append(append(body, tail...), checksum(tail...))
	head := []byte{6, 0, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(body))}
	return append(head, body...)
}

// checksum makes the sum of all octets zero (IPMI 2.0 §13.8).
func checksum(b ...byte) byte {
	sum := byte(0)
	for _, c := range b {
		sum -= c
	}
	return sum
}

// questions are the ping, the authentication of this channel for an administrator, as
// version 2.0 has it, and the identifier.
func questions() [][]byte {
	return [][]byte{presence(), command(0x38, 0x8e, 0x04), command(0x37)}
}

// Probe returns the probe.
func Probe() probe.Probe {
	size := 0
	for _, q := range questions() {
		size += len(q)
	}
	return probe.Probe{
		Name: "ipmi", Transport: heron.UDP, Ports: []uint16{623}, Safety: probe.ReadOnly, Worth: 2, Narrow: true,
		MaxWrites: len(questions()), MaxBytes: size, MaxAnswer: maxAnswer, Allow: probe.Only(questions()...),
		Rehearse: [][]byte{[]byte(rmcp), []byte(rmcp)},
		Spec:     "DMTF DSP0136 §3.2.4.2, IPMI 2.0 §22.13, §22.14", Run: probe.Ask(probe.Begins(rmcp), questions()...),
	}
}

// rmcp is what each answer begins with.
const rmcp = "\x06\x00\xff"
