// Package esphome reads ESPHome's native API as far as it is in clear: what a device is,
// or where it speaks under a key only its name, and which program talks to it.
package esphome

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyName      = "esphome.name"
	keyServer    = "esphome.server" // name and version of its software
	keyMAC       = "esphome.mac"
	keyVersion   = "esphome.version"
	keyModel     = "esphome.model" // of the board
	keyMaker     = "esphome.manufacturer"
	keyProject   = "esphome.project"
	keyProjectAt = "esphome.project_version"
	keyTitle     = "esphome.friendly_name"
	keyClosed    = "esphome.encrypted" // "yes": it speaks under a key
	keyClient    = "esphome.client"
)

// The first octet of a message: in clear, or under a key (the Noise framework).
const (
	inClear  = 0
	underKey = 1
)

// Types of message.
const (
	hello         = 1
	helloAnswer   = 2
	deviceInfo    = 10
	lastType      = 200
	maxBody       = 8 << 10
	maxSealed     = 16
	maxUnsealed   = 64 // messages of a connection that are looked at
	atMessages    = 0
	wireVarint    = 0
	wireFixed64   = 1
	wireBytes     = 2
	wireFixed32   = 5
	maxVarintSize = 5
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "esphome",
		Over:    dissect.OverTCP,
		Ports:   []uint16{6053},
		Spec:    "ESPHome, api.proto and its frame helpers; Protocol Buffers encoding",
		Frame:   frame,
		Dissect: read,
	}
}

// head reads what comes before the body of a message. size is -1 when it is cut off.
func head(r *wire.Reader) (kind, size int, ok bool) {
	switch first := r.U8(); {
	case r.Err() != nil:
		return 0, -1, true
	case first == underKey:
		size = r.U16()
	case first == inClear:
		size = varint(r)
		if kind = varint(r); r.Err() == nil && (kind == 0 || kind > lastType) {
			return 0, 0, false
		}
	default:
		return 0, 0, false
	}
	if r.Err() != nil {
		return 0, -1, true
	}
	return kind, size, size <= maxBody
}

// varint reads a number of at most five octets, the lowest first.
func varint(r *wire.Reader) int {
	n := 0
	for i := range maxVarintSize {
		b := r.U8()
		n |= (b & 0x7f) << (7 * i)
		if b < 0x80 {
			return n
		}
	}
	r.Fail(wire.ErrShort)
	return 0
}

func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	_, size, ok := head(&r)
	switch {
	case !ok || size < 0 && r.Len() > 0:
		return 0, dissect.ErrNotMine
	case size < 0:
		return 0, nil
	}
	return r.Offset() + size, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	kind, size, ok := head(r)
	if !ok || size < 0 || size > r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := r.Sub(size)
	m.Flow.Data[atMessages]++
	verdict := heron.Verdict{Done: m.Flow.Data[atMessages] >= maxUnsealed}
	if kind == 0 {
		verdict.Done = m.Flow.Data[atMessages] >= maxSealed
		sealed(&body, m, out)
		return verdict, nil
	}
	switch {
	case kind == hello && m.FromClient:
		fields(body, func(number int, value []byte) {
			if number == 1 {
				out.Observe(heron.Subject{Endpoint: m.Src}, keyClient, value)
			}
		})
	case kind == helloAnswer && !m.FromClient, kind == deviceInfo && !m.FromClient:
		fields(body, func(number int, value []byte) {
			if key := keyOf(kind, number); key != "" && wire.Printable(value) {
				out.Observe(heron.Subject{Endpoint: m.Src}, key, value)
			}
		})
	}
	return verdict, nil
}

// sealed reads the first message of a device that speaks under a key: a number for the
// kind of key, its name and its MAC address, each with a zero at its end.
func sealed(body *wire.Reader, m *heron.Message, out dissect.Emitter) {
	if m.FromClient {
		return
	}
	about := heron.Subject{Endpoint: m.Src}
	out.ObserveString(about, keyClosed, "yes")
	if body.U8() != underKey {
		return
	}
	name, rest, ok := bytes.Cut(body.Rest(), []byte{0})
	if !ok || len(name) == 0 || !wire.Printable(name) {
		return
	}
	out.Observe(about, keyName, name)
	if mac, _, ok := bytes.Cut(rest, []byte{0}); ok && wire.Printable(mac) {
		out.Observe(about, keyMAC, mac)
	}
}

// fields calls fn for each field of a message that is text.
func fields(r wire.Reader, fn func(number int, value []byte)) {
	for r.Len() > 0 {
		tag := varint(&r)
		switch tag & 7 {
		case wireVarint:
			varint(&r)
		case wireFixed64:
			r.Skip(8)
		case wireFixed32:
			r.Skip(4)
		case wireBytes:
			if value := r.Bytes(varint(&r)); r.Err() == nil {
				fn(tag>>3, value)
			}
		default:
			return
		}
	}
}

// keyOf returns the key of a field of HelloResponse or DeviceInfoResponse.
func keyOf(kind, field int) string {
	if kind == helloAnswer {
		switch field {
		case 3:
			return keyServer
		case 4:
			return keyName
		}
		return ""
	}
	switch field {
	case 2:
		return keyName
	case 3:
		return keyMAC
	case 4:
		return keyVersion
	case 6:
		return keyModel
	case 8:
		return keyProject
	case 9:
		return keyProjectAt
	case 12:
		return keyMaker
	case 13:
		return keyTitle
	}
	return ""
}
