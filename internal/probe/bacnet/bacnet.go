// Package bacnet asks a BACnet/IP device what its device object says of it: maker,
// model, firmware, application, name and place, each by ReadProperty (ASHRAE 135
// clause 15.5) of the instance that stands for whoever is asked (4194303, clause
// 12.11). It reads, and can send nothing else.
//
// The dissector reads the answers: bacnet.device.vendor_name, bacnet.device.model_name …
package bacnet

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/bacnet"
)

// anyDevice is the instance of the one that is asked.
const anyDevice = 4194303

const maxAnswer = 16 << 10

// questions are one for each property, in the order of what they are worth.
func questions() [][]byte {
	var out [][]byte
	object := bacnet.ObjectID(bacnet.ObjectDevice, anyDevice)
	for i, property := range []byte{
		bacnet.PropVendorName, bacnet.PropModelName, bacnet.PropFirmware, bacnet.PropApplicationVersion,
		bacnet.PropVendorID, bacnet.PropObjectIdentifier, bacnet.PropObjectName, bacnet.PropDescription, bacnet.PropLocation,
	} {
		out = append(out, bacnet.AppendReadProperty(nil, byte(i+1), object, property))
	}
	return out
}

// Probe returns the probe.
func Probe() probe.Probe {
	size := 0
	for _, q := range questions() {
		size += len(q)
	}
	return probe.Probe{
		Name: "bacnet", Transport: heron.UDP, Ports: []uint16{47808}, Safety: probe.ReadOnly, Worth: 3,
		MaxWrites: len(questions()), MaxBytes: size, MaxAnswer: maxAnswer,
		Control: true, Allow: probe.Only(questions()...), Rehearse: rehearsal(),
		Spec: "ANSI/ASHRAE 135 clauses 12.11, 15.5, annex J", Run: probe.Ask(probe.Datagram(answered), questions()...),
	}
}

// answered is the Size of an answer, be it a refusal.
func answered(b []byte) (int, error) {
	m, err := bacnet.Read(b)
	if err != nil || m.LinkOnly || m.Network || m.Kind == bacnet.Confirmed || m.Kind == bacnet.Unconfirmed {
		return 0, probe.ErrNotMine
	}
	return len(b), nil
}

// rehearsal has all properties refused.
func rehearsal() [][]byte {
	var out [][]byte
	for _, q := range questions() {
		m, err := bacnet.Read(q)
		if err != nil {
			return nil
		}
		out = append(out, bacnet.AppendUnknownProperty(nil, &m))
	}
	return out
}
