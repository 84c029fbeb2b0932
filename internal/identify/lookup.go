package identify

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// gram is the length of the piece of a literal that the index looks up.
const gram = 3

// literal is text that a value must contain for the condition to hold.
type literal struct {
	text      string // lower case
	condition int32
	atStart   bool // for prefix
	word      bool // for word
	// expr is to be asked then; nil when the literal is enough.
	expr *expression
}

// expression is compiled when it is first asked, for most never are.
type expression struct {
	text string
	once sync.Once
	re   *regexp.Regexp
}

func (e *expression) regexp() *regexp.Regexp {
	e.once.Do(func() { e.re = regexp.MustCompile("(?i)" + e.text) })
	return e.re
}

// piece is how the literal begins, which is what it is looked up by.
func (l *literal) piece() [gram]byte { return [gram]byte([]byte(l.text[:gram])) }

// literalIndex finds literals by how they begin.
type literalIndex struct {
	list []literal // by piece, those of one in the order of the pack
	// heads is a hash table, open addressed and mostly empty, of where in the
	// list the literals of a piece begin, plus one.
	heads []uint32
}

// finish makes the index of the list.
func (x *literalIndex) finish() {
	x.list = slices.Clip(x.list)
	slices.SortStableFunc(x.list, func(a, b literal) int { return strings.Compare(a.text[:gram], b.text[:gram]) })
	size := 4
	for size < 4*len(x.list) {
		size *= 2
	}
	x.heads = make([]uint32, size)
	for i := range x.list {
		p := x.list[i].piece()
		if i > 0 && x.list[i-1].piece() == p {
			continue
		}
		at := x.slot(p)
		for x.heads[at] != 0 {
			at = (at + 1) & uint32(size-1)
		}
		x.heads[at] = uint32(i + 1)
	}
}

// slot is where the search for a piece begins.
func (x *literalIndex) slot(p [gram]byte) uint32 {
	n := uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16
	return n * 0x9e3779b1 >> 8 & uint32(len(x.heads)-1)
}

// at returns the literals that begin with a piece.
func (x *literalIndex) at(p [gram]byte) []literal {
	for at := x.slot(p); x.heads[at] != 0; at = (at + 1) & uint32(len(x.heads)-1) {
		list := x.list[x.heads[at]-1:]
		if list[0].piece() != p {
			continue
		}
		n := 1
		for n < len(list) && list[n].piece() == p {
			n++
		}
		return list[:n]
	}
	return nil
}
