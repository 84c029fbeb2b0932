// Package ber reads and writes values in the Basic Encoding Rules with definite
// lengths and tags of one octet (ITU-T X.690 §8.1), which is what LDAP, Kerberos
// and SPNEGO are made of.
package ber

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Tags of the universal class that are met with.
const (
	Boolean     = 0x01
	Integer     = 0x02
	BitString   = 0x03
	OctetString = 0x04
	OID         = 0x06
	Enumerated  = 0x0a
	UTF8        = 0x0c
	General     = 0x1b // GeneralString
	Sequence    = 0x30
	Set         = 0x31
)

// ErrNotBER says that bytes are no value in this subset of the encoding.
var ErrNotBER = errors.New("not a BER value")

// maxLength is the most octets that a length may have.
const maxLength = 4

// header reads a tag and a length.
func header(r *wire.Reader) (tag, size int) {
	tag = r.U8()
	if tag&0x1f == 0x1f {
		r.Fail(ErrNotBER)
		return 0, 0
	}
	return tag, Length(r)
}

// Length reads a length alone (§8.1.3).
func Length(r *wire.Reader) int {
	size := r.U8()
	if size == 0x80 || size > 0x80+maxLength {
		r.Fail(ErrNotBER)
		return 0
	}
	if size < 0x80 {
		return size
	}
	n := size & 0x7f
	size = 0
	for range n {
		size = size<<8 | r.U8()
	}
	return size
}

// Next reads one value of any tag.
func Next(r *wire.Reader) (tag int, body wire.Reader) {
	tag, size := header(r)
	return tag, r.Sub(size)
}

// Cut is Next for a value that may be cut off: what is there of it.
func Cut(r *wire.Reader) (tag int, body wire.Reader) {
	tag, size := header(r)
	return tag, r.Sub(min(size, r.Len()))
}

// Get reads a value that must have the tag.
func Get(r *wire.Reader, tag int) wire.Reader {
	if Peek(r) != tag {
		r.Fail(ErrNotBER)
	}
	_, body := Next(r)
	return body
}

// Peek returns the tag of the next value, 0 when there is none.
func Peek(r *wire.Reader) int {
	if b := r.Peek(1); b != nil {
		return int(b[0])
	}
	return 0
}

// Int reads the number in the body of an INTEGER or ENUMERATED of at most eight
// octets.
func Int(body *wire.Reader) int {
	n := body.Len()
	if n == 0 || n > 8 {
		body.Fail(ErrNotBER)
		return 0
	}
	v := int64(int8(body.U8()))
	for range n - 1 {
		v = v<<8 | int64(body.U8())
	}
	return int(v)
}

// GetInt reads an INTEGER.
func GetInt(r *wire.Reader) int {
	body := Get(r, Integer)
	if body.Len() == 0 {
		r.Fail(ErrNotBER)
		return 0
	}
	v := Int(&body)
	if body.Err() != nil {
		r.Fail(body.Err())
	}
	return v
}

// Size returns the length of the value at the start of b, whether or not it is all
// there; 0 when its length is not.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	_, size := header(&r)
	switch {
	case errors.Is(r.Err(), wire.ErrShort):
		return 0, nil
	case r.Err() != nil:
		return 0, r.Err()
	}
	return r.Offset() + size, nil
}

// Append appends a value whose contents are the parts.
func Append(dst []byte, tag int, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	dst = append(dst, byte(tag))
	switch {
	case size < 0x80:
		dst = append(dst, byte(size))
	case size < 0x100:
		dst = append(dst, 0x81, byte(size))
	case size < 0x10000:
		dst = append(dst, 0x82, byte(size>>8), byte(size))
	default:
		dst = append(dst, 0x84, byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
	}
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return dst
}

// AppendInt appends an INTEGER in as few octets as it needs.
func AppendInt(dst []byte, v int) []byte {
	n := 1
	for x := v; x > 0x7f || x < -0x80; x >>= 8 {
		n++
	}
	dst = append(dst, Integer, byte(n))
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, byte(v>>(8*i)))
	}
	return dst
}
