// Package tls reads and writes the clear part of TLS and DTLS: records, and the
// handshake up to the certificates (RFC 8446, RFC 5246 and before; RFC 9147,
// RFC 6347, RFC 4347), and computes the fingerprints JA3, JA3S and JA4 of it.
//
// What is read is borrowed from the input.
package tls

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Types of records (RFC 8446 §5.1).
const (
	RecordChangeCipher = 20
	RecordAlert        = 21
	RecordHandshake    = 22
	RecordData         = 23
)

// Types of handshake messages (RFC 8446 §4).
const (
	TypeClientHello = 1
	TypeServerHello = 2
	TypeCertificate = 11
)

// Extensions that are looked into.
const (
	ExtServerName        = 0
	ExtGroups            = 10
	ExtPointFormats      = 11
	ExtSignatures        = 13
	ExtALPN              = 16
	ExtSupportedVersions = 43
)

// Versions on the wire.
const (
	VersionSSL3 = 0x0300
	Version10   = 0x0301
	Version11   = 0x0302
	Version12   = 0x0303
	Version13   = 0x0304
)

// RecordHeader is the length of what is before the body of a record.
const RecordHeader = 5

// MaxRecord is the longest body of a record: RFC 5246 §6.2.3 allows ciphers
// 2,048 bytes on top of the text.
const MaxRecord = 1<<14 + 2048

// ErrNotTLS says that bytes are no TLS record.
var ErrNotTLS = errors.New("not a TLS record")

// Record is the header of a record and as much of its body as is there.
type Record struct {
	Type, Version, Length int
	Body                  []byte
	Whole                 bool
}

// ReadRecord reads one record. When its header is not whole it fails r with
// wire.ErrShort; when it can be none, with ErrNotTLS. A body that is not whole
// is no error.
func ReadRecord(r *wire.Reader) Record {
	rec := Record{Type: r.U8(), Version: r.U16(), Length: r.U16()}
	if r.Err() != nil {
		return rec
	}
	if rec.Type < RecordChangeCipher || rec.Type > RecordData || rec.Version>>8 != 3 || rec.Version&0xff > 4 ||
		rec.Length == 0 || rec.Length > MaxRecord {
		r.Fail(ErrNotTLS)
		return rec
	}
	rec.Whole = rec.Length <= r.Len()
	rec.Body = r.Bytes(min(rec.Length, r.Len()))
	return rec
}

// ClientHello is the first message of a client.
type ClientHello struct {
	Version    int    // legacy_version
	Ciphers    []byte // of 16-bit numbers
	Extensions []byte // as on the wire
	HasName    bool   // the server name extension is there
	ServerName []byte
	ALPN       []byte // length-prefixed names
	Groups     []byte // of 16-bit numbers
	Points     []byte // of octets
	Signatures []byte // of 16-bit numbers
	Versions   []byte // of 16-bit numbers
}

// ReadClientHello reads the body of a ClientHello (RFC 8446 §4.1.2).
func ReadClientHello(r *wire.Reader) (ClientHello, error) { return readClientHello(r, false) }

// readClientHello reads a ClientHello, which has a cookie in DTLS.
func readClientHello(r *wire.Reader, cookie bool) (ClientHello, error) {
	h := ClientHello{Version: r.U16()}
	r.Skip(32)     // random
	r.Skip(r.U8()) // session
	if cookie {
		r.Skip(r.U8())
	}
	h.Ciphers = r.Bytes(r.U16())
	r.Skip(r.U8()) // compression
	if r.Err() == nil && r.Len() > 0 {
		h.Extensions = r.Bytes(r.U16())
	}
	if err := r.Err(); err != nil {
		return h, err
	}
	ext := wire.NewReader(h.Extensions)
	for ext.Len() > 0 {
		kind := ext.U16()
		body := ext.Sub(ext.U16())
		if err := ext.Err(); err != nil {
			return h, err
		}
		h.extension(kind, &body)
	}
	return h, nil
}

// extension keeps what an extension says; one that is broken says nothing.
func (h *ClientHello) extension(kind int, r *wire.Reader) {
	switch kind {
	case ExtServerName:
		h.HasName = true
		names := r.Sub(r.U16())
		if names.U8() == 0 { // host_name, RFC 6066 §3
			h.ServerName = names.Bytes(names.U16())
		}
	case ExtALPN:
		h.ALPN = r.Bytes(r.U16())
	case ExtGroups:
		h.Groups = r.Bytes(r.U16())
	case ExtPointFormats:
		h.Points = r.Bytes(r.U8())
	case ExtSignatures:
		h.Signatures = r.Bytes(r.U16())
	case ExtSupportedVersions:
		h.Versions = r.Bytes(r.U8())
	}
}

// MaxVersion returns the highest version that the client offers. Those of DTLS
// count downwards.
func (h *ClientHello) MaxVersion() int {
	best := 0
	for r := wire.NewReader(h.Versions); r.Len() > 1; {
		switch v := r.U16(); {
		case IsGREASE(v):
		case IsDTLS(h.Version) && best > 0:
			best = min(best, v)
		default:
			best = max(best, v)
		}
	}
	if best == 0 {
		return h.Version
	}
	return best
}

// ServerHello is the first message of a server.
type ServerHello struct {
	Version    int // negotiated: supported_versions when it is there
	Legacy     int // legacy_version
	Cipher     int
	Extensions []byte
	ALPN       []byte // the name chosen
	Retry      bool   // a HelloRetryRequest: another ServerHello follows
}

// ReadServerHello reads the body of a ServerHello (RFC 8446 §4.1.3).
func ReadServerHello(r *wire.Reader) (ServerHello, error) {
	h := ServerHello{Version: r.U16()}
	h.Legacy = h.Version
	h.Retry = isRetry(r.Bytes(32))
	r.Skip(r.U8()) // session
	h.Cipher = r.U16()
	r.Skip(1) // compression
	if r.Err() == nil && r.Len() > 0 {
		h.Extensions = r.Bytes(r.U16())
	}
	if err := r.Err(); err != nil {
		return h, err
	}
	ext := wire.NewReader(h.Extensions)
	for ext.Len() > 0 {
		kind := ext.U16()
		body := ext.Sub(ext.U16())
		switch kind {
		case ExtSupportedVersions:
			if v := body.U16(); body.Err() == nil {
				h.Version = v
			}
		case ExtALPN:
			list := body.Sub(body.U16())
			h.ALPN = list.Bytes(list.U8())
		}
	}
	return h, ext.Err()
}

// isRetry compares with SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3); the
// first eight bytes tell.
func isRetry(random []byte) bool {
	return len(random) == 32 && string(random[:8]) == "\xcf\x21\xad\x74\xe5\x9a\x61\x11"
}

// ReadCertificates returns the first certificate of the body of a Certificate
// message of TLS 1.2 and before (RFC 5246 §7.4.2), which is the sender's own.
func ReadCertificates(r *wire.Reader) []byte {
	list := r.Sub(r.U24())
	return list.Bytes(list.U24())
}

// IsGREASE reports whether a number is one of those that clients throw in to
// keep servers tolerant (RFC 8701).
func IsGREASE(v int) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// VersionName returns the version as people write it, as "1.2".
func VersionName(v int) string {
	switch v {
	case 0x0002, 0x0200:
		return "ssl2"
	case VersionSSL3:
		return "ssl3"
	case Version10:
		return "1.0"
	case Version11:
		return "1.1"
	case Version12:
		return "1.2"
	case Version13:
		return "1.3"
	case VersionDTLS10, versionDTLSOld:
		return "dtls1.0"
	case VersionDTLS12:
		return "dtls1.2"
	case VersionDTLS13:
		return "dtls1.3"
	}
	return "unknown"
}
