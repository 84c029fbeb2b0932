// Package zep reads the encapsulation in which sniffers and gateways pass on frames
// of IEEE 802.15.4, the radio of Zigbee and Thread: which networks and devices
// they hear.
package zep

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations; all are about who passes the frames on.
const (
	keyChannel = "zep.channel"
	keyPAN     = "zep.pan"      // number of a network, hexadecimal
	keyNode    = "zep.node"     // extended address of a device that it hears
	keyNetwork = "zep.protocol" // zigbee, 6lowpan
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "zep",
		Over:    dissect.OverUDP,
		Ports:   []uint16{17754},
		Spec:    "ZigBee Encapsulation Protocol, versions 1 and 2, as its public descriptions have it; IEEE 802.15.4-2020 §7; Zigbee r22 §3.3",
		Probe:   probe,
		Starts:  []byte{'E'},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// packet is what a message carries.
type packet struct {
	channel int
	frame   wire.Reader
}

func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	_, ok := read(&r)
	return ok
}

// read reads the header: "EX", version, and by version and type the channel, the
// device that listens, quality, time, sequence and length.
func read(r *wire.Reader) (packet, bool) {
	const acknowledgement = 2
	var p packet
	mark, version := r.U16(), r.U8()
	if mark != 0x4558 || version < 1 || version > 2 {
		return p, false
	}
	kind := 1
	if version == 2 {
		kind = r.U8()
	}
	if kind == acknowledgement {
		r.Skip(4)
		return p, r.Err() == nil && r.Len() == 0
	}
	p.channel = r.U8()
	r.Skip(2 + 1 + 1) // device, quality or check sequence, quality
	if version == 2 {
		r.Skip(8 + 4) // time, sequence
		r.Skip(10)    // reserved
	} else {
		r.Skip(7)
	}
	size := r.U8()
	ok := r.Err() == nil && kind == 1 && p.channel <= 26 && size == r.Len() && size <= 127
	p.frame = r.Sub(size)
	return p, ok
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	p, ok := read(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if p.frame.Len() == 0 {
		return heron.Verdict{}, nil
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyChannel, d.text.Number(p.channel))
	d.frame(&p.frame, about, out)
	return heron.Verdict{}, nil
}

// Kinds of addressing (802.15.4 §7.2.2.9).
const (
	modeShort    = 2
	modeExtended = 3
)

// frame reads the header of a frame of the versions of 2003 and 2006 (§7.2).
func (d *dissector) frame(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	const beacon, data, last, security, compressed = 0, 1, 3, 0x08, 0x40
	control := r.U16LE()
	r.Skip(1) // sequence
	kind, version := control&7, control>>12&3
	target, source := control>>10&3, control>>14&3
	if kind > last || version > 1 || target == 1 || source == 1 {
		return
	}
	pan := -1
	if target != 0 {
		pan = r.U16LE()
		r.Skip(sizeOf(target))
	}
	if source != 0 && control&compressed == 0 {
		pan = r.U16LE()
	}
	node := r.Bytes(sizeOf(source))
	if r.Err() != nil {
		return
	}
	if pan >= 0 && pan != 0xffff {
		out.Observe(about, keyPAN, d.text.HexNumber(pan, 0))
	}
	if source == modeExtended {
		out.Observe(about, keyNode, d.extended(node))
	}
	if kind == data && control&security == 0 || kind == beacon {
		out.ObserveString(about, keyNetwork, network(*r, kind == beacon))
	}
}

func sizeOf(mode int) int {
	switch mode {
	case modeShort:
		return 2
	case modeExtended:
		return 8
	}
	return 0
}

// extended writes an address, whose octets come last first.
func (d *dissector) extended(b []byte) []byte {
	var turned [8]byte
	for i, c := range b {
		turned[len(turned)-1-i%len(turned)] = c
	}
	d.text = dissect.AppendMAC(d.text[:0], turned[:])
	return d.text
}

// network tells what is in a frame: the network layer of Zigbee has version 2 and
// no reserved type, its beacons the identifier 0; 6LoWPAN has a dispatch (RFC 4944
// §5.1, RFC 6282 §3.1).
func network(r wire.Reader, beacon bool) string {
	if beacon {
		r.Skip(2) // superframe
		slots, pending, protocol := r.U8(), r.U8(), r.U8()
		if r.Err() == nil && slots&7 == 0 && pending == 0 && protocol == 0 {
			return "zigbee"
		}
		return ""
	}
	first := r.U8()
	switch {
	case r.Err() != nil:
		return ""
	case first>>5 == 0b011 || first == 0x41:
		return "6lowpan"
	case first>>2&0xf == 2 && first&3 != 2:
		return "zigbee"
	}
	return ""
}
