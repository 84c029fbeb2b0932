// Package gquic reads the hellos of Google's QUIC before the standard, which are not
// encrypted: which server a client asks for, and what program it is. Chrome, Android
// and Cast devices spoke it for years.
package gquic

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/quic"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion   = "gquic.version"
	keyUserAgent = "gquic.user_agent"
	keyName      = "gquic.server_name"
)

// Bits of the first octet of a packet (QUIC wire layout specification, "Public packet
// header"), and of one with the long header that versions 44 to 46 have.
const (
	hasVersion = 0x01
	isReset    = 0x02
	hasID      = 0x08
	isMultiple = 0x40
	isLong     = 0xc0
	idSize     = 8
	eightOctet = 0x50 // lengths of the IDs in a long header: eight of the server, none of the client
)

// Versions that there were.
const (
	firstVersion = 24
	firstLong    = 44
	lastVersion  = 46
)

// maxBefore is how many octets may stand between the version and the hello: the
// number of the packet, a hash of 12, and the head of a stream frame.
const maxBefore = 40

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "gquic",
		Over:    dissect.OverUDP,
		Ports:   []uint16{443, 80},
		Spec:    "QUIC Wire Layout Specification and QUIC Crypto (Google, revisions of 2014 to 2019)",
		Probe:   func(b []byte, fromClient bool) bool { _, _, ok := read(b); return ok && fromClient },
		Starts:  append([]byte{0x09, 0x0d, 0x19, 0x1d, 0x29, 0x2d, 0x39, 0x3d}, dissect.Octets(0xc0, 0xff)...),
		Dissect: d.dissect,
	}
}

// read finds the version and the hello of a client's first packet.
func read(b []byte) (version []byte, h quic.Hello, ok bool) {
	r := wire.NewReader(b)
	first := r.U8()
	switch {
	case first&isLong == isLong:
	case first&(hasVersion|isReset|hasID|isMultiple) == hasVersion|hasID:
		r.Skip(idSize)
	default:
		return nil, h, false
	}
	version = r.Bytes(4)
	n := number(version)
	long := first&isLong == isLong
	if r.Err() != nil || n < firstVersion || n > lastVersion || long != (n >= firstLong) {
		return nil, h, false
	}
	if long {
		if r.U8() != eightOctet {
			return nil, h, false
		}
		r.Skip(idSize)
	}
	rest := r.Rest()
	at := bytes.Index(rest[:min(len(rest), maxBefore)], []byte("CHLO"))
	if at < 0 {
		return nil, h, false
	}
	h, ok = quic.ReadHello(rest[at:])
	return version, h, ok
}

// number is that of a version as it is written, "Q043"; 0 when it is none.
func number(version []byte) int {
	r := wire.NewReader(version)
	if r.U8() != 'Q' || r.U8() != '0' {
		return 0
	}
	tens, ones := r.U8()-'0', r.U8()-'0'
	if r.Err() != nil || tens < 0 || tens > 9 || ones < 0 || ones > 9 {
		return 0
	}
	return 10*tens + ones
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, h, ok := read(r.Rest())
	if !ok || !m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := m.Sender()
	out.Observe(about, keyVersion, version)
	out.Observe(about, keyUserAgent, h.Agent)
	out.Observe(about, keyName, h.Name)
	if len(h.Name) > 0 && !dissect.IsAddress(h.Name) {
		d.text = dissect.AppendLower(d.text[:0], h.Name)
		out.Observe(about, heron.KeyContact, d.text)
	}
	return heron.Verdict{Done: true}, nil // all that follows is encrypted
}
