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
	one  [1]heron.Packet // room for next
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
	if d.found(p) {
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
	if !d.found(p) {
		return d.s.cutShort("a frame", len(record)-pcapRecordHeader, captured)
	}
	return nil
}

// found is ahead for one frame.
func (d *pcapReader) found(p *heron.Packet) bool {
	if d.ahead(d.one[:]) == 0 {
		return false
	}
	*p = d.one[0]
	return true
}

// ahead implements decoder.
func (d *pcapReader) ahead(ps []heron.Packet) int {
	w, big := d.s.window(), d.big
	rest, mark, n := w, 0, 0
	for ; n < len(ps); n++ {
		h, body := wire.Head16(rest)
		if h == nil {
			break
		}
		captured, orig := fixed32(h[8:12], big), fixed32(h[12:16], big)
		data, behind, ok := wire.Cut(body, captured)
		if !ok || captured > MaxFrame {
			break
		}
		sec, frac := fixed32(h[0:4], big), fixed32(h[4:8], big)
		if d.nano {
			frac /= 1000
		}
		p := &ps[n]
		p.Time = heron.Time(sec)*heron.Second + heron.Time(frac)
		p.Data, p.OrigLen, p.Link, p.Interface = data, max(orig, captured), d.link, 0
		mark, rest = len(w)-len(rest), behind
	}
	if n > 0 {
		d.s.taken(mark, rest)
	}
	return n
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
