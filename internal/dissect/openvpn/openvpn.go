// Package openvpn recognises OpenVPN by the packets that open its sessions, and
// tells how the control channel is protected.
package openvpn

import (
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyControl says how the control channel is protected: plain, tls-auth, tls-crypt.
const keyControl = "openvpn.control_channel"

// Opcodes: the upper five bits of the first octet.
const (
	opControl    = 4
	opClientV2   = 7
	opServerV2   = 8
	opClientV3   = 10
	opControlWKC = 11
)

// atKnown is the place in heron.FlowScratch.Data of whether a packet was taken.
const atKnown = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "openvpn",
		Over:    dissect.OverUDP | dissect.OverTCP,
		Ports:   []uint16{1194},
		Spec:    "draft-openvpn-wire-protocol; OpenVPN tls-crypt-v2",
		Probe:   probe,
		Starts:  []byte{0, opClientV2 << 3, opServerV2 << 3, opClientV3 << 3, opControl << 3},
		Frame:   frame,
		Dissect: read,
	}
}

// probe accepts a datagram that opens a session, or one in a stream, where its
// length comes first.
func probe(b []byte, _ bool) bool {
	if _, ok := opening(b); ok {
		return true
	}
	r := wire.NewReader(b)
	_, ok := opening(r.Bytes(r.U16()))
	return ok
}

// frame returns the length of a packet in a stream.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	n := r.U16()
	op := r.U8() >> 3
	if r.Err() != nil {
		return 0, nil
	}
	if n < 9 || op == 0 || op > opControlWKC {
		return 0, dissect.ErrNotMine
	}
	return 2 + n, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		r.Skip(2)
	}
	how, ok := opening(r.Rest())
	data := &m.Flow.Data
	if !ok && data[atKnown] == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	data[atKnown] = 1
	out.ObserveString(m.Sender(), keyControl, how)
	// The first answer of a server says that there is one; all after it is sealed.
	return heron.Verdict{Done: !m.FromClient || !ok}, nil
}

// opening reports whether b is a packet that opens a session, or goes on with the
// handshake in clear, and how the control channel is protected.
func opening(b []byte) (how string, ok bool) {
	r := wire.NewReader(b)
	op, session := r.U8(), r.U64()
	if r.Err() != nil || op&7 != 0 || session == 0 {
		return "", false
	}
	rest := r.Len()
	switch op >> 3 {
	case opClientV2:
		const bare = 5 // no acknowledgements, packet 0
		return protection(&r, rest, bare)
	case opServerV2:
		const bare = 17 // one acknowledgement, with the client's session, packet 0
		return protection(&r, rest, bare)
	case opClientV3:
		const sealed, leastKey = 4 + 4 + 32 + 5, 100 // and the wrapped key of the client
		return "tls-crypt", rest >= sealed+leastKey && rest < 1500 && replay(&r, false)
	case opControl:
		return "plain", handshake(&r)
	}
	return "", false
}

// protection tells by the length how a packet that opens a session is protected;
// bare is its length without.
func protection(r *wire.Reader, rest, bare int) (string, bool) {
	const replayID = 8 // number and time
	hashes := [...]int{16, 20, 28, 32, 48, 64}
	switch hash := rest - bare - replayID; {
	case rest == bare:
		return "plain", plain(r, bare)
	case slices.Contains(hashes[:], hash):
		at := *r
		at.Skip(hash)
		if replay(&at, true) && plain(&at, bare) {
			return "tls-auth", true
		}
		if hash == 32 && replay(r, true) {
			return "tls-crypt", true
		}
	}
	return "", false
}

// plain reads acknowledgements and the number of a packet that opens a session.
func plain(r *wire.Reader, bare int) bool {
	acks := r.U8()
	if acks*12 != bare-5 { // a number of 4 and, with any, the session of 8
		return false
	}
	r.Skip(acks * 12)
	return r.U32() == 0 && r.Err() == nil
}

// replay reads the number of a packet and the time it was sent (tls-auth and
// tls-crypt): the first, between 2004 and 2088.
func replay(r *wire.Reader, first bool) bool {
	number, at := r.U32(), r.U32()
	return r.Err() == nil && (number == 1 || !first && number&0xff == 1) && at > 0x40000000 && at < 0xe0000000
}

// handshake reports whether a control packet has the start of a TLS handshake.
func handshake(r *wire.Reader) bool {
	acks := r.U8()
	if acks > 8 {
		return false
	}
	if acks > 0 {
		r.Skip(4*acks + 8)
	}
	r.Skip(4)
	return r.U8() == 22 && r.U8() == 3 && r.U8() <= 4 && r.U16() > 0 && r.Err() == nil
}
