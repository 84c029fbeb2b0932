package dissect

import (
	"net/netip"

	"github.com/heron-iot/heron"
)

// maxPieces bounds the pieces of one Pieces that do not touch each other.
const maxPieces = 32

// Pieces puts the pieces of something that came out of order, or in parts, in
// order. The zero value is ready.
type Pieces struct {
	data   []byte
	pieces []piece // sorted, and none touches another
}

// piece is a stretch that is there.
type piece struct{ from, to int }

// Reset forgets all pieces but keeps the memory for the next.
func (p *Pieces) Reset() { p.data, p.pieces = p.data[:0], p.pieces[:0] }

// Add copies what belongs at offset. What ends beyond limit is dropped, and so is
// what would make too many pieces.
func (p *Pieces) Add(offset int, b []byte, limit int) {
	end := offset + len(b)
	if len(b) == 0 || offset < 0 || offset > limit || end > limit || !p.note(piece{offset, end}) {
		return
	}
	if n := end - len(p.data); n > 0 {
		p.data = append(p.data, make([]byte, n)...)
	}
	copy(p.data[offset:end], b)
}

// note joins a piece with those it touches; false when there are too many.
func (p *Pieces) note(n piece) bool {
	at := 0
	for at < len(p.pieces) && p.pieces[at].to < n.from {
		at++
	}
	end := at
	for end < len(p.pieces) && p.pieces[end].from <= n.to {
		n.from, n.to = min(n.from, p.pieces[end].from), max(n.to, p.pieces[end].to)
		end++
	}
	if end > at {
		p.pieces[at] = n
		p.pieces = append(p.pieces[:at+1], p.pieces[end:]...)
		return true
	}
	if len(p.pieces) >= maxPieces {
		return false
	}
	p.pieces = append(p.pieces, piece{})
	copy(p.pieces[at+1:], p.pieces[at:])
	p.pieces[at] = n
	return true
}

// Start returns what is there from the start on, without a gap. It is valid until
// the next Add.
func (p *Pieces) Start() []byte {
	if len(p.pieces) == 0 || p.pieces[0].from != 0 {
		return nil
	}
	return p.data[:p.pieces[0].to]
}

// Ends are the two ends of a flow.
type Ends struct{ Client, Server netip.AddrPort }

// EndsOf returns the ends of the flow that m belongs to.
func EndsOf(m *heron.Message) Ends {
	src, dst := netip.AddrPortFrom(m.Src.IP, m.SrcPort), netip.AddrPortFrom(m.Dst.IP, m.DstPort)
	if m.FromClient {
		return Ends{src, dst}
	}
	return Ends{dst, src}
}

// maxRecent is how many flows a Recent remembers something of.
const maxRecent = 64

// Recent remembers more of the latest flows than heron.FlowScratch has room for;
// the oldest makes room. The zero value is ready.
type Recent[T any] struct {
	index map[Ends]int
	list  []recent[T]
	next  int
}

type recent[T any] struct {
	ends  Ends
	value T
}

// Get returns what is remembered of a flow, or nil.
func (r *Recent[T]) Get(e Ends) *T {
	if i, ok := r.index[e]; ok {
		return &r.list[i].value
	}
	return nil
}

// Put returns the place for what is to be remembered of a flow: what it holds is
// the flow's, or left from another.
func (r *Recent[T]) Put(e Ends) *T {
	if v := r.Get(e); v != nil {
		return v
	}
	if r.index == nil {
		r.index = make(map[Ends]int, maxRecent)
	}
	if len(r.list) < maxRecent {
		r.list = append(r.list, recent[T]{})
	}
	i := r.next
	r.next = (r.next + 1) % maxRecent
	if at, ok := r.index[r.list[i].ends]; ok && at == i {
		delete(r.index, r.list[i].ends)
	}
	r.list[i].ends = e
	r.index[e] = i
	return &r.list[i].value
}

// Forget drops what is remembered of a flow.
func (r *Recent[T]) Forget(e Ends) { delete(r.index, e) }
