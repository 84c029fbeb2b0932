// Package gtp reads the control messages of the GPRS Tunnelling Protocol, by
// which the nodes of mobile networks make tunnels. What is in the tunnels is the
// flow table's; who the subscribers are is not told.
package gtp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "gtp.version"
	keyAPN     = "gtp.apn" // an access point name that tunnels are made to
)

// Information elements (TS 29.060 §7.7, TS 29.274 §8.1).
const (
	elementAPN1  = 131
	elementAPN2  = 71
	elementLong1 = 128 // from here on elements of version 1 have a length
)

// Messages that make a tunnel, of either version.
const (
	createContext = 16
	createSession = 32
)

const (
	maxElements = 64
	maxAPN      = 100
	maxMessages = 32 // of a flow
)

// atMessages is the place in heron.FlowScratch.Data of how many were read.
const atMessages = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "gtp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{2123},
		Spec:    "3GPP TS 29.060 §6, §7 (version 1); 3GPP TS 29.274 §5, §7 (version 2)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	flags, kind, length := r.U8(), r.U8(), r.U16()
	if r.Err() != nil || kind == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	var version string
	switch flags >> 5 {
	case 1:
		const protocolType, reserved = 0x10, 0x08
		if flags&protocolType == 0 || flags&reserved != 0 || r.Len() != length+4 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		version = "1"
		r.Skip(4)
		if flags&7 != 0 {
			r.Skip(4)
		}
		if kind == createContext {
			d.elements1(r, m, out)
		}
	case 2:
		const piggybacked, tunnel, spare = 0x10, 0x08, 0x03
		if flags&spare != 0 || r.Len() < length || flags&piggybacked == 0 && r.Len() != length || length < 4 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		version = "2"
		body := r.Sub(length)
		if flags&tunnel != 0 {
			body.Skip(4)
		}
		body.Skip(4)
		if kind == createSession {
			d.elements2(&body, m, out)
		}
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	out.ObserveString(m.Sender(), keyVersion, version)
	m.Flow.Data[atMessages]++
	return heron.Verdict{Done: m.Flow.Data[atMessages] >= maxMessages}, nil
}

// elements1 goes through the elements of version 1. Short ones have a length that
// their type fixes; those that come before the access point name are known.
func (d *dissector) elements1(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	sizes := [elementLong1]uint8{
		1: 1, 2: 8, 3: 6, 4: 4, 5: 4, 8: 1, 9: 3, 11: 1, 12: 3, 13: 1, 14: 1, 15: 1, 16: 4, 17: 4, 18: 5, 19: 1, 20: 1,
		21: 1, 22: 1, 23: 1, 24: 1, 25: 2, 26: 2, 27: 2, 28: 2, 29: 1, 127: 4,
	}
	for range maxElements {
		kind := r.U8()
		if r.Err() != nil {
			return
		}
		if kind < elementLong1 {
			if sizes[kind] == 0 {
				return
			}
			r.Skip(int(sizes[kind]))
			continue
		}
		body := r.Sub(r.U16())
		if kind == elementAPN1 {
			d.accessPoint(&body, m, out)
		}
	}
}

// elements2 goes through the elements of version 2.
func (d *dissector) elements2(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for range maxElements {
		kind, length := r.U8(), r.U16()
		r.Skip(1)
		body := r.Sub(length)
		if r.Err() != nil {
			return
		}
		if kind == elementAPN2 {
			d.accessPoint(&body, m, out)
		}
	}
}

// accessPoint tells a name that is labels with their lengths (TS 23.003 §9.1).
func (d *dissector) accessPoint(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	if r.Len() > maxAPN {
		return
	}
	d.text = dns.AppendLabels(d.text[:0], r)
	if r.Err() == nil && wire.Printable(d.text) {
		out.Observe(m.Sender(), keyAPN, d.text)
	}
}
