package capture

import (
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
	h := d.s.peek(pcapRecordHeader)
	if len(h) == 0 && d.s.broken() == nil {
		return io.EOF
	}
	r := wire.NewReader(h)
	sec, frac := u32(&r, d.big), u32(&r, d.big)
	captured, orig := u32(&r, d.big), u32(&r, d.big)
	if r.Err() != nil {
		return d.s.cutShort("the header of a frame", len(h), pcapRecordHeader)
	}
	if captured > MaxFrame {
		return d.s.corrupt("a frame of %d bytes cannot be: the limit is %d", captured, MaxFrame)
	}
	record := d.s.peek(pcapRecordHeader + captured)
	r = wire.NewReader(record)
	r.Skip(pcapRecordHeader)
	data := r.Bytes(captured)
	if r.Err() != nil {
		return d.s.cutShort("a frame", len(record)-pcapRecordHeader, captured)
	}
	if d.nano {
		frac /= 1000
	}
	d.s.mark = d.s.offset
	d.s.take(pcapRecordHeader + captured)
	*p = heron.Packet{
		Time: heron.Time(sec)*heron.Second + heron.Time(frac),
		Data: data, OrigLen: max(orig, captured), Link: d.link,
	}
	return nil
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
