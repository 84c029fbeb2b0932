// Package rtp recognises the Real-time Transport Protocol, and its encrypted
// form, whose headers are the same. Nothing in one datagram proves it, so a flow
// is taken for it once several follow each other as they must.
package rtp

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyPayload is what a sender sends: the name of a static payload type, or the
// number of a dynamic one.
const keyPayload = "rtp.payload"

// enough is how many datagrams in order prove a flow.
const enough = 4

// maxStep is the greatest step between sequence numbers that is loss and not chance.
const maxStep = 16

// Places in heron.FlowScratch.Data. The first octet stays free, for flows that
// STUN shares.
const (
	atCount  = 1  // datagrams in order
	atSide   = 2  // of whom they are counted
	atType   = 3  // payload type
	atSerial = 4  // sequence number: 2
	atSource = 6  // SSRC: 4
	atTime   = 10 // upper bits of the time stamp: 2; of a proven flow the datagrams since
)

// watched is how many datagrams of a proven flow are looked at for RTCP, which
// comes every few seconds (RFC 3550 §6.2).
const watched = 1000

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "rtp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{5004},
		Spec:    "RFC 3550 §5; RFC 3551 (payload types); RFC 3711 (SRTP); RFC 5761 (RTCP on the same ports)",
		Carries: []string{"rtcp"},
		Probe:   func(b []byte, _ bool) bool { _, ok := read(b); return ok },
		Starts:  dissect.Octets(0x80, 0xbf), // version 2
		Quiet:   quiet,
		Dissect: d.dissect,
	}
}

// header is what the fixed header says.
type header struct {
	kind   int
	serial int
	time   int
	source int
}

// read reads a header and checks that what it announces is there.
func read(b []byte) (header, bool) {
	r := wire.NewReader(b)
	first, second := r.U8(), r.U8()
	h := header{kind: second & 0x7f, serial: r.U16(), time: r.U32(), source: r.U32()}
	r.Skip(first & 0xf * 4) // contributing sources
	if first&0x10 != 0 {    // an extension (§5.3.1)
		r.Skip(2)
		r.Skip(r.U16() * 4)
	}
	// Types 64 to 95 would be RTCP's (RFC 5761 §4); those up to 34 are static.
	plausible := h.kind <= 34 || h.kind >= 96
	return h, r.Err() == nil && first>>6 == 2 && plausible && h.source != 0 && r.Len() > 0
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Flow.Data[atCount] >= enough {
		return proven(m)
	}
	h, ok := read(m.Payload)
	switch {
	case ok:
	case reportSize(m.Payload) > 0 && m.Flow.Data[atCount] > 0:
		return heron.Verdict{Undecided: true}, nil // RTCP on the same ports
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data := &m.Flow.Data
	side := byte(1)
	if m.FromClient {
		side = 2
	}
	switch {
	case data[atCount] == 0:
		note(data, side, &h)
		return heron.Verdict{Undecided: true}, nil
	case data[atSide] != side:
		return heron.Verdict{Undecided: true}, nil // the other side's are not counted
	case int(binary.BigEndian.Uint32(data[atSource:])) != h.source:
		data[atCount] = 0 // several sources share the ports (RFC 8843): from here on this one counts
	case !follows(data, &h):
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if step := h.serial - int(binary.BigEndian.Uint16(data[atSerial:])); step&0xffff == 0 && data[atCount] > 0 {
		return heron.Verdict{Undecided: true}, nil // the same once more: the capture has it twice
	}
	note(data, side, &h)
	if data[atCount] < enough {
		return heron.Verdict{Undecided: true}, nil
	}
	d.text = appendPayload(d.text[:0], h.kind)
	out.Observe(heron.Subject{Endpoint: m.Src}, keyPayload, d.text)
	binary.BigEndian.PutUint16(data[atTime:], 0)
	m.Flow.Quiet = true
	return heron.Verdict{}, nil
}

// quiet is proven for what can be no report and is not the last that is watched.
func quiet(f *heron.FlowScratch, b []byte, _ bool) bool {
	head, _ := wire.Head4(b)
	if head == nil || head[1] >= firstReport && head[1] <= lastReport {
		return false
	}
	seen := binary.BigEndian.Uint16(f.Data[atTime:]) + 1
	if seen >= watched {
		return false
	}
	binary.BigEndian.PutUint16(f.Data[atTime:], seen)
	return true
}

// The kinds of report of RTCP (RFC 3550 §12.1, RFC 3611).
const firstReport, lastReport = 200, 207

// proven looks whether a flow that is known has RTCP on the same ports. What is in
// clear is for who reads that.
func proven(m *heron.Message) (heron.Verdict, error) {
	const description = 202
	if size := reportSize(m.Payload); size > 0 {
		r := wire.NewReader(m.Payload)
		next := r.At(4 + size)
		if marks := next.U8(); marks>>6 == 2 && next.U8() == description && next.U16()*4 == next.Len() {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{Carries: "rtcp", Done: true}, nil
	}
	seen := binary.BigEndian.Uint16(m.Flow.Data[atTime:]) + 1
	binary.BigEndian.PutUint16(m.Flow.Data[atTime:], seen)
	_, ok := read(m.Payload)
	return heron.Verdict{Done: seen >= watched, Undecided: !ok}, nil // STUN and others may come between
}

// reportSize returns the length of what follows the first word of a report of RTCP,
// 0 when b begins with none: by its second octet, no payload type can be mistaken
// for it (RFC 5761 §4).
func reportSize(b []byte) int {
	r := wire.NewReader(b)
	if marks, kind := r.U8(), r.U8(); marks>>6 != 2 || kind < firstReport || kind > lastReport {
		return 0
	}
	size, source := r.U16()*4, r.U32()
	if r.Err() != nil || size < 4 || size > len(b)-4 || source == 0 {
		return 0
	}
	return size
}

// note remembers the last datagram of the side that is watched.
func note(data *[12]byte, side byte, h *header) {
	data[atCount]++
	data[atSide], data[atType] = side, byte(h.kind)
	binary.BigEndian.PutUint16(data[atSerial:], uint16(h.serial))
	binary.BigEndian.PutUint32(data[atSource:], uint32(h.source))
	binary.BigEndian.PutUint16(data[atTime:], uint16(h.time>>16))
}

// follows reports whether a datagram of the same source can come after the last: a
// little further. The time stands still within a picture, and else goes on.
func follows(data *[12]byte, h *header) bool {
	step := (h.serial - int(binary.BigEndian.Uint16(data[atSerial:]))) & 0xffff
	passed := (h.time>>16 - int(binary.BigEndian.Uint16(data[atTime:]))) & 0xffff
	return step <= maxStep && passed < 1<<6
}

// appendPayload names a payload type (RFC 3551 §6).
func appendPayload(b []byte, kind int) []byte {
	names := [35]string{
		0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16", 11: "L16", 12: "QCELP",
		13: "CN", 14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729", 25: "CelB", 26: "JPEG", 28: "nv", 31: "H261",
		32: "MPV", 33: "MP2T", 34: "H263",
	}
	if kind < len(names) && names[kind] != "" {
		return append(b, names[kind]...)
	}
	return strconv.AppendInt(b, int64(kind), 10)
}
