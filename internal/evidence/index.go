package evidence

import (
	"encoding/binary"
	"hash/crc32"
	"os"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// The index of a segment is a list of blocks, each with a Bloom filter over the
// hosts in it and the pairs of them.
const (
	indexMagic = "HRNEVIX1"
	blockSize  = 256 << 10 // of packets under one entry
	filterBits = 8192
	blockFixed = 24
	blockEntry = blockFixed + filterBits/8
	// maxIndex bounds what is read of an index file.
	maxIndex = 64 << 20
)

// block is a stretch of a segment.
type block struct {
	from, to    int64 // in the segment
	first, last heron.Time
	filter      [filterBits / 64]uint64
}

// set notes a number under two bits of the filter.
func (b *block) set(n uint64) {
	b.filter[n>>6%(filterBits/64)] |= 1 << (n & 63)
	n >>= 32
	b.filter[n>>6%(filterBits/64)] |= 1 << (n & 63)
}

// may reports whether a number may have been noted.
func (b *block) may(n uint64) bool {
	first := b.filter[n>>6%(filterBits/64)]&(1<<(n&63)) != 0
	n >>= 32
	return first && b.filter[n>>6%(filterBits/64)]&(1<<(n&63)) != 0
}

// note enters a frame.
func (b *block) note(p *heron.Packet, e *ends) {
	if b.first == 0 || p.Time < b.first {
		b.first = p.Time
	}
	b.last = max(b.last, p.Time)
	decode(p, e)
	for i := range e.n {
		b.set(e.host[i])
		for k := range i {
			b.set(pairOf(e.host[i], e.host[k]))
		}
	}
}

// noteAll enters the records of data, which begins at offset from of its
// segment, and returns the length of those that are whole.
func noteAll(blocks []block, from int64, data []byte, link heron.LinkType) ([]block, int64) {
	var p heron.Packet
	var e ends
	r := wire.NewReader(data)
	good := 0
	for nextRecord(&r, link, &p) {
		last := len(blocks) - 1
		if last < 0 || blocks[last].to-blocks[last].from >= blockSize {
			blocks = append(blocks, block{from: from + int64(good)})
			last++
		}
		blocks[last].note(&p, &e)
		good = r.Offset()
		blocks[last].to = from + int64(good)
	}
	return blocks, int64(good)
}

// cutBlocks ends blocks where their segment ends.
func cutBlocks(blocks []block, size int64) []block {
	for len(blocks) > 0 && blocks[len(blocks)-1].from >= size {
		blocks = blocks[:len(blocks)-1]
	}
	if n := len(blocks); n > 0 {
		blocks[n-1].to = min(blocks[n-1].to, size)
	}
	return blocks
}

// encodeIndex writes the index of a segment of that size.
func encodeIndex(blocks []block, size int64) []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, len(indexMagic)+12+len(blocks)*blockEntry), indexMagic...)
	b = le.AppendUint64(b, uint64(size))
	for i := range blocks {
		k := &blocks[i]
		b = le.AppendUint32(b, uint32(k.from))
		b = le.AppendUint32(b, uint32(k.to))
		b = le.AppendUint64(b, uint64(k.first))
		b = le.AppendUint64(b, uint64(k.last))
		for _, w := range k.filter {
			b = le.AppendUint64(b, w)
		}
	}
	return le.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// decodeIndex reads an index; it reports false when it is damaged, or not that
// of a segment of this size.
func decodeIndex(b []byte, size int64) ([]block, bool) {
	if len(b) < len(indexMagic)+12 || string(b[:len(indexMagic)]) != indexMagic {
		return nil, false
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return nil, false
	}
	r := wire.NewReader(body)
	r.Skip(len(indexMagic))
	if r.U64LE() != uint64(size) || r.Len()%blockEntry != 0 {
		return nil, false
	}
	blocks := make([]block, 0, r.Len()/blockEntry)
	for r.Len() > 0 {
		k := block{from: int64(r.U32LE()), to: int64(r.U32LE())}
		k.first, k.last = heron.Time(r.U64LE()), heron.Time(r.U64LE())
		for i := range k.filter {
			k.filter[i] = r.U64LE()
		}
		if k.from > k.to || k.to > size {
			return nil, false
		}
		blocks = append(blocks, k)
	}
	return blocks, true
}

// loadIndex returns the blocks of a segment that is no longer written: from its
// index, or else from the segment itself, whose index is then made.
func loadIndex(s *segment) ([]block, error) {
	if info, err := os.Stat(s.index()); err == nil && info.Size() <= maxIndex {
		if b, err := os.ReadFile(s.index()); err == nil {
			if blocks, ok := decodeIndex(b, s.size); ok {
				return blocks, nil
			}
		}
	}
	data, err := os.ReadFile(s.path)
	if err != nil {
		return nil, err
	}
	link, ok := readFileHeader(data)
	if !ok {
		return nil, nil
	}
	blocks, _ := noteAll(nil, fileHeader, data[fileHeader:], link)
	_ = storeIndex(s, blocks) // at worst it is made again
	return blocks, nil
}

// storeIndex writes the index beside its segment, whole or not at all.
func storeIndex(s *segment, blocks []block) error {
	tmp := s.index() + ".new"
	if err := os.WriteFile(tmp, encodeIndex(blocks, s.size), 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, s.index())
}
