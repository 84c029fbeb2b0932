package tls

import (
	"encoding/binary"

	"github.com/heron-iot/heron/internal/wire"
)

// Versions of DTLS on the wire.
const (
	VersionDTLS10  = 0xfeff
	VersionDTLS12  = 0xfefd
	VersionDTLS13  = 0xfefc
	versionDTLSOld = 0x0100 // of OpenSSL before DTLS was a standard
)

// TypeHelloVerifyRequest asks a client to say hello again (RFC 6347 §4.2.1).
const TypeHelloVerifyRequest = 3

// RecordConnectionID is the type of records with a connection ID (RFC 9146 §4).
const RecordConnectionID = 25

// IsDTLS reports whether a version is one of DTLS.
func IsDTLS(version int) bool {
	switch version {
	case VersionDTLS10, VersionDTLS12, VersionDTLS13, versionDTLSOld:
		return true
	}
	return false
}

// DatagramRecord is a record of DTLS (RFC 6347 §4.1). The records after the
// hellos of DTLS 1.3 have another form and are encrypted.
type DatagramRecord struct {
	Type, Version int
	Epoch         int // 0: not encrypted
	Body          []byte
}

// ReadDatagramRecord reads one record, all of it. It fails r with ErrNotTLS when
// it can be none.
func ReadDatagramRecord(r *wire.Reader) DatagramRecord {
	rec := DatagramRecord{Type: r.U8(), Version: r.U16(), Epoch: r.U16()}
	high := r.U16() // of the sequence number
	r.Skip(4)
	length := r.U16()
	known := rec.Type >= RecordChangeCipher && rec.Type <= RecordData || rec.Type == RecordConnectionID
	if !known || !IsDTLS(rec.Version) || length == 0 || length > MaxRecord || length > r.Len() || high > 0xff {
		r.Fail(ErrNotTLS)
		return rec
	}
	rec.Body = r.Bytes(length)
	return rec
}

// Fragment is a piece of a handshake message (RFC 6347 §4.2.2).
type Fragment struct {
	Type, Length int // of the whole message
	Sequence     int
	Offset       int
	Body         []byte
}

// ReadFragment reads a piece of a handshake message from a record's body.
func ReadFragment(r *wire.Reader) Fragment {
	f := Fragment{Type: r.U8(), Length: r.U24(), Sequence: r.U16(), Offset: r.U24()}
	n := r.U24()
	if f.Offset+n > f.Length {
		r.Fail(ErrNotTLS)
		return f
	}
	f.Body = r.Bytes(n)
	return f
}

// ReadDatagramClientHello reads the body of a ClientHello of DTLS, which has a
// cookie (RFC 6347 §4.2.1).
func ReadDatagramClientHello(r *wire.Reader) (ClientHello, error) { return readClientHello(r, true) }

// AppendDatagramRecord adds a record of DTLS around body.
func AppendDatagramRecord(b []byte, kind, version, epoch, sequence int, body []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, byte(kind)), uint16(version))
	b = binary.BigEndian.AppendUint64(b, uint64(epoch)<<48|uint64(sequence))
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// AppendFragment adds the header of a handshake message and the part of its body
// between two places.
func AppendFragment(b []byte, kind, sequence int, body []byte, from, to int) []byte {
	u24 := func(n int) { b = append(b, byte(n>>16), byte(n>>8), byte(n)) }
	b = append(b, byte(kind))
	u24(len(body))
	b = binary.BigEndian.AppendUint16(b, uint16(sequence))
	u24(from)
	u24(to - from)
	return append(b, body[from:to]...)
}

// WithCookie turns the body of a ClientHello of TLS into one of DTLS.
func WithCookie(body, cookie []byte) []byte {
	r := wire.NewReader(body)
	r.Skip(2 + 32)
	r.Skip(r.U8())
	out := append([]byte{}, body[:r.Offset()]...)
	out = append(append(out, byte(len(cookie))), cookie...)
	return append(out, r.Rest()...)
}
