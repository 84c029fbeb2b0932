// Package dlms reads and writes what carries the messages of DLMS/COSEM, in which
// meters are read: the wrapper of IEC 62056-4-7 over TCP and UDP, and the frames of
// HDLC (IEC 62056-46), which modems and converters pass on as they are.
package dlms

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// ErrNotDLMS says that the bytes are the start of neither.
var ErrNotDLMS = errors.New("not a frame of DLMS")

// Port is where meters are (IEC 62056-4-7 §5).
const Port = 4059

// The wrapper: a version, the ports of both ends, the length of the message.
const (
	version     = 1
	wrapperSize = 8
	longest     = 4096 // messages are of some hundred octets
)

// Parts of a frame of HDLC (IEC 62056-46 §6.4).
const (
	flag        = 0x7e
	frameType   = 0xa000
	typeMask    = 0xf000
	lengthMask  = 0x07ff
	shortest    = 7 // type and length, two addresses, control, check
	check       = 2
	longAddress = 4
	residue     = 0xf0b8 // of the check over a frame with its check
)

// Frame is one, whichever it is.
type Frame struct {
	// Source and Destination are the ports of the wrapper: 16 for a client who needs
	// no password, 1 for the whole of a meter. Of HDLC they are the devices behind one
	// line, 0 where there is but one.
	Source, Destination int
	HDLC                bool
	// Message is an APDU; nil where there is none, and where it is the second part of one.
	Message []byte
}

// Size returns the length of the frame at the start of b: 0 when more is needed to
// know.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	if head := r.Peek(2); len(head) == 2 && head[0] == flag {
		return hdlcSize(&r)
	}
	v := r.U16()
	r.Skip(4)
	size := r.U16()
	switch {
	case r.Offset() >= 2 && v != version:
		return 0, ErrNotDLMS
	case r.Err() != nil:
		return 0, nil
	case size == 0 || size > longest:
		return 0, ErrNotDLMS
	}
	return wrapperSize + size, nil
}

// hdlcSize is Size for HDLC. A flag may stand between two frames as well.
func hdlcSize(r *wire.Reader) (int, error) {
	r.Skip(1)
	if next := r.Peek(1); next[0] == flag {
		return 1, nil
	}
	format := r.U16()
	switch n := format & lengthMask; {
	case r.Err() != nil:
		return 0, nil
	case format&typeMask != frameType || n < shortest:
		return 0, ErrNotDLMS
	default:
		return n + 2, nil
	}
}

// Read reads one whole frame.
func Read(b []byte) (Frame, error) {
	r := wire.NewReader(b)
	if head := r.Peek(1); head != nil && head[0] == flag {
		return readHDLC(&r)
	}
	v := r.U16()
	f := Frame{Source: r.U16(), Destination: r.U16()}
	f.Message = r.Bytes(r.U16())
	if v != version || r.Err() != nil || r.Len() != 0 || len(f.Message) == 0 {
		return Frame{}, ErrNotDLMS
	}
	return f, nil
}

// readHDLC reads a frame of HDLC, whose check must be right. Information has a
// header of the link (IEC 62056-46 §5.3.2) before the message, and a check of its
// own before that.
func readHDLC(r *wire.Reader) (Frame, error) {
	r.Skip(1)
	whole := r.Peek(r.Len() - 1)
	if len(whole) == 0 && r.Len() == 0 {
		return Frame{HDLC: true}, nil // a flag alone
	}
	format := r.U16()
	body := r.Sub(format&lengthMask - 2)
	if r.U8() != flag || r.Err() != nil || r.Len() != 0 || format&typeMask != frameType || sum(whole) != residue {
		return Frame{}, ErrNotDLMS
	}
	f := Frame{HDLC: true, Destination: address(&body), Source: address(&body)}
	control := body.U8()
	if body.Err() != nil || body.Len() < check {
		return Frame{}, ErrNotDLMS
	}
	if control&1 != 0 || body.Len() < 2*check+1 { // it carries no information
		return f, nil
	}
	body.Skip(check)
	info := body.Sub(body.Len() - check)
	if link := info.Peek(3); len(link) == 3 && link[0] == 0xe6 && (link[1] == 0xe6 || link[1] == 0xe7) {
		info.Skip(3)
		f.Message = info.Rest()
	}
	return f, nil
}

// address reads one of one, two or four octets, the last of which is odd: of that
// which two and four have, the second half, the device.
func address(r *wire.Reader) int {
	n, size := 0, 0
	for size < longAddress {
		octet := r.U8()
		n, size = n<<7|octet>>1, size+1
		if octet&1 != 0 {
			break
		}
	}
	switch size {
	case 2:
		return n & 0x7f
	case longAddress:
		return n & 0x3fff
	}
	return 0
}

// sum is the check of frames (ISO/IEC 13239 annex A), before it is inverted.
func sum(b []byte) uint16 {
	const polynomial = 0x8408
	x := uint16(0xffff)
	for _, c := range b {
		x ^= uint16(c)
		for range 8 {
			x = x>>1 ^ polynomial&-(x&1)
		}
	}
	return x
}

// AppendWrapper appends a message in its wrapper.
func AppendWrapper(dst []byte, source, destination int, message []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, version)
	dst = binary.BigEndian.AppendUint16(dst, uint16(source))
	dst = binary.BigEndian.AppendUint16(dst, uint16(destination))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(message)))
	return append(dst, message...)
}

// AppendHDLC appends a frame: addresses as they are sent, the destination's first,
// and the message with the header of the link; none for a frame that carries none.
func AppendHDLC(dst, addresses []byte, control byte, message []byte) []byte {
	size := 2 + len(addresses) + 1 + check
	if len(message) > 0 {
		size += len(message) + check
	}
	start := len(dst) + 1
	dst = binary.BigEndian.AppendUint16(append(dst, flag), uint16(frameType|size))
	dst = append(append(dst, addresses...), control)
	dst = binary.LittleEndian.AppendUint16(dst, ^sum(dst[start:]))
	if len(message) > 0 {
		dst = append(dst, message...)
		dst = binary.LittleEndian.AppendUint16(dst, ^sum(dst[start:]))
	}
	return append(dst, flag)
}
