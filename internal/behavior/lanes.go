package behavior

import (
	"math"

	"github.com/heron-iot/heron"
)

// lanes are the packets of one end of a flow in the classes of heron.Flow: eight
// counters of 16 bits, four to a word, which are added and compared at once.
type lanes [2]uint64

// highs are the highest bits of four lanes.
const highs = 0x8000_8000_8000_8000

func lanesOf(n *[heron.FlowBuckets]uint16) lanes {
	return lanes{
		uint64(n[0]) | uint64(n[1])<<16 | uint64(n[2])<<32 | uint64(n[3])<<48,
		uint64(n[4]) | uint64(n[5])<<16 | uint64(n[6])<<32 | uint64(n[7])<<48,
	}
}

func (l *lanes) of(i int) uint16 { return uint16(l[i/4] >> (i % 4 * 16)) }

// since returns by how much each lane grew; one that shrank did not grow.
func (l lanes) since(before lanes) lanes {
	for i, x := range l {
		y := before[i]
		d := ((x | highs) - (y &^ highs)) ^ ((x ^ ^y) & highs) // no lane borrows from the next
		short := (^x&y | ^(x^y)&d) & highs                     // where it would have
		l[i] = d &^ (short >> 15 * 0xffff)
	}
	return l
}

// histogram counts packets in the classes of a flow.
type histogram [heron.FlowBuckets]uint32

func (h *histogram) add(more *lanes) {
	for i := range h {
		n := uint32(more.of(i))
		h[i] = min(h[i], math.MaxUint32-n) + n
	}
}

// The histograms of a device.
const (
	sizesOut = iota
	sizesIn
	gapsOut
	gapsIn
	histograms
)

// tally adds to a histogram of a device: to its lanes, which are at hand, for as
// long as none of them can overflow.
func (s *state) tally(which int, more *lanes) {
	sum := &s.lanes[which]
	if (sum[0]|sum[1]|more[0]|more[1])&highs != 0 {
		s.histogram(which).add(more)
		return
	}
	sum[0] += more[0]
	sum[1] += more[1]
}

// histogram brings a histogram of a device up to date and returns it.
func (s *state) histogram(which int) *histogram {
	h := &s.packets[which]
	h.add(&s.lanes[which])
	s.lanes[which] = lanes{}
	return h
}
