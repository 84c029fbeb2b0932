package behavior

import (
	"math"

	"github.com/heron-iot/heron"
)

// lanes are the packets of one end of a flow in the classes of heron.Flow: eight
// counters of 16 bits, four to a word, which are added and compared at once.
type lanes struct{ low, high uint64 }

// classes are the packets of one end of a flow by size, and by time since the
// one before.
type classes struct{ sizes, gaps lanes }

// highs are the highest bits of four lanes.
const highs = 0x8000_8000_8000_8000

func lanesOf(n *[heron.FlowBuckets]uint16) lanes {
	return lanes{
		uint64(n[0]) | uint64(n[1])<<16 | uint64(n[2])<<32 | uint64(n[3])<<48,
		uint64(n[4]) | uint64(n[5])<<16 | uint64(n[6])<<32 | uint64(n[7])<<48,
	}
}

func (l lanes) of(i int) uint16 {
	if i < 4 {
		return uint16(l.low >> (i * 16))
	}
	return uint16(l.high >> (i % 4 * 16))
}

func (c *classes) any() uint64 { return c.sizes.low | c.sizes.high | c.gaps.low | c.gaps.high }

// since returns by how much each lane grew. Those of few packets, none of which
// shrank, need only be taken off: no lane borrows from the next.
func (c *classes) since(before *classes) classes {
	sizes := lanes{(c.sizes.low | highs) - before.sizes.low, (c.sizes.high | highs) - before.sizes.high}
	gaps := lanes{(c.gaps.low | highs) - before.gaps.low, (c.gaps.high | highs) - before.gaps.high}
	if (c.any()|before.any())&highs != 0 || sizes.low&sizes.high&gaps.low&gaps.high&highs != highs {
		return classes{c.sizes.since(before.sizes), c.gaps.since(before.gaps)}
	}
	return classes{lanes{sizes.low ^ highs, sizes.high ^ highs}, lanes{gaps.low ^ highs, gaps.high ^ highs}}
}

// since returns by how much each lane grew; one that shrank did not grow.
func (l lanes) since(before lanes) lanes {
	return lanes{wordSince(l.low, before.low), wordSince(l.high, before.high)}
}

func wordSince(x, y uint64) uint64 {
	d := ((x | highs) - (y &^ highs)) ^ ((x ^ ^y) & highs) // no lane borrows from the next
	short := (^x&y | ^(x^y)&d) & highs                     // where it would have
	return d &^ (short >> 15 * 0xffff)
}

// histogram counts packets in the classes of a flow.
type histogram [heron.FlowBuckets]uint32

func (h *histogram) add(more lanes) {
	for i := range h {
		n := uint32(more.of(i))
		h[i] = min(h[i], math.MaxUint32-n) + n
	}
}

// tally is the packets that a device sent, or received, by their classes.
type tally struct{ sizes, gaps histogram }

func (t *tally) add(more *classes) {
	t.sizes.add(more.sizes)
	t.gaps.add(more.gaps)
}

// add adds to what is still to be added to a tally, which is at hand, for as long
// as no lane of it can overflow.
func (c *classes) add(more *classes, to *tally) {
	if (c.any()|more.any())&highs != 0 {
		c.settle(to)
		to.add(more)
		return
	}
	c.sizes.low += more.sizes.low
	c.sizes.high += more.sizes.high
	c.gaps.low += more.gaps.low
	c.gaps.high += more.gaps.high
}

// settle brings a tally up to date.
func (c *classes) settle(t *tally) {
	t.add(c)
	*c = classes{}
}
