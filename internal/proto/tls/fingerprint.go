package tls

import (
	"crypto/md5" // JA3 is defined with MD5; nothing is secured by it
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/heron-iot/heron/internal/wire"
)

// Fingerprinter computes fingerprints of hellos in buffers that it re-uses: a
// result is valid until the next call. The zero value is ready.
type Fingerprinter struct {
	numbers []uint16
	text    []byte
	out     []byte
	sums    map[string][2 * md5.Size]byte // by what they are of
}

// Bounds of the sums that are remembered: how many, and of how much text.
const (
	maxSums    = 1024
	maxSumText = 256
)

// JA3 returns the MD5 of version, ciphers, extensions, groups and point formats,
// all in the client's order, without GREASE (Salesforce, JA3).
func (f *Fingerprinter) JA3(h *ClientHello) []byte {
	f.text = strconv.AppendInt(f.text[:0], int64(h.Version), 10)
	f.text = append(f.text, ',')
	f.text = appendDecimals(f.text, f.words(h.Ciphers))
	f.text = append(f.text, ',')
	f.text = appendDecimals(f.text, f.kinds(h.Extensions))
	f.text = append(f.text, ',')
	f.text = appendDecimals(f.text, f.words(h.Groups))
	f.text = append(f.text, ',')
	f.numbers = f.numbers[:0]
	for r := wire.NewReader(h.Points); r.Len() > 0; {
		f.numbers = append(f.numbers, uint16(r.U8()))
	}
	f.text = appendDecimals(f.text, f.numbers)
	return f.md5()
}

// JA3S returns the MD5 of version, cipher and extensions of a ServerHello.
func (f *Fingerprinter) JA3S(h *ServerHello) []byte {
	f.text = strconv.AppendInt(f.text[:0], int64(h.Legacy), 10)
	f.text = append(f.text, ',')
	f.text = strconv.AppendInt(f.text, int64(h.Cipher), 10)
	f.text = append(f.text, ',')
	f.numbers = f.numbers[:0]
	for r := wire.NewReader(h.Extensions); r.Len() > 0; {
		f.numbers = append(f.numbers, uint16(r.U16()))
		r.Skip(r.U16())
	}
	f.text = appendDecimals(f.text, f.numbers)
	return f.md5()
}

// md5 returns the sum of the text. Servers answer with the same for ever, so that
// sums are remembered.
func (f *Fingerprinter) md5() []byte {
	if known, ok := f.sums[string(f.text)]; ok {
		f.out = append(f.out[:0], known[:]...)
		return f.out
	}
	sum := md5.Sum(f.text)
	f.out = hex.AppendEncode(f.out[:0], sum[:])
	if len(f.text) > maxSumText {
		return f.out
	}
	if f.sums == nil || len(f.sums) >= maxSums {
		f.sums = make(map[string][2 * md5.Size]byte)
	}
	f.sums[string(f.text)] = [2 * md5.Size]byte(f.out)
	return f.out
}

// JA4 returns the JA4 fingerprint of a ClientHello (FoxIO, JA4 technical
// details): what it offers in ten characters, then hashes of its ciphers and of
// its extensions with signature algorithms. carrier is 't' over TCP, 'q' over
// QUIC and 'd' for DTLS.
func (f *Fingerprinter) JA4(h *ClientHello, carrier byte) []byte {
	ciphers := len(f.words(h.Ciphers))
	extensions := len(f.kinds(h.Extensions))
	f.out = append(f.out[:0], carrier)
	f.out = append(f.out, ja4Version(h.MaxVersion())...)
	if h.HasName {
		f.out = append(f.out, 'd')
	} else {
		f.out = append(f.out, 'i')
	}
	f.out = appendCount(appendCount(f.out, ciphers), extensions)
	f.out = appendALPN(f.out, h.ALPN)

	f.text = f.text[:0]
	list := f.words(h.Ciphers)
	slices.Sort(list)
	f.text = appendHexes(f.text, list)
	f.out = append(f.out, '_')
	f.appendHash()

	list = slices.DeleteFunc(f.kinds(h.Extensions), func(v uint16) bool { return v == ExtServerName || v == ExtALPN })
	slices.Sort(list)
	f.text = appendHexes(f.text[:0], list)
	if signatures := f.words(h.Signatures); len(signatures) > 0 {
		f.text = append(f.text, '_')
		f.text = appendHexes(f.text, signatures)
	}
	f.out = append(f.out, '_')
	f.appendHash()
	return f.out
}

// appendHash adds the first twelve digits of the SHA-256 of the text, or zeros
// when there was nothing to hash.
func (f *Fingerprinter) appendHash() {
	if len(f.text) == 0 {
		f.out = append(f.out, "000000000000"...)
		return
	}
	sum := sha256.Sum256(f.text)
	f.out = hex.AppendEncode(f.out, sum[:6])
}

// words returns the 16-bit numbers in b but GREASE; valid until the next call.
func (f *Fingerprinter) words(b []byte) []uint16 {
	f.numbers = f.numbers[:0]
	for r := wire.NewReader(b); r.Len() > 1; {
		if v := r.U16(); !IsGREASE(v) {
			f.numbers = append(f.numbers, uint16(v))
		}
	}
	return f.numbers
}

// kinds returns the types of the extensions in b but GREASE.
func (f *Fingerprinter) kinds(b []byte) []uint16 {
	f.numbers = f.numbers[:0]
	for r := wire.NewReader(b); r.Len() > 0; {
		v := r.U16()
		r.Skip(r.U16())
		if r.Err() == nil && !IsGREASE(v) {
			f.numbers = append(f.numbers, uint16(v))
		}
	}
	return f.numbers
}

func appendDecimals(b []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

func appendHexes(b []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(b, []byte{byte(v >> 8), byte(v)})
	}
	return b
}

func appendCount(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

func ja4Version(v int) string {
	switch v {
	case Version13:
		return "13"
	case Version12:
		return "12"
	case Version11:
		return "11"
	case Version10:
		return "10"
	case VersionSSL3:
		return "s3"
	case 0x0002:
		return "s2"
	case VersionDTLS10:
		return "d1"
	case VersionDTLS12:
		return "d2"
	case VersionDTLS13:
		return "d3"
	}
	return "00"
}

// appendALPN adds the first and the last character of the first name, or of its
// hexadecimal form when either is no letter or digit. A name that begins with an
// octet beyond ASCII is 99: so do the reference implementation and its test
// vectors, and with them the fingerprints in use.
func appendALPN(b, list []byte) []byte {
	r := wire.NewReader(list)
	name := r.Bytes(r.U8())
	if len(name) == 0 {
		return append(b, "00"...)
	}
	if name[0] >= 0x80 {
		return append(b, "99"...)
	}
	first, last := name[0], name[len(name)-1]
	if isAlnum(first) && isAlnum(last) {
		return append(b, first, last)
	}
	const digits = "0123456789abcdef"
	return append(b, digits[first>>4], digits[last&15])
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
