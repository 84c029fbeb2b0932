// Package ntp reads the Network Time Protocol: who asks for the time in which
// manner, and what kind of clock a server is.
package ntp

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "ntp.version" // of a client
	keyStratum = "ntp.stratum" // of a server
	keyRefID   = "ntp.refid"   // of a server: what it takes its time from
	keyReadVar = "ntp.readvar" // of a server: its variables, in answer to a control query
)

// Modes (RFC 5905 §7.3).
const (
	modeActive    = 1 // between clocks
	modePassive   = 2
	modeClient    = 3
	modeServer    = 4
	modeBroadcast = 5
	modeControl   = 6
	modePrivate   = 7 // of ntpd's own tools
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ntp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{123},
		Spec:    "RFC 5905 §7.3; RFC 4330 (SNTP); RFC 9327 (control messages)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	size := r.Len()
	first := r.U8()
	version, mode := first>>3&7, first&7
	if mode == modeControl && version >= 2 && version <= 4 {
		return heron.Verdict{}, control(r, m, out)
	}
	if mode == modePrivate && version >= 2 && version <= 4 {
		return heron.Verdict{}, private(r)
	}
	stratum := r.U8()
	r.Skip(10) // poll, precision, root delay, root dispersion
	refID := r.Bytes(4)
	r.Skip(24)          // reference, origin and receive timestamps
	transmit := r.U64() // simple clients leave it zero
	if r.Err() != nil || size%4 != 0 && size < cutSize || version < 1 || version > 4 || stratum > 16 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch {
	case mode == modeClient:
		out.Observe(heron.Subject{Endpoint: m.Src}, keyVersion, d.text.Number(version))
		return heron.Verdict{}, nil
	case mode == modeServer && transmit != 0:
		d.server(m, stratum, refID, out)
		return heron.Verdict{Done: true}, nil
	case mode == modeServer && stratum == 0, mode == modeActive, mode == modePassive, mode == modeBroadcast && transmit != 0:
		return heron.Verdict{}, nil
	}
	return heron.Verdict{}, dissect.ErrNotMine
}

// cutSize is the length of a packet with its key and sum: a longer one of uneven
// length was cut in the capture.
const cutSize = 68

// private checks a message of the mode that RFC 5905 leaves to implementations, as
// ntpd has it: its items must be there.
func private(r *wire.Reader) error {
	r.Skip(1) // sequence
	implementation := r.U8()
	r.Skip(1) // what is asked for
	items, size := r.U16(), r.U16()
	const unspecific, old, current = 0, 2, 3
	if r.Err() != nil || implementation != unspecific && implementation != old && implementation != current ||
		size > 0xfff || (items&0xfff)*size > r.Len() {
		return dissect.ErrNotMine
	}
	return nil
}

// control reads a control message (RFC 9327 §2): the answer to Read Variables
// holds the server's software and system as text.
func control(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	const response, opcode, readVariables = 0x80, 0x1f, 2
	op := r.U8()
	r.Skip(6) // sequence, status, association
	offset, count := r.U16(), r.U16()
	if r.Err() != nil || count > r.Len() || op&response == 0 && count > 0 && op&opcode < readVariables {
		return dissect.ErrNotMine
	}
	if op&response != 0 && op&opcode == readVariables && offset == 0 {
		out.Observe(heron.Subject{Endpoint: m.Src, Transport: m.Transport, Port: m.SrcPort}, keyReadVar, r.Bytes(count))
	}
	return nil
}

// server tells a server's distance from a clock and its source: four letters at
// stratum 1, an IPv4 address or a hash further away (RFC 5905 §7.3).
func (d *dissector) server(m *heron.Message, stratum int, refID []byte, out dissect.Emitter) {
	about := heron.Subject{Endpoint: m.Src, Transport: m.Transport, Port: m.SrcPort}
	out.Observe(about, keyStratum, d.text.Number(stratum))
	if stratum <= 1 {
		out.Observe(about, keyRefID, refID)
		return
	}
	if ip, ok := netip.AddrFromSlice(refID); ok {
		out.Observe(about, keyRefID, d.text.Address(ip))
	}
}
