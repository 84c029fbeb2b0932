// Package wire reads untrusted bytes. It is the only code of Heron that
// indexes them: every dissector, decoder and probe reads through a Reader.
//
// A Reader never panics and never reads beyond its input. Its error is sticky:
// after the first short read every read returns zero values and Err returns
// ErrShort, so that a parser may read a whole header and check once. Numbers
// come back as int or uint64 so that arithmetic on them cannot wrap, and a
// count from the wire is bounded by what is left with Count.
//
// Byte slices that a Reader returns share memory with its input.
package wire

import (
	"encoding/binary"
	"errors"
)

// ErrShort says that the input ended before the value did.
var ErrShort = errors.New("input too short")

// Reader is a cursor over untrusted bytes. The zero Reader is at the end of
// empty input.
type Reader struct {
	b   []byte
	off int
	err error
}

// NewReader returns a Reader at the start of b.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Reset makes r read b from its start.
func (r *Reader) Reset(b []byte) { *r = Reader{b: b} }

// Len returns how many bytes are left; 0 after an error.
func (r *Reader) Len() int {
	if r.err != nil {
		return 0
	}
	return len(r.b) - r.off
}

// Offset returns how many bytes were read or skipped.
func (r *Reader) Offset() int { return r.off }

// Err returns ErrShort once a read failed, else nil.
func (r *Reader) Err() error { return r.err }

// Fail makes err the sticky error, unless there is one already.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *Reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b)-r.off {
		r.Fail(ErrShort)
		return nil
	}
	b := r.b[r.off : r.off+n : r.off+n]
	r.off += n
	return b
}

// Bytes returns the next n bytes, or nil when there are fewer.
func (r *Reader) Bytes(n int) []byte { return r.take(n) }

// Rest returns all that is left; it never fails.
func (r *Reader) Rest() []byte { return r.take(r.Len()) }

// Skip passes over n bytes.
func (r *Reader) Skip(n int) { r.take(n) }

// Peek returns the next n bytes without moving, or nil when there are fewer;
// it sets no error.
func (r *Reader) Peek(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b)-r.off {
		return nil
	}
	return r.b[r.off : r.off+n : r.off+n]
}

// Sub returns a Reader over the next n bytes and passes over them. When there
// are fewer, both readers fail.
func (r *Reader) Sub(n int) Reader {
	b := r.take(n)
	return Reader{b: b, err: r.err}
}

// At returns a Reader over the whole input, from off on, for formats with
// pointers into themselves (DNS names). It shares no position with r.
func (r *Reader) At(off int) Reader {
	if off < 0 || off > len(r.b) {
		return Reader{err: ErrShort}
	}
	return Reader{b: r.b, off: off}
}

// short makes the Reader fail, and returns what is read after that.
func (r *Reader) short() int {
	r.Fail(ErrShort)
	return 0
}

// U8 reads one byte.
func (r *Reader) U8() int {
	if r.err != nil || len(r.b)-r.off < 1 {
		return r.short()
	}
	c := r.b[r.off]
	r.off++
	return int(c)
}

// U16 reads two bytes, big-endian.
func (r *Reader) U16() int {
	if r.err != nil || len(r.b)-r.off < 2 {
		return r.short()
	}
	b := r.b[r.off:]
	r.off += 2
	return int(b[1]) | int(b[0])<<8
}

// U24 reads three bytes, big-endian.
func (r *Reader) U24() int {
	if b := r.take(3); b != nil {
		return int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	}
	return 0
}

// U32 reads four bytes, big-endian.
func (r *Reader) U32() int {
	if r.err != nil || len(r.b)-r.off < 4 {
		return r.short()
	}
	b := r.b[r.off:]
	r.off += 4
	return int(binary.BigEndian.Uint32(b))
}

// U64 reads eight bytes, big-endian.
func (r *Reader) U64() uint64 {
	hi, lo := r.U32(), r.U32()
	return uint64(hi)<<32 | uint64(lo)
}

// U16LE reads two bytes, little-endian.
func (r *Reader) U16LE() int {
	if b := r.take(2); b != nil {
		return int(b[1])<<8 | int(b[0])
	}
	return 0
}

// U32LE reads four bytes, little-endian.
func (r *Reader) U32LE() int {
	if b := r.take(4); b != nil {
		return int(b[3])<<24 | int(b[2])<<16 | int(b[1])<<8 | int(b[0])
	}
	return 0
}

// U64LE reads eight bytes, little-endian.
func (r *Reader) U64LE() uint64 {
	lo, hi := r.U32LE(), r.U32LE()
	return uint64(hi)<<32 | uint64(lo)
}

// Count bounds a count from the wire by the number of items of at least size
// bytes that can still follow, so that it may size an allocation.
func (r *Reader) Count(n, size int) int {
	if n < 0 || size <= 0 {
		return 0
	}
	return min(n, r.Len()/size)
}

// Until returns the bytes before the first sep and passes over both; nil and
// ErrShort when sep does not come within limit bytes.
func (r *Reader) Until(sep byte, limit int) []byte {
	n := min(r.Len(), limit)
	for i := range n {
		if r.b[r.off+i] == sep {
			b := r.take(i)
			r.take(1)
			if b == nil {
				b = []byte{}
			}
			return b
		}
	}
	r.Fail(ErrShort)
	return nil
}

// Line returns the next line without its end (LF or CRLF), of at most limit bytes.
func (r *Reader) Line(limit int) []byte {
	b := r.Until('\n', limit)
	if n := len(b); n > 0 && b[n-1] == '\r' {
		return b[:n-1]
	}
	return b
}
