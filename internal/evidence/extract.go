package evidence

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Extract writes the packets that a query asks for to w, oldest first, until
// all are written or the query's limit is reached.
func (r *Ring) Extract(ctx context.Context, q heron.PacketQuery, w *Writer) error {
	s, err := newSearch(q, r.conf.Source, w)
	if err != nil {
		return err
	}
	r.sync(ctx)
	parts, err := r.disk.parts(q.From, q.To)
	if err != nil {
		r.log.Error("packets are not kept as evidence", "source", r.conf.Source, "error", err)
	}
	for _, part := range parts {
		if err := s.segment(ctx, part); err != nil || w.Truncated() {
			return err
		}
	}
	return nil
}

// sync waits until what was added before is on disk.
func (r *Ring) sync(ctx context.Context) {
	written := make(chan struct{})
	r.mu.Lock()
	if r.fill == nil && !r.closed {
		r.fill = r.emptyLocked() // goes behind those that wait
	}
	waits := r.fill != nil && !r.closed
	r.handOverLocked(written)
	r.mu.Unlock()
	if !waits {
		return
	}
	select {
	case <-ctx.Done():
	case <-written:
	}
}

// part is a segment with its blocks; nil blocks stand in its index file.
type part struct {
	segment
	blocks []block
}

// parts returns the segments that may hold packets of a time. They are good with
// an error, too, which is a fault of the disk.
func (d *disk) parts(from, to heron.Time) ([]part, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.settleLocked()
	var out []part
	for i, s := range d.list {
		if s.last < from || s.first > to {
			continue
		}
		p := part{segment: *s}
		if d.file != nil && i == len(d.list)-1 {
			p.blocks = slices.Clone(d.blocks)
		}
		out = append(out, p)
	}
	return out, err
}

// search is one extraction.
type search struct {
	q            heron.PacketQuery
	source       string
	hosts, peers []uint64
	w            *Writer
	buf          []byte
}

func newSearch(q heron.PacketQuery, source string, w *Writer) (*search, error) {
	s := &search{q: q, source: source, w: w}
	var err error
	if s.hosts, err = numbers(q.Hosts); err != nil {
		return nil, err
	}
	s.peers, err = numbers(q.Peers)
	return s, err
}

func (s *search) segment(ctx context.Context, p part) error {
	f, err := os.Open(p.path)
	if os.IsNotExist(err) {
		return nil // it made room meanwhile
	}
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	defer func() { _ = f.Close() }()
	blocks := p.blocks
	if blocks == nil {
		if blocks, err = loadIndex(&p.segment); err != nil {
			return fmt.Errorf("index of evidence: %w", err)
		}
	}
	var head [fileHeader]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return nil // a crash left less than a header
	}
	link, ok := readFileHeader(head[:])
	for i := 0; ok && i < len(blocks); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !s.promising(&blocks[i]) {
			continue
		}
		if err := s.block(f, &blocks[i], link); err != nil || s.w.Truncated() {
			return err
		}
	}
	return nil
}

// promising reports whether a block may hold what is asked for.
func (s *search) promising(b *block) bool {
	if b.last < s.q.From || b.first > s.q.To {
		return false
	}
	if len(s.hosts) == 0 {
		return true
	}
	for _, h := range s.hosts {
		if len(s.peers) == 0 && b.may(h) {
			return true
		}
		for _, p := range s.peers {
			if b.may(pairOf(h, p)) {
				return true
			}
		}
	}
	return false
}

func (s *search) block(f io.ReaderAt, b *block, link heron.LinkType) error {
	n := int(b.to - b.from)
	s.buf = slices.Grow(s.buf[:0], n)[:n]
	if _, err := f.ReadAt(s.buf, b.from); err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	r := wire.NewReader(s.buf)
	var p heron.Packet
	for nextRecord(&r, link, &p) {
		if !s.wanted(&p) {
			continue
		}
		if err := s.w.Packet(s.source, &p); err != nil || s.w.Truncated() {
			return err
		}
	}
	return nil
}

// wanted reports whether a frame is asked for: between the times, of one of the
// hosts, and with one of the peers where there are any.
func (s *search) wanted(p *heron.Packet) bool {
	if p.Time < s.q.From || p.Time > s.q.To {
		return false
	}
	if len(s.hosts) == 0 {
		return true
	}
	var e ends
	decode(p, &e)
	return e.has(s.hosts) && (len(s.peers) == 0 || e.has(s.peers))
}
