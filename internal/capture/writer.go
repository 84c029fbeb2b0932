package capture

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/heron-iot/heron"
)

// Magic numbers of pcap files (draft-ietf-opsawg-pcap §4).
const (
	magicMicro = 0xa1b2c3d4
	magicNano  = 0xa1b23c4d
)

// Writer writes a pcap file with nanosecond stamps. Wrap the io.Writer in a
// bufio.Writer and flush that at the end: Writer writes each frame at once.
type Writer struct {
	w   io.Writer
	buf []byte
}

// NewWriter writes the file header and returns a Writer for frames of one link type.
func NewWriter(w io.Writer, link heron.LinkType) (*Writer, error) {
	h := binary.LittleEndian.AppendUint32(nil, magicNano)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = append(h, make([]byte, 8)...)
	h = binary.LittleEndian.AppendUint32(h, MaxFrame)
	h = binary.LittleEndian.AppendUint32(h, uint32(link))
	if _, err := w.Write(h); err != nil {
		return nil, fmt.Errorf("write capture header: %w", err)
	}
	return &Writer{w: w, buf: h[:0]}, nil
}

// Write adds a frame that was seen at t. Frames longer than MaxFrame are cut.
func (w *Writer) Write(t heron.Time, frame []byte) error {
	if t < 0 {
		t = 0
	}
	cut := frame[:min(len(frame), MaxFrame)]
	w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], uint32(t/heron.Second))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(t%heron.Second)*1000)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(cut)))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(frame)))
	w.buf = append(w.buf, cut...)
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}
