// Package lifx reads the local protocol of LIFX's lamps: what they are, their
// firmware and name, and that somebody switches them.
package lifx

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyTarget   = "lifx.mac"
	keyFirmware = "lifx.firmware"
	keyLabel    = "lifx.label"
	keyVendor   = "lifx.vendor"
	keyProduct  = "lifx.product" // number of the product
	keyGroup    = "lifx.group"
	keyLocation = "lifx.location"
)

// Types of message.
const (
	stateFirmware = 15
	setLabel      = 24
	stateLabel    = 25
	stateVersion  = 33
	setReboot     = 38
	stateLocation = 50
	stateGroup    = 53
	setColor      = 102
	setWaveform   = 103
	lightState    = 107
	setLightPower = 117
	setPower      = 21
	lastType      = 1000
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "lifx",
		Over:         dissect.OverUDP,
		Ports:        []uint16{56700},
		Spec:         "LIFX LAN Protocol (lan.developer.lifx.com): header, messages of devices and lights",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { return isHead(b) },
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// isHead reports whether b is one message: its length is its own, the number of
// the protocol is 1024, it has an address, and what is reserved is zero.
func isHead(b []byte) bool {
	r := wire.NewReader(b)
	size, flags := r.U16LE(), r.U16LE()
	if size != len(b) || flags&0x1fff != 0x1400 {
		return false // this is asked of much that is others'
	}
	r.Skip(4)            // source
	target := r.Bytes(8) // six octets of an address, two zeros
	r.Skip(6)            // reserved
	r.Skip(2)            // flags, sequence
	reserved, kind, end := r.U64(), r.U16LE(), r.U16LE()
	if r.Err() != nil || string(target[6:]) != "\x00\x00" {
		return false
	}
	return (reserved == 0 || kind > 2 && kind <= lastType) && kind >= 2 && kind <= lastType && end == 0
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !isHead(r.Peek(r.Len())) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(8)
	target := r.Bytes(6)
	r.Skip(18)
	kind := r.U16LE()
	r.Skip(2)
	about := heron.Subject{Endpoint: m.Src}
	switch kind {
	case setPower, setLabel, setReboot, setColor, setWaveform, setLightPower:
		if dissect.Fresh(m.Flow, kind) {
			out.Event(heron.Event{Kind: "lifx.write", Attrs: map[string]string{"type": strconv.Itoa(kind)}})
		}
	case stateFirmware, stateLabel, stateVersion, stateLocation, stateGroup, lightState:
		out.Observe(about, keyTarget, d.text.MAC(target))
		return heron.Verdict{}, d.state(kind, r, about, out)
	}
	return heron.Verdict{}, nil
}

// state reads what a lamp says of itself.
func (d *dissector) state(kind int, r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	const sizeLabel = 32
	switch kind {
	case stateFirmware:
		r.Skip(16) // when it was made, reserved
		minor, major := r.U16LE(), r.U16LE()
		if r.Err() == nil {
			out.Observe(about, keyFirmware, d.text.Numbers('.', major, minor))
		}
	case stateVersion:
		vendor, product := r.U32LE(), r.U32LE()
		if r.Err() == nil {
			out.Observe(about, keyVendor, d.text.Number(vendor))
			out.Observe(about, keyProduct, d.text.Number(product))
		}
	case stateLabel:
		out.Observe(about, keyLabel, wire.UntilZero(r.Bytes(sizeLabel)))
	case lightState:
		r.Skip(12) // colour, reserved, power
		out.Observe(about, keyLabel, wire.UntilZero(r.Bytes(sizeLabel)))
	case stateGroup:
		r.Skip(16)
		out.Observe(about, keyGroup, wire.UntilZero(r.Bytes(sizeLabel)))
	case stateLocation:
		r.Skip(16)
		out.Observe(about, keyLocation, wire.UntilZero(r.Bytes(sizeLabel)))
	}
	return r.Err()
}
