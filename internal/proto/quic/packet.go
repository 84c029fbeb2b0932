// Package quic reads and writes the part of QUIC that an observer can read: long
// headers (RFC 9000 §17.2, RFC 8999), and the Initial packets, which are
// encrypted with keys that anybody can derive (RFC 9001 §5.2, RFC 9369 §3.3) and
// carry the first messages of the TLS handshake.
//
// What is read is borrowed from the input.
package quic

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Versions whose Initial packets can be read.
const (
	Version1  = 0x00000001 // RFC 9000
	Version2  = 0x6b3343cf // RFC 9369
	Draft29   = 0xff00001d
	GoogleQ50 = 0x51303530 // Google's, with its own handshake in place of TLS
	GoogleT50 = 0x54303530 // Google's, with TLS
	GoogleT51 = 0x54303531
	firstSalt = 0xff000017 // draft-23, the first with the salt of draft-28
	lastDraft = 0xff000022 // draft-34
)

// Types of long packets, as version 1 numbers them (RFC 9000 §17.2).
const (
	TypeInitial = iota
	TypeZeroRTT
	TypeHandshake
	TypeRetry
	TypeNegotiation // a packet of version 0: which versions the server has
)

// MaxID is the longest connection ID (RFC 9000 §17.2).
const MaxID = 20

// ErrNotQUIC says that bytes are no packet with a long header of a version that
// is known here.
var ErrNotQUIC = errors.New("not a QUIC long header")

// Long is a packet with a long header.
type Long struct {
	Version    int
	Type       int
	DCID, SCID []byte
	Token      []byte // of an Initial
	Versions   []byte // of a version negotiation: 32-bit numbers
	Whole      bool   // the packet is there to its end

	packet []byte // from its first octet
	number int    // where in packet its number begins
}

// Known reports whether Initial packets of that version can be read.
func Known(version int) bool {
	return isGoogle(version) || version == Version1 || version == Version2 || version >= firstSalt && version <= lastDraft
}

// isGoogle reports whether a version is one of Google's that have the headers of the
// standard.
func isGoogle(version int) bool {
	return version == GoogleQ50 || version == GoogleT50 || version == GoogleT51
}

// VersionName returns the version as people write it: "1", "2", "draft-29", "Q050".
func VersionName(version int) string {
	switch {
	case isGoogle(version):
		return string([]byte{byte(version >> 24), byte(version >> 16), byte(version >> 8), byte(version)})
	case version == Version1:
		return "1"
	case version == Version2:
		return "2"
	case version >= firstSalt && version <= lastDraft:
		n := version & 0xff
		return "draft-" + string([]byte{byte('0' + n/10), byte('0' + n%10)})
	}
	return ""
}

// ReadLong reads a packet with a long header and passes over it: others may
// follow in the same datagram (RFC 9000 §12.2).
func ReadLong(r *wire.Reader) (Long, error) {
	start := r.At(r.Offset())
	first := r.U8()
	p := Long{Version: r.U32()}
	dcid := r.U8()
	p.DCID = r.Bytes(dcid)
	scid := r.U8()
	p.SCID = r.Bytes(scid)
	if r.Err() != nil || first&0x80 == 0 || dcid > MaxID || scid > MaxID {
		return p, ErrNotQUIC
	}
	if p.Version == 0 {
		p.Type, p.Whole = TypeNegotiation, true
		p.Versions = r.Rest()
		return p, negotiable(p.Versions)
	}
	if !Known(p.Version) || first&0x40 == 0 {
		return p, ErrNotQUIC
	}
	p.Type = first >> 4 & 3
	if p.Version == Version2 { // RFC 9369 §3.2
		p.Type = (p.Type + 3) & 3
	}
	return p, p.body(r, &start)
}

// body reads what follows the connection IDs.
func (p *Long) body(r, start *wire.Reader) error {
	switch p.Type {
	case TypeRetry:
		const tag = 16 // the integrity tag (RFC 9001 §5.8)
		p.Token = r.Rest()
		if len(p.Token) <= tag {
			return ErrNotQUIC
		}
		p.Whole = true
		return nil
	case TypeInitial:
		p.Token = r.Bytes(varint(r))
	}
	length := varint(r)
	const least = 4 + 16 // what header protection samples (RFC 9001 §5.4.2)
	if r.Err() != nil || length < least {
		return ErrNotQUIC
	}
	p.number = r.Offset() - start.Offset()
	p.Whole = length <= r.Len()
	r.Skip(min(length, r.Len()))
	p.packet = start.Bytes(r.Offset() - start.Offset())
	return nil
}

// negotiable checks a list of versions: one of them is known, or put there to
// keep clients tolerant (RFC 9000 §15).
func negotiable(list []byte) error {
	if len(list) == 0 || len(list)%4 != 0 {
		return ErrNotQUIC
	}
	for r := wire.NewReader(list); r.Len() > 0; {
		if v := r.U32(); Known(v) || v&0x0f0f0f0f == 0x0a0a0a0a {
			return nil
		}
	}
	return ErrNotQUIC
}

// varint reads a variable-length integer (RFC 9000 §16).
func varint(r *wire.Reader) int {
	first := r.U8()
	n := first & 0x3f
	for range 1<<(first>>6) - 1 {
		n = n<<8 | r.U8()
	}
	return n
}
