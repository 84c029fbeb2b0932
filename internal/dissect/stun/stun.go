// Package stun reads STUN and TURN, by which hosts behind address translation
// learn how they look from outside: which software asks and answers, and the
// addresses that are found. User names are not told.
package stun

import (
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keySoftware = "stun.software"
	keyMapped   = "stun.mapped_address"  // of the client: how it looks from outside
	keyRelayed  = "stun.relayed_address" // that a server lends to a client
	keyRealm    = "stun.realm"
)

// The header (RFC 8489 §5).
const (
	headerSize  = 20
	magicCookie = 0x2112a442
)

// Classes of messages: two bits within the type (RFC 8489 §5).
const (
	classMask    = 0x0110
	classSuccess = 0x0100
)

// Attributes (RFC 8489 §18.3, RFC 8656 §18, RFC 3489 §11.2).
const (
	attrMapped    = 0x0001
	attrRealm     = 0x0014
	attrRelayed   = 0x0016
	attrXorMapped = 0x0020
	attrXorOld    = 0x8020 // the same, before it had a number
	attrSoftware  = 0x8022
)

// maxMessages is how many messages of a flow are read: peers ask for ever.
const maxMessages = 64

// atMessages is the place in heron.FlowScratch.Data of how many were read.
const atMessages = 0

// ports are those of servers: STUN and TURN, and what Google has.
func ports() []uint16 { return []uint16{3478, 3479, 19302, 19305, 5349} }

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "stun",
		Over:    dissect.OverUDP | dissect.OverTCP,
		Ports:   ports(),
		Spec:    "RFC 8489; RFC 8656 (TURN); RFC 5389; RFC 3489 (classic)",
		Probe:   probe,
		Starts:  []byte{0, 1},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// header is the start of a message.
type header struct {
	kind, length int
	cookie       int
	transaction  []byte
}

func readHeader(r *wire.Reader) (header, bool) {
	h := header{kind: r.U16(), length: r.U16(), cookie: r.U32(), transaction: r.Bytes(12)}
	return h, r.Err() == nil && h.kind>>14 == 0 && h.kind&^classMask != 0
}

// probe accepts messages with the cookie.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	h, ok := readHeader(&r)
	return ok && h.cookie == magicCookie && h.length%4 == 0
}

// channel reads the header of channel data (RFC 8656 §12.4): the length of the
// message in a stream, or 0.
func channel(b []byte) int {
	const header, least, most = 4, 0x4000, 0x4fff
	r := wire.NewReader(b)
	number, length := r.U16(), r.U16()
	if r.Err() != nil || number < least || number > most {
		return 0
	}
	return header + (length+3)&^3
}

// frame returns the length of a message in a stream.
func frame(b []byte) (int, error) {
	if n := channel(b); n > 0 {
		return n, nil
	}
	if len(b) < headerSize {
		return 0, nil
	}
	if !probe(b, true) {
		return 0, dissect.ErrNotMine
	}
	r := wire.NewReader(b)
	h, _ := readHeader(&r)
	return headerSize + h.length, nil
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	known := data[atMessages] > 0
	if known && channel(m.Payload) > 0 {
		return d.verdict(m), nil
	}
	h, ok := readHeader(r)
	if !ok || h.length != r.Len() || !wellFormed(r.At(r.Offset()), h.cookie) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.cookie != magicCookie && !known && !classic(&h, r.Len(), m) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	for r.Len() > 0 {
		kind := r.U16()
		n := r.U16()
		value := r.Sub(n)
		d.attribute(kind, &value, &h, m, out)
		r.Skip(padding(n, r, h.cookie))
	}
	return d.verdict(m), nil
}

func (d *dissector) verdict(m *heron.Message) heron.Verdict {
	data := &m.Flow.Data
	data[atMessages]++
	return heron.Verdict{Done: data[atMessages] >= maxMessages}
}

// classic reports whether a message without the cookie can be one of RFC 3489:
// on a port of servers, of the three methods of then and TURN's.
func classic(h *header, size int, m *heron.Message) bool {
	switch h.kind &^ classMask {
	case 1, 2, 3: // binding, shared secret, allocate
	default:
		return false
	}
	if h.kind&classMask != 0 && size == 0 {
		return false
	}
	return m.Transport == heron.UDP && (slices.Contains(ports(), m.SrcPort) || slices.Contains(ports(), m.DstPort))
}

// wellFormed reports whether attributes add up to the message. Those of old have
// no padding.
func wellFormed(r wire.Reader, cookie int) bool {
	for r.Len() > 0 {
		r.Skip(2)
		n := r.U16()
		r.Skip(n)
		r.Skip(padding(n, &r, cookie))
	}
	return r.Err() == nil
}

// padding returns what follows a value of n octets; the last may lack it.
func padding(n int, r *wire.Reader, cookie int) int {
	if cookie != magicCookie {
		return 0
	}
	return min((4-n%4)%4, r.Len())
}

// attribute tells what an attribute says.
func (d *dissector) attribute(kind int, r *wire.Reader, h *header, m *heron.Message, out dissect.Emitter) {
	success := h.kind&classMask == classSuccess
	switch kind {
	case attrSoftware:
		out.Observe(m.Sender(), keySoftware, r.Rest())
	case attrRealm:
		if !m.FromClient {
			out.Observe(m.Sender(), keyRealm, r.Rest())
		}
	case attrMapped, attrXorMapped, attrXorOld:
		if ip := readAddress(r, h, kind != attrMapped); success && ip.IsValid() {
			out.Observe(heron.Subject{Endpoint: m.Dst}, keyMapped, d.text.Address(ip))
		}
	case attrRelayed:
		if ip := readAddress(r, h, true); success && ip.IsValid() {
			out.Observe(m.Sender(), keyRelayed, d.text.Address(ip))
		}
	}
}

// readAddress reads an address, which may be hidden from meddling translators by
// the cookie and the transaction (RFC 8489 §14.2).
func readAddress(r *wire.Reader, h *header, hidden bool) netip.Addr {
	r.Skip(1)
	family := r.U8()
	r.Skip(2) // port
	var a [16]byte
	n := copy(a[:], r.Rest())
	if hidden {
		mask := [16]byte{byte(h.cookie >> 24), byte(h.cookie >> 16 & 0xff), byte(h.cookie >> 8 & 0xff), byte(h.cookie & 0xff)}
		copy(mask[4:], h.transaction)
		for i := range a {
			a[i] ^= mask[i]
		}
	}
	switch {
	case family == 1 && n == 4:
		return netip.AddrFrom4([4]byte(a[:4]))
	case family == 2 && n == 16:
		return netip.AddrFrom16(a)
	}
	return netip.Addr{}
}
