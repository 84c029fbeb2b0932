// Package edimax reads what plugs and cameras of Edimax tell their maker's server
// that brings their owner's phone to them: model, kind, version, name.
package edimax

import (
	"bytes"
	"math/bits"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyModel   = "edimax.model"
	keyType    = "edimax.type" // SmartPlug, IPCam
	keyName    = "edimax.name"
	keyVersion = "edimax.version"
)

// A message is a document, <param><model value="SP-1101W" />…</param>. Its first
// octet is the bracket and how many bits the others are rotated to the right.
const (
	bracket   = '<'
	rotations = 8
	start     = "param>"
	longest   = 1400
	longText  = 64
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:  "edimax",
		Over:  dissect.OverUDP,
		Ports: []uint16{8765},
		Spec:  "not published; registration of Edimax devices with their cloud, as observed",
		Probe: func(b []byte, _ bool) bool {
			r := wire.NewReader(b)
			_, ok := head(&r)
			return ok
		},
		Starts:  []byte{'<', '=', '>', '?', '@', 'A', 'B', 'C'},
		Plain:   true,
		Dissect: d.dissect,
	}
}

// head reads the start of a document, and returns by how many bits it is rotated.
func head(r *wire.Reader) (rotation int, ok bool) {
	size := r.Len()
	rotation = r.U8() - bracket
	if r.Err() != nil || rotation < 0 || rotation >= rotations || size > longest {
		return 0, false
	}
	var plain [len(start)]byte
	return rotation, bytes.Equal(turn(plain[:0], r.Bytes(len(start)), rotation), []byte(start))
}

// turn appends octets to plain as they were before they were rotated.
func turn(plain, octets []byte, rotation int) []byte {
	for _, c := range octets {
		plain = append(plain, bits.RotateLeft8(c, rotation))
	}
	return plain
}

type dissector struct {
	plain []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	rotation, ok := head(r)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if !m.FromClient {
		return heron.Verdict{}, nil // what the server says is of whom looks for the device
	}
	d.plain = turn(d.plain[:0], r.Rest(), rotation)
	about := heron.Subject{Endpoint: m.Src}
	doc := wire.NewReader(d.plain)
	registers := false
	for {
		name, value, ok := field(&doc)
		if !ok {
			return heron.Verdict{}, nil
		}
		key := keyOf(name)
		registers = registers || key == keyModel // other messages have versions of the protocol
		if registers && key != "" && wire.Printable(value) {
			out.Observe(about, key, value)
		}
	}
}

// field reads the next element: its name and its value.
func field(r *wire.Reader) (name, value []byte, ok bool) {
	r.Until(bracket, longText)
	name = r.Until(' ', longText)
	assign := r.Until('"', longText)
	value = r.Until('"', longest)
	return name, value, r.Err() == nil && string(assign) == "value="
}

// keyOf returns the key of a field; none of one that is not told.
func keyOf(name []byte) string {
	switch string(name) {
	case "model":
		return keyModel
	case "type":
		return keyType
	case "alias":
		return keyName
	case "devfwver":
		return keyVersion
	}
	return ""
}
