package app

import (
	"slices"

	"github.com/heron-iot/heron"
)

// pieces let a list of reports on flows grow without moving those in it: there may
// be thousands in a second, and they are large. They are joined once, when all are
// there.
type pieces struct {
	full  [][]heron.Flow // before the list that grows
	spare [][]heron.Flow // not in use
}

// Bounds of pieces: how long a list is before another begins, and how many of those
// not in use are kept.
const (
	pieceFlows = 256
	maxPieces  = 32
)

// after returns the list to go on with when one is full: itself, with more room, or
// an empty one.
func (p *pieces) after(list []heron.Flow) []heron.Flow {
	if len(list) < pieceFlows {
		return slices.Grow(list, max(len(list), 8))
	}
	p.full = append(p.full, list)
	if n := len(p.spare); n > 0 {
		list, p.spare = p.spare[n-1], p.spare[:n-1]
		return list
	}
	return make([]heron.Flow, 0, pieceFlows)
}

// join returns all reports as one list, of which the last ones are given.
func (p *pieces) join(last []heron.Flow) []heron.Flow {
	if len(p.full) == 0 {
		return last
	}
	p.full = append(p.full, last)
	n := 0
	for _, f := range p.full {
		n += len(f)
	}
	all := make([]heron.Flow, 0, n)
	for _, f := range p.full {
		all = append(all, f...)
		if cap(f) <= 2*pieceFlows && len(p.spare) < maxPieces {
			p.spare = append(p.spare, f[:0])
		}
	}
	clear(p.full)
	p.full = p.full[:0]
	return all
}
