// Package rtcp reads the control protocol of RTP: the hosts in the canonical names,
// and the tools, of those who take part. Users are never told. Its encrypted form is recognised.
package rtcp

import (
	"bytes"
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyCNAME = "rtcp.cname"
	keyTool  = "rtcp.tool"
)

// Types of packets (RFC 3550 §12.1, RFC 4585 §6.1, RFC 3611 §2).
const (
	typeSender      = 200
	typeReceiver    = 201
	typeDescription = 202
	typeLast        = 207
)

// Items of a source description (RFC 3550 §6.5).
const (
	itemCNAME = 1
	itemTool  = 6
)

// enough is how many datagrams of a kind prove a flow that says nothing in clear.
const enough = 2

// maxMessages is how many datagrams of a flow are read.
const maxMessages = 16

// Places in heron.FlowScratch.Data. The first octet stays free, for flows that
// STUN shares.
const (
	atCount  = 1 // datagrams that may be encrypted
	atSide   = 2 // of whom they are counted
	atKnown  = 3 // it is RTCP
	atRead   = 4 // datagrams read since
	atSource = 5 // SSRC: 4
	atSerial = 9 // of the last datagram that was counted, which may be shown twice
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "rtcp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{5005},
		Spec:    "RFC 3550 §6; RFC 4585; RFC 3611; RFC 3711 §3.4 (SRTCP)",
		Probe:   func(b []byte, _ bool) bool { return shape(b) != foreign },
		Starts:  dissect.Octets(0x80, 0xbf), // version 2
		Dissect: read,
	}
}

// form is what a datagram can be.
type form uint8

const (
	foreign form = iota
	sealed       // a report, and then what cannot be read
	plain        // packets that add up to the datagram
)

// packet is the header of one packet, with its body.
type packet struct {
	count, kind int
	body        []byte
}

// next reads a packet (RFC 3550 §6.4).
func next(r *wire.Reader) (packet, bool) {
	first := r.U8()
	p := packet{count: first & 0x1f, kind: r.U8()}
	p.body = r.Bytes(r.U16() * 4)
	return p, r.Err() == nil && first>>6 == 2 && p.kind >= typeSender && p.kind <= typeLast
}

// report reports whether a packet is a report with as many blocks as it says.
func (p *packet) report() bool {
	const block = 24
	switch p.kind {
	case typeSender:
		return len(p.body) >= 24+p.count*block
	case typeReceiver:
		return len(p.body) >= 4+p.count*block
	}
	return false
}

// shape tells what a datagram can be. One in clear begins with a report and goes
// on with something else (RFC 3550 §6.1).
func shape(b []byte) form {
	r := wire.NewReader(b)
	p, ok := next(&r)
	if !ok || !p.report() {
		return foreign
	}
	const index, least, most = 4, 4, 16 // of SRTCP: its index, and the tag
	if trailer := r.Len(); trailer >= index+least && trailer <= index+most || len(p.body) <= 28 && trailer == 0 {
		if q, ok := next(&r); !ok || q.kind < typeDescription {
			return sealed
		}
	}
	r = wire.NewReader(b)
	packets := 0
	for ; r.Len() > 0; packets++ {
		if _, ok := next(&r); !ok {
			if packets > 0 && len(b) >= 8+index+least {
				return sealed
			}
			return foreign
		}
	}
	if packets < 2 {
		return sealed
	}
	return plain
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	switch shape(m.Payload) {
	case foreign:
		return heron.Verdict{}, dissect.ErrNotMine
	case sealed:
		if data[atKnown] == 0 && !proven(data, m) {
			return heron.Verdict{Undecided: true}, nil
		}
	case plain:
		for r.Len() > 0 {
			if p, ok := next(r); ok && p.kind == typeDescription {
				describe(p.body, p.count, m, out)
			}
		}
	}
	data[atKnown] = 1
	data[atRead]++
	return heron.Verdict{Done: data[atRead] >= maxMessages}, nil
}

// proven counts reports of one source, and tells when they are enough.
func proven(data *[12]byte, m *heron.Message) bool {
	side := byte(1)
	if m.FromClient {
		side = 2
	}
	r := wire.NewReader(m.Payload)
	r.Skip(4)
	source := uint32(r.U32())
	if data[atCount] > 0 && data[atSide] != side {
		return false
	}
	if data[atCount] == 0 || binary.BigEndian.Uint32(data[atSource:]) != source {
		data[atCount], data[atSide] = 0, side
		binary.BigEndian.PutUint32(data[atSource:], source)
	}
	if data[atCount] > 0 && data[atSerial] == byte(m.Sequence) {
		return false
	}
	data[atSerial] = byte(m.Sequence)
	data[atCount]++
	return data[atCount] >= enough
}

// describe tells what a source description says (RFC 3550 §6.5).
func describe(body []byte, sources int, m *heron.Message, out dissect.Emitter) {
	r := wire.NewReader(body)
	for range sources {
		r.Skip(4)
		for r.Len() > 0 {
			item := r.U8()
			if item == 0 { // the end: up to the next 32 bits
				r.Skip(min((4-r.Offset()%4)%4, r.Len()))
				break
			}
			text := r.Bytes(r.U8())
			switch item {
			case itemCNAME:
				host := text[bytes.LastIndexByte(text, '@')+1:] // a user may stand before it (RFC 3550 §6.5.1)
				out.Observe(heron.Subject{Endpoint: m.Src}, keyCNAME, host)
			case itemTool:
				out.Observe(heron.Subject{Endpoint: m.Src}, keyTool, text)
			}
		}
	}
}
