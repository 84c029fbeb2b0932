// Package amqp reads how connections of AMQP begin, version 0-9-1 and 1.0: what
// brokers and clients say they are, and how clients log in. Names, passwords and
// messages are not told.
package amqp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyProtocol  = "amqp.protocol" // 0-9-1, 1.0
	keyMechanism = "amqp.mechanism"
	keyContainer = "amqp.container_id"
	keyProduct   = "amqp.product"
	keyVersion   = "amqp.version"
	keyPlatform  = "amqp.platform"
)

// The header that a client, and in 1.0 a server, opens with.
const (
	magic      = "AMQP"
	headerSize = 8
)

// Types of frames of 0-9-1, and the octet that ends one (§4.2.3).
const (
	frameMethod    = 1
	frameHeader    = 2
	frameBody      = 3
	frameHeartbeat = 8
	frameEnd       = 0xce
)

// maxFrames is how many frames of each side are looked at.
const maxFrames = 12

// Places in heron.FlowScratch.Data.
const (
	atFrames = 0 // two: frames of that side, the client's first
	atDone   = 2 // two: that side said what it is
	atKnown  = 4
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "amqp",
		Over:    dissect.OverTCP,
		Ports:   []uint16{5672},
		Spec:    "AMQP 0-9-1 §2.3, §4.2; OASIS AMQP 1.0 (amqp-core-complete-v1.0-os)",
		Probe:   probe,
		Starts:  []byte{'A', frameMethod},
		Frame:   frame,
		Dissect: read,
	}
}

// probe accepts the header, and a whole method of 0-9-1.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	if string(r.Peek(len(magic))) == magic {
		return versionOf(b) != ""
	}
	n, err := frame(b)
	return err == nil && n > 0 && n <= len(b) && isMethod(b)
}

// versionOf names the version in a header (0-9-1 §4.2.2, 1.0 §2.2 and §5.3.2).
func versionOf(b []byte) string {
	r := wire.NewReader(b)
	r.Skip(len(magic))
	switch id := r.U32(); {
	case r.Err() != nil:
		return ""
	case id == 0x00000901, id == 0x01010009, id == 0x01010008, id == 0x00000900:
		return "0-9-1"
	case id&0x00ffffff == 0x00010000 && id>>24 <= 3:
		return "1.0"
	}
	return ""
}

// isMethod reports whether b is a whole method of a class of 0-9-1.
func isMethod(b []byte) bool {
	r := wire.NewReader(b)
	kind := r.U8()
	r.Skip(2)
	body := r.Sub(r.U32())
	class, method := body.U16(), body.U16()
	end := r.U8()
	switch class {
	case 10, 20, 40, 50, 60, 85, 90:
		return r.Err() == nil && body.Err() == nil && kind == frameMethod && end == frameEnd && method >= 10 && method <= 120
	}
	return false
}

// frame returns the length of a header or frame.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	switch first := r.Peek(1); {
	case first == nil:
		return 0, nil
	case first[0] == 'A':
		if !wire.CanBegin(b, magic) {
			return 0, dissect.ErrNotMine
		}
		return headerSize, nil
	case first[0] == 0: // of 1.0 (§2.3)
		n := r.U32()
		if r.Err() == nil && n < headerSize {
			return 0, dissect.ErrNotMine
		}
		return n, nil
	case first[0] <= frameBody, first[0] == frameHeartbeat:
		r.Skip(3)
		n := r.U32()
		if r.Err() != nil {
			return 0, nil
		}
		return 7 + n + 1, nil
	}
	return 0, dissect.ErrNotMine
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data, side := &m.Flow.Data, dissect.Side(m)
	first := r.Peek(1)
	known := data[atKnown] != 0
	if !known && !probe(m.Payload, m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[atKnown] = 1
	data[atFrames+side]++
	var err error
	switch {
	case first == nil:
	case first[0] == 'A':
		out.ObserveString(m.Sender(), keyProtocol, versionOf(m.Payload))
	case first[0] == 0:
		err = performative(r, &data[atDone+side], m, out)
	case first[0] == frameMethod:
		r.Skip(7)
		err = method(r, &data[atDone+side], m, out)
	}
	const settled = 4 // frames of a server, by which it has let a client in or not
	done := data[atDone] != 0 && data[atDone+1] != 0 && data[atFrames+1] >= settled || data[atFrames+side] >= maxFrames
	return heron.Verdict{Done: done}, err
}

// property tells one of what a side says of itself.
func property(name, value []byte, about heron.Subject, out dissect.Emitter) {
	switch string(name) {
	case "product":
		out.Observe(about, keyProduct, value)
	case "version":
		out.Observe(about, keyVersion, value)
	case "platform":
		out.Observe(about, keyPlatform, value)
	}
}

// login reports a login whose secret is not protected.
func login(mechanism []byte, out dissect.Emitter) {
	switch string(mechanism) {
	case "PLAIN", "AMQPLAIN", "LOGIN":
		dissect.ClearLogin(out, "amqp")
	}
}
