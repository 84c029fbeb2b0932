package behavior

import (
	"math"
	"math/bits"
)

// tails are the features of one device: their values, window by window. The
// first windows, too few to make a histogram of, are a list: most devices that
// are ever seen are not seen for longer.
type tails struct {
	of     [features]tail
	young  []sample
	counts *[features][bins]uint16 // histograms; nil while there are samples
}

// sample is a window: the bin of each feature, or omitted.
type sample [features]uint8

const omitted = bins

// bin returns the histogram bin of x.
func bin(x uint64) uint8 {
	if x == math.MaxUint64 {
		return bins - 1
	}
	octave := bits.Len64(x+1) - 1
	m := (x + 1) << (63 - octave)
	square, _ := bits.Mul64(m, m)
	return uint8(2*octave) + uint8(square>>63) // more than the octave by half or not
}

// keep adds a window.
func (s *tails) keep(w *sample) {
	if s.counts != nil {
		s.fill(w)
		return
	}
	for i, b := range w {
		if b != omitted {
			s.of[i].fitted++
		}
	}
	if s.young = append(s.young, *w); len(s.young) < minForFit {
		return
	}
	s.counts = new([features][bins]uint16)
	for i := range s.of {
		s.of[i].fitted = 0
	}
	for i := range s.young {
		s.fill(&s.young[i])
	}
	s.young = nil
}

// fill adds a window to the histograms.
func (s *tails) fill(w *sample) {
	for i, b := range w {
		if b == omitted {
			continue
		}
		if s.counts[i][b] == math.MaxUint16 {
			s.halve(i)
		}
		s.counts[i][b]++
		s.of[i].fitted++
	}
}

// halve forgets half of a histogram, so that its counters never overflow.
func (s *tails) halve(feature int) {
	fitted := uint32(0)
	for i := range s.counts[feature] {
		s.counts[feature][i] /= 2
		fitted += uint32(s.counts[feature][i])
	}
	s.of[feature].fitted = fitted
}
