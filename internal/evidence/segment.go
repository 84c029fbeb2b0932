package evidence

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Segments are pcap files (draft-ietf-opsawg-pcap) with microseconds, written
// in little-endian order.
const (
	pcapMagic    = 0xa1b2c3d4
	fileHeader   = 24
	recordHeader = 16
	// maxFrame is the longest frame that is kept whole; longer ones are cut, so
	// that each fits a buffer.
	maxFrame = bufferSize - recordHeader
)

// appendFileHeader begins a segment of one link type.
func appendFileHeader(b []byte, link heron.LinkType) []byte {
	le := binary.LittleEndian
	b = le.AppendUint32(b, pcapMagic)
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, maxFrame)
	return le.AppendUint32(b, uint32(link))
}

// appendRecord adds a frame with its header.
func appendRecord(b []byte, p *heron.Packet) []byte {
	le := binary.LittleEndian
	at := max(p.Time, 0)
	cut := p.Data[:min(len(p.Data), maxFrame)]
	b = le.AppendUint32(b, uint32(at/heron.Second))
	b = le.AppendUint32(b, uint32(at%heron.Second))
	b = le.AppendUint32(b, uint32(len(cut)))
	b = le.AppendUint32(b, uint32(max(p.OrigLen, len(cut))))
	return append(b, cut...)
}

// readFileHeader reads the link type at the start of a segment.
func readFileHeader(b []byte) (heron.LinkType, bool) {
	r := wire.NewReader(b)
	magic, major := r.U32LE(), r.U16LE()
	r.Skip(14)
	link := heron.LinkType(r.U32LE())
	return link, r.Err() == nil && magic == pcapMagic && major == 2 && link.Known()
}

// nextRecord reads a frame; it reports false at the end, and where a crash cut
// the segment. A disk may hold anything: lengths are checked.
func nextRecord(r *wire.Reader, link heron.LinkType, p *heron.Packet) bool {
	sec, micro := r.U32LE(), r.U32LE()
	size, orig := r.U32LE(), r.U32LE()
	if size > maxFrame || micro >= int(heron.Second) {
		return false
	}
	data := r.Bytes(size)
	if r.Err() != nil {
		return false
	}
	*p = heron.Packet{
		Time: heron.Time(sec)*heron.Second + heron.Time(micro), Data: data, OrigLen: max(orig, size), Link: link,
	}
	return true
}
