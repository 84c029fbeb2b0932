// Package bjnp reads the protocol by which Canon's printers and scanners are found
// and used.
package bjnp

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyManufacturer = "bjnp.manufacturer"
	keyModel        = "bjnp.model"
	keyClass        = "bjnp.class"
	keyVersion      = "bjnp.version"
	keySerial       = "bjnp.serial"
	keyMAC          = "bjnp.mac"
	keyKind         = "bjnp.kind" // printer, scanner
)

// Commands.
const (
	discover    = 0x01
	getIdentity = 0x30
	answerBit   = 0x80 // of the kind of device
	headSize    = 16
	maxBody     = 1 << 24
	maxMessages = 32 // of a flow: after them come pages
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "bjnp",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{8611, 8612, 8613, 8614},
		Spec:    "Canon BJNP, as its public descriptions have it; IEEE 1284-2000 §7.6 (device ID)",
		Probe:   probe,
		Starts:  []byte{'B', 'M'},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func probe(b []byte, _ bool) bool {
	n, err := frame(b)
	return err == nil && n > 0
}

// frame reads the head: a mark, the kind of device, the command, numbers, and the
// length of the body.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	mark := r.U32()
	kind := r.U8() &^ answerBit
	if r.Err() != nil {
		return 0, nil
	}
	switch mark {
	case 0x424a4e50, 0x424a4e42, 0x424e4a42, 0x4d464e50: // BJNP, BJNB, BNJB, MFNP
	default:
		return 0, dissect.ErrNotMine
	}
	r.Skip(7)
	size := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	if kind != 1 && kind != 2 || size > maxBody {
		return 0, dissect.ErrNotMine
	}
	return headSize + size, nil
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	body := r.At(headSize)
	n, err := frame(r.Peek(r.Len()))
	if err != nil || n == 0 || m.Transport == heron.UDP && n != r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(4)
	kind, command := r.U8(), r.U8()
	m.Flow.Data[0]++
	done := m.Flow.Data[0] >= maxMessages
	if kind&answerBit == 0 {
		return heron.Verdict{Done: done}, nil
	}
	about := heron.Subject{Endpoint: m.Src}
	out.ObserveString(about, keyKind, [...]string{"printer", "scanner"}[kind&^answerBit-1])
	switch command {
	case discover:
		body.Skip(4)
		size := body.U8()
		body.Skip(1)
		if size == 6 {
			out.Observe(about, keyMAC, d.text.MAC(body.Bytes(size)))
		}
	case getIdentity:
		body.Skip(2) // length of the device ID
		identity(body.Rest(), about, out)
		return heron.Verdict{Done: true}, nil
	}
	return heron.Verdict{Done: done}, nil
}

// identity reads an IEEE 1284 device ID: pairs of name and value, each ended by a
// semicolon.
func identity(b []byte, about heron.Subject, out dissect.Emitter) {
	for len(b) > 0 {
		var pair []byte
		pair, b, _ = bytes.Cut(b, []byte(";"))
		name, value, _ := bytes.Cut(pair, []byte(":"))
		switch string(name) {
		case "MFG", "MANUFACTURER":
			out.Observe(about, keyManufacturer, value)
		case "MDL", "MODEL":
			out.Observe(about, keyModel, value)
		case "CLS", "CLASS":
			out.Observe(about, keyClass, value)
		case "VER":
			out.Observe(about, keyVersion, value)
		case "SN", "SERN", "SERIALNUMBER":
			out.Observe(about, keySerial, value)
		}
	}
}
