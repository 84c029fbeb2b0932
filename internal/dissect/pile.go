package dissect

// pile is a list in pieces that is filled and emptied again and again: what is in
// it is never moved, and no more memory is touched than it needs.
type pile[T any] struct {
	pieces []*[pieceSize]T
	len    int
	need   need
}

const pieceSize = 1 << 7

// next adds an item and returns it, whatever is in it.
func (p *pile[T]) next() *T {
	if p.len == len(p.pieces)*pieceSize {
		p.pieces = append(p.pieces, new([pieceSize]T))
	}
	p.len++
	return p.at(int32(p.len - 1))
}

// at returns the item in a place.
func (p *pile[T]) at(i int32) *T { return &p.pieces[uint32(i)/pieceSize][uint32(i)%pieceSize] }

// empty empties the pile.
func (p *pile[T]) empty() {
	if size := p.need.of(p.len, len(p.pieces)*pieceSize); size >= 0 {
		keep := (size + pieceSize - 1) / pieceSize
		clear(p.pieces[keep:])
		p.pieces = p.pieces[:keep]
	}
	p.len = 0
}
