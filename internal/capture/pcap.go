package capture

import (
	"encoding/binary"
	"io"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	pcapFileHeader   = 24
	pcapRecordHeader = 16
)

// pcapReader reads the pcap format (draft-ietf-opsawg-pcap).
type pcapReader struct {
	s    *stream
	big  bool // numbers are big-endian
	nano bool // fractions are nanoseconds
	link heron.LinkType
}

// newPcapReader reads the file header, whose magic number is known to be right.
func newPcapReader(s *stream, big, nano bool) (*pcapReader, error) {
	h := s.peek(pcapFileHeader)
	r := wire.NewReader(h)
	d := &pcapReader{s: s, big: big, nano: nano}
	r.Skip(4)
	major, _ := u16(&r, big), u16(&r, big)
	r.Skip(12)
	link := u32(&r, big)
	if r.Err() != nil {
		return nil, s.cutShort("the file header", len(h), pcapFileHeader)
	}
	if major != 2 {
		return nil, s.corrupt("pcap version %d is not known", major)
	}
	// The upper bits say how long the frame check sequence is (§4).
	d.link = linkType(link & 0xffff)
	if !d.link.Known() {
		return nil, foreignFrames(s.offset, d.link)
	}
	s.take(pcapFileHeader)
	return d, nil
}

func (d *pcapReader) next(p *heron.Packet) error {
	if d.ahead(p) {
		return nil
	}
	h := d.s.peek(pcapRecordHeader)
	if len(h) == 0 && d.s.broken() == nil {
		return io.EOF
	}
	r := wire.NewReader(h)
	r.Skip(8)
	captured := u32(&r, d.big)
	r.Skip(4)
	if r.Err() != nil {
		return d.s.cutShort("the header of a frame", len(h), pcapRecordHeader)
	}
	if captured > MaxFrame {
		return d.s.corrupt("a frame of %d bytes cannot be: the limit is %d", captured, MaxFrame)
	}
	record := d.s.peek(pcapRecordHeader + captured)
	if !d.ahead(p) {
		return d.s.cutShort("a frame", len(record)-pcapRecordHeader, captured)
	}
	return nil
}

// ahead implements decoder.
func (d *pcapReader) ahead(p *heron.Packet) bool {
	h, rest := wire.Head16(d.s.window())
	if h == nil {
		return false
	}
	sec, frac := fixed32(h[0:4], d.big), fixed32(h[4:8], d.big)
	captured, orig := fixed32(h[8:12], d.big), fixed32(h[12:16], d.big)
	data, _, ok := wire.Cut(rest, captured)
	if !ok || captured > MaxFrame {
		return false
	}
	if d.nano {
		frac /= 1000
	}
	d.s.mark = d.s.offset
	d.s.take(pcapRecordHeader + captured)
	p.Time = heron.Time(sec)*heron.Second + heron.Time(frac)
	p.Data, p.OrigLen, p.Link, p.Interface = data, max(orig, captured), d.link, 0
	return true
}

// fixed32 is u32 in a view.
func fixed32(b []byte, big bool) int {
	if big {
		return int(binary.BigEndian.Uint32(b))
	}
	return int(binary.LittleEndian.Uint32(b))
}

func u16(r *wire.Reader, big bool) int {
	if big {
		return r.U16()
	}
	return r.U16LE()
}

func u32(r *wire.Reader, big bool) int {
	if big {
		return r.U32()
	}
	return r.U32LE()
}
