// Package dnp3 reads and writes DNP3 (IEEE 1815-2012): link frames with their
// checksums (clause 9), the transport function that joins them (clause 8), and
// the application layer's header and object headers (clauses 4 and 11).
package dnp3

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Bits of the link control octet (§9.2.4).
const (
	FromMaster = 0x80 // DIR: a master sends
	Primary    = 0x40 // PRM: the frame begins a transaction
)

// Primary link functions that carry user data (§9.2.4.1).
const (
	ConfirmedData   = 3
	UnconfirmedData = 4
)

// Sizes of frames (§9.2.4.2): ten octets of header, then blocks of sixteen
// octets, each with a checksum of two.
const (
	headerSize = 10
	blockSize  = 16
	maxData    = 250
)

// maxSegments is how many frames one fragment of the application layer, of at
// most 2,048 octets, takes: each carries 249 octets of it.
const maxSegments = 9

// ErrNotDNP3 says that bytes are no DNP3 link frame.
var ErrNotDNP3 = errors.New("not a DNP3 frame")

// ErrChecksum says that a frame's data were changed on their way.
var ErrChecksum = errors.New("DNP3: wrong checksum")

// tables hold the checksum's remainders for each octet that so many others follow:
// the polynomial of §9.2.5 with its bits reversed, since the lowest goes first.
var tables = func() (t [8][256]uint16) {
	for i := range t[0] {
		c := uint16(i)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xa6bc
			} else {
				c >>= 1
			}
		}
		t[0][i] = c
	}
	for n := 1; n < len(t); n++ {
		for i, c := range t[n-1] {
			t[n][i] = c>>8 ^ t[0][byte(c)]
		}
	}
	return t
}()

// Checksum returns the checksum of a header or of a block (§9.2.5).
func Checksum(b []byte) uint16 {
	var c uint16
	t := &tables
	for ; len(b) >= 8; b = b[8:] { // at once: each octet else waits for the one before
		x := binary.LittleEndian.Uint64(b) ^ uint64(c)
		c = t[7][byte(x)] ^ t[6][byte(x>>8)] ^ t[5][byte(x>>16)] ^ t[4][byte(x>>24)] ^
			t[3][byte(x>>32)] ^ t[2][byte(x>>40)] ^ t[1][byte(x>>48)] ^ t[0][byte(x>>56)]
	}
	for _, x := range b {
		c = c>>8 ^ t[0][byte(c)^x]
	}
	return ^c
}

// Frame is one link frame. Control holds direction and function.
type Frame struct {
	Control     byte
	Destination int
	Source      int
}

// HasData reports whether the frame carries user data.
func (f *Frame) HasData() bool {
	function := f.Control & 0x0f
	return f.Control&Primary != 0 && (function == ConfirmedData || function == UnconfirmedData)
}

// Size returns the length of the frame that b starts with; 0 when b is too short
// to tell, ErrNotDNP3 when it can be none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	if len(b) >= 2 && r.U16() != 0x0564 {
		return 0, ErrNotDNP3
	}
	r = wire.NewReader(b)
	head := r.Bytes(headerSize - 2)
	sum := r.U16LE()
	if r.Err() != nil {
		return 0, nil
	}
	h := wire.NewReader(head)
	h.Skip(2)
	n := h.U8() - 5
	if n < 0 || int(Checksum(head)) != sum {
		return 0, ErrNotDNP3
	}
	return headerSize + n + (n+blockSize-1)/blockSize*2, nil
}

// Read reads one whole frame from r and appends its user data to data.
func Read(r *wire.Reader, data []byte) (Frame, []byte, error) {
	size, err := Size(r.Peek(min(r.Len(), headerSize)))
	if err != nil || size == 0 || size > r.Len() {
		return Frame{}, data, ErrNotDNP3
	}
	r.Skip(2)
	n := r.U8() - 5
	f := Frame{Control: byte(r.U8()), Destination: r.U16LE(), Source: r.U16LE()}
	r.Skip(2)
	for ; n > 0; n -= blockSize {
		block := r.Bytes(min(n, blockSize))
		if r.U16LE() != int(Checksum(block)) {
			return f, data, ErrChecksum
		}
		data = append(data, block...)
	}
	return f, data, r.Err()
}

// Append adds the frame around at most 250 octets of user data to b.
func (f *Frame) Append(b, data []byte) []byte {
	data = data[:min(len(data), maxData)]
	start := len(b)
	b = append(b, 0x05, 0x64, byte(5+len(data)), f.Control)
	b = binary.LittleEndian.AppendUint16(b, uint16(f.Destination))
	b = binary.LittleEndian.AppendUint16(b, uint16(f.Source))
	b = binary.LittleEndian.AppendUint16(b, Checksum(b[start:]))
	for len(data) > 0 {
		block := data[:min(len(data), blockSize)]
		data = data[len(block):]
		b = append(b, block...)
		b = binary.LittleEndian.AppendUint16(b, Checksum(block))
	}
	return b
}

// Bits of the transport header (§8.2.1.2).
const (
	final = 0x80 // FIN
	first = 0x40 // FIR
)

// Span returns how many bytes of b the frames of the first fragment take: one
// frame when it is alone, more when its transport header says that more follow.
// 0 means that more bytes are needed to know, or for the last of the frames.
func Span(b []byte) (int, error) {
	total := 0
	for i := range maxSegments {
		r := wire.NewReader(b)
		r.Skip(total)
		n, err := Size(r.Peek(min(r.Len(), headerSize)))
		switch {
		case err != nil && i > 0:
			return total, nil // what is there is all that can be joined
		case err != nil || n == 0:
			return 0, err
		case n > r.Len() && i == 0:
			return n, nil
		case n > r.Len():
			return 0, nil
		}
		flags, has := segment(r.Peek(headerSize + 1))
		if i > 0 && (!has || flags&first != 0) {
			return total, nil
		}
		if total += n; !has || flags&final != 0 || i == 0 && flags&first == 0 {
			return total, nil
		}
	}
	return total, nil
}

// segment returns the transport header of a frame, false when it has none.
func segment(b []byte) (int, bool) {
	r := wire.NewReader(b)
	r.Skip(2)
	n := r.U8()
	f := Frame{Control: byte(r.U8())}
	r.Skip(headerSize - 4)
	flags := r.U8()
	return flags, r.Err() == nil && n > 5 && f.HasData()
}

// ReadFragment reads the frames in r and joins their segments in buf. Its second
// result is the fragment of the application layer; nil when the frames carry
// none, or not its beginning.
func ReadFragment(r *wire.Reader, buf []byte) (Frame, []byte, error) {
	var head Frame
	buf = buf[:0]
	for i := 0; r.Len() > 0; i++ {
		mark := len(buf)
		f, joined, err := Read(r, buf)
		if err != nil {
			return f, nil, err
		}
		if i == 0 {
			head = f
		}
		data := wire.NewReader(joined)
		data.Skip(mark)
		flags := data.U8()
		if data.Err() != nil || !f.HasData() || (i == 0) != (flags&first != 0) || f.Source != head.Source {
			return head, nil, nil
		}
		// The segment's octet is closed over: what was before it stays.
		buf = append(joined[:mark], data.Rest()...)
		if flags&final != 0 {
			break
		}
	}
	return head, buf, nil
}

// AppendFragment adds the frames that carry a fragment of the application layer.
func (f *Frame) AppendFragment(b, fragment []byte) []byte {
	flags := byte(first)
	for seq := byte(0); ; seq++ {
		n := min(len(fragment), maxData-1)
		if n == len(fragment) {
			flags |= final
		}
		b = f.Append(b, append([]byte{flags | seq&0x3f}, fragment[:n]...))
		if fragment = fragment[n:]; len(fragment) == 0 {
			return b
		}
		flags = 0
	}
}
