package evidence

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/heron-iot/heron"
)

// Types of blocks and options of pcapng (draft-ietf-opsawg-pcapng §4).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	byteOrder      = 0x1a2b3c4d
	optionEnd      = 0
	optionComment  = 1
	optionName     = 2
)

// Writer writes packets as one section of a pcapng file, with each source as an
// interface of it. Sections of several sensors may follow one another.
type Writer struct {
	w       io.Writer
	left    int64
	comment string
	begun   bool
	cut     bool
	ifaces  map[iface]uint32
	packets uint64
	buf     []byte
}

type iface struct {
	source string
	link   heron.LinkType
}

// NewWriter returns a Writer of at most limit bytes. Nothing is written before
// the first packet.
func NewWriter(w io.Writer, comment string, limit int64) *Writer {
	return &Writer{w: w, left: limit, comment: comment, ifaces: map[iface]uint32{}}
}

// Packets returns how many were written.
func (w *Writer) Packets() uint64 { return w.packets }

// Truncated reports whether a packet was left out for the limit.
func (w *Writer) Truncated() bool { return w.cut }

// Packet writes a frame of a source.
func (w *Writer) Packet(source string, p *heron.Packet) error {
	b := w.buf[:0]
	if !w.begun {
		b = w.section(b)
	}
	key := iface{source, p.Link}
	id, known := w.ifaces[key]
	if !known {
		id = uint32(len(w.ifaces))
		b = appendBlock(b, blockInterface, func(b []byte) []byte {
			b = binary.LittleEndian.AppendUint16(b, uint16(p.Link))
			b = append(b, 0, 0, 0, 0, 0, 0)
			return appendOptions(b, optionName, source)
		})
	}
	b = appendBlock(b, blockPacket, func(b []byte) []byte {
		le := binary.LittleEndian
		b = le.AppendUint32(b, id)
		b = le.AppendUint32(b, uint32(uint64(p.Time)>>32))
		b = le.AppendUint32(b, uint32(p.Time))
		b = le.AppendUint32(b, uint32(len(p.Data)))
		b = le.AppendUint32(b, uint32(p.OrigLen))
		return pad(append(b, p.Data...))
	})
	w.buf = b
	if int64(len(b)) > w.left {
		w.cut = true
		return nil
	}
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	w.begun, w.ifaces[key] = true, id
	w.left -= int64(len(b))
	w.packets++
	return nil
}

func (w *Writer) section(b []byte) []byte {
	return appendBlock(b, blockSection, func(b []byte) []byte {
		le := binary.LittleEndian
		b = le.AppendUint32(b, byteOrder)
		b = le.AppendUint16(b, 1)
		b = le.AppendUint16(b, 0)
		b = le.AppendUint64(b, ^uint64(0)) // its length is not told
		return appendOptions(b, optionComment, w.comment)
	})
}

// appendBlock adds a block, whose length stands at both of its ends.
func appendBlock(b []byte, kind uint32, body func([]byte) []byte) []byte {
	le := binary.LittleEndian
	start := len(b)
	b = le.AppendUint32(b, kind)
	b = body(le.AppendUint32(b, 0))
	size := uint32(len(b) - start + 4)
	le.PutUint32(b[start+4:], size)
	return le.AppendUint32(b, size)
}

// appendOptions adds one option and the end of options; none where it is empty.
func appendOptions(b []byte, code uint16, text string) []byte {
	const longest = 1 << 10
	text = text[:min(len(text), longest)]
	if text == "" {
		return b
	}
	le := binary.LittleEndian
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, uint16(len(text)))
	b = pad(append(b, text...))
	return le.AppendUint32(b, optionEnd)
}

// pad fills up to a multiple of four; blocks begin at one.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
