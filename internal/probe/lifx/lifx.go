// Package lifx asks a lamp of LIFX's which product it is, which firmware it has and
// what it is called: GetVersion, GetHostFirmware and GetLabel of the LAN protocol
// (lan.developer.lifx.com). It can send nothing else.
//
// The dissector reads the answers: lifx.product, lifx.firmware …
package lifx

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// Types of message.
const (
	getFirmware = 14
	getLabel    = 23
	getVersion  = 32
)

const (
	headSize  = 36
	maxAnswer = 2 << 10
)

// ask is a message for whoever gets it, of type kind.
func ask(kind uint16) []byte {
	const tagged, source, answer = 0x3400, 0x48455230, 1
	b := binary.LittleEndian.AppendUint16(nil, headSize)
	b = binary.LittleEndian.AppendUint16(b, tagged)
	b = binary.LittleEndian.AppendUint32(b, source)
	b = append(b, make([]byte, 8+6)...) // target, reserved
	b = append(b, answer, byte(kind))   // sequence
	b = append(b, make([]byte, 8)...)   // reserved
	b = binary.LittleEndian.AppendUint16(b, kind)
	return append(b, 0, 0)
}

func questions() [][]byte { return [][]byte{ask(getVersion), ask(getFirmware), ask(getLabel)} }

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "lifx", Transport: heron.UDP, Ports: []uint16{56700}, Safety: probe.ReadOnly, Worth: 3, Makers: []string{"lifi labs"},
		MaxWrites: 3, MaxBytes: 3 * headSize, MaxAnswer: maxAnswer, Allow: probe.Only(questions()...),
		Rehearse: questions(), // what is sent has the form of what comes
		Spec:     "LIFX LAN Protocol (lan.developer.lifx.com)", Run: probe.Ask(probe.Datagram(size), questions()...),
	}
}

func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	n, protocol := r.U16LE(), r.U16LE()
	if r.Err() != nil || n < headSize || protocol&0xfff != 1024 {
		return 0, probe.ErrNotMine
	}
	return n, nil
}
