package flow

import (
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	// maxDatagrams is how many fragmented datagrams are put together at once.
	maxDatagrams = 64
	// maxPieces bounds the fragments of one datagram.
	maxPieces = 64
	// maxDatagram is the longest payload an IP packet can have.
	maxDatagram = 65535
	// fragmentWait is how long the rest of a datagram may take (RFC 8200 §4.5).
	fragmentWait = 60 * heron.Second
)

// fragments puts IP datagrams together again. Fragments that overlap are an
// attack or a fault, and lose the whole datagram (RFC 5722, which we hold for
// IPv4 too): no two ways to read one datagram.
type fragments struct {
	list    []*datagram
	dropped uint64 // fragments that came to nothing
}

// datagram is one that is not whole yet.
type datagram struct {
	key    fragmentKey
	opened heron.Time
	buf    []byte
	pieces []piece
	total  int // 0 until the last fragment came
	bytes  int // of the IP packets, for the counters
	count  int // fragments so far
	bad    bool
	// protocol is what the first fragment says; later ones may lie.
	protocol int
}

type fragmentKey struct {
	src, dst addr
	tunnel   uint64
	id       uint32
	vlan     uint16
	protocol uint8
	v6       bool
}

type piece struct{ from, to int }

// fragment takes one fragment, and goes on with the datagram when it is whole.
// A reassembled datagram is not itself a fragment.
func (t *Table) fragment(r *wire.Reader, protocol int, id uint32, offset int, more bool) {
	f := &t.frame
	if f.quoting { // the table that it was given to has all of them
		return
	}
	data := r.Rest()
	if len(data) < f.length {
		t.fragments.dropped++
		t.undecoded() // cut by the capture: never whole
		return
	}
	if f.packets > 1 || len(data) == 0 || offset+len(data) > maxDatagram || (more && len(data)%8 != 0) {
		t.fragments.dropped++
		t.fault()
		return
	}
	key := fragmentKey{src: f.srcIP, dst: f.dstIP, tunnel: f.tunnel, id: id, vlan: f.vlan, v6: f.v6}
	if !f.v6 { // for IPv6 the protocol does not count (RFC 8200 §4.5)
		key.protocol = uint8(protocol)
	}
	d := t.fragments.get(key, t.now)
	d.bytes += f.bytes
	if offset == 0 {
		d.protocol = protocol
	}
	d.count++
	if d.bad {
		return
	}
	if !d.add(piece{offset, offset + len(data)}, data, more) {
		d.bad = true
		t.fault()
		return
	}
	if !d.whole() {
		return
	}
	f.packets, f.bytes, f.length, f.veiled = len(d.pieces), d.bytes, d.total, true
	body := wire.NewReader(d.buf)
	t.fragments.drop(d)
	if f.v6 {
		t.extensions(&body, d.protocol)
		return
	}
	t.transport(&body, d.protocol)
}

// get finds a datagram, or begins it: in place of one that waited too long, or
// of the oldest.
func (s *fragments) get(k fragmentKey, now heron.Time) *datagram {
	var spare *datagram
	for _, d := range s.list {
		if d.key == k && d.opened != 0 && now-d.opened < fragmentWait {
			return d
		}
		if spare == nil || d.opened < spare.opened {
			spare = d
		}
	}
	if spare == nil || (len(s.list) < maxDatagrams && spare.opened != 0 && now-spare.opened < fragmentWait) {
		spare = &datagram{}
		s.list = append(s.list, spare)
	}
	s.lose(spare)
	*spare = datagram{key: k, opened: now, buf: spare.buf[:0], pieces: spare.pieces[:0]}
	return spare
}

// drop makes room; the buffer stays valid until the next fragment.
func (s *fragments) drop(d *datagram) { d.key, d.opened = fragmentKey{}, 0 }

// lose counts the fragments of a datagram that is given up.
func (s *fragments) lose(d *datagram) {
	if d.opened != 0 {
		s.dropped += uint64(d.count)
	}
}

func (s *fragments) flush() {
	for _, d := range s.list {
		s.lose(d)
		s.drop(d)
	}
}

// add puts a piece in its place; false when it cannot be part of the datagram.
// A fragment sent twice is ignored.
func (d *datagram) add(p piece, data []byte, more bool) bool {
	at, same := slices.BinarySearchFunc(d.pieces, p, func(a, b piece) int { return a.from - b.from })
	if same && slices.Contains(d.pieces, p) {
		return true
	}
	if len(d.pieces) >= maxPieces || same ||
		(at > 0 && d.pieces[at-1].to > p.from) || (at < len(d.pieces) && d.pieces[at].from < p.to) {
		return false
	}
	if !more {
		if d.total != 0 || at < len(d.pieces) {
			return false
		}
		d.total = p.to
	} else if d.total != 0 && p.to > d.total {
		return false
	}
	if p.to > len(d.buf) {
		d.buf = slices.Grow(d.buf, p.to-len(d.buf))[:p.to]
	}
	copy(d.buf[p.from:], data)
	d.pieces = slices.Insert(d.pieces, at, p)
	return true
}

func (d *datagram) whole() bool {
	if d.total == 0 {
		return false
	}
	next := 0
	for _, p := range d.pieces {
		if p.from != next {
			return false
		}
		next = p.to
	}
	return next == d.total
}
