package guess

import (
	"math"
	"math/bits"
	"slices"

	"github.com/heron-iot/heron/internal/learn"
)

// set is of words, by their place in the vocabulary.
type set []uint64

func newSet(words int) set { return make(set, (words+63)/64) }

func (s set) add(w int) { s[w/64] |= 1 << (w % 64) }

func (s set) has(w int) bool { return s[w/64]>>(w%64)&1 != 0 }

// all lists the words of a set.
func (s set) all(yield func(w int) bool) {
	for k, x := range s {
		for ; x != 0; x &= x - 1 {
			if !yield(64*k + bits.TrailingZeros64(x)) {
				return
			}
		}
	}
}

// below leaves of a set the words of a vocabulary.
func (s set) below(words int) set {
	if n := words % 64; n > 0 {
		s[len(s)-1] &= 1<<n - 1
	}
	return s
}

// habit is what the captures of one product in one view say: each word that any of
// them has, and those that all have.
type habit struct{ ever, always set }

func (h habit) equal(o habit) bool {
	return slices.Equal(h.ever, o.ever) && slices.Equal(h.always, o.always)
}

// surprises tell, of each word, how much it speaks against a product: that it is said
// where no capture of the product says it, and that it is not where all do. It is the
// logarithm of how rarely that happens to captures whose product is known.
type surprises struct{ said, missed []float32 }

// misfit is how much of what a device says, and does not say, speaks against a product.
func (m *Model) misfit(said set, h *habit) (sum float64) {
	for k, s := range said {
		for x := s &^ h.ever[k]; x != 0; x &= x - 1 {
			sum += float64(m.surprises.said[64*k+bits.TrailingZeros64(x)])
		}
		for x := h.always[k] &^ s; x != 0; x &= x - 1 {
			sum += float64(m.surprises.missed[64*k+bits.TrailingZeros64(x)])
		}
	}
	return sum
}

// counts are of the captures of a group, and of those of them that say each word.
type counts struct {
	captures float64
	saying   []float64
}

// learnHabits finds what groups of sights say, and how rarely one of them leaves its
// group's habits. Rows give the group and the weight of each.
func (m *Model) learnHabits(sights []*sight, rows []learn.Row) {
	words := len(m.words.list)
	of := make([]counts, len(m.prototypes))
	for g := range of {
		of[g].saying = make([]float64, words)
	}
	for i, s := range sights {
		c := &of[rows[i].Class]
		c.captures++
		for w, v := range s.values[numbers:] {
			c.saying[w] += float64(v)
		}
	}
	said, missed := newRates(words), newRates(words)
	for i, s := range sights {
		others := of[rows[i].Class].captures - 1
		if others < leastOthers {
			continue
		}
		for w, v := range s.values[numbers:] {
			saying := of[rows[i].Class].saying[w] - float64(v)
			if v > 0 {
				said.add(w, rows[i].Weight, saying == 0)
			}
			if saying == others {
				missed.add(w, rows[i].Weight, v == 0)
			}
		}
	}
	m.surprises = surprises{said.rarities(), missed.rarities()}
	m.habits = make([]habit, len(of))
	for g := range of {
		m.habits[g] = of[g].habit()
	}
}

// leastOthers is how many captures of a product beside one say what its habits are.
const leastOthers = 2

func (c *counts) habit() habit {
	h := habit{newSet(len(c.saying)), newSet(len(c.saying))}
	for w, n := range c.saying {
		if n > 0 {
			h.ever.add(w)
		}
		if n == c.captures {
			h.always.add(w)
		}
	}
	return h
}

// rates count how often something happened to each word, of how often it could have.
type rates struct{ happened, could []float64 }

func newRates(words int) rates { return rates{make([]float64, words), make([]float64, words)} }

func (r *rates) add(w int, weight float64, happened bool) {
	r.could[w] += weight
	if happened {
		r.happened[w] += weight
	}
}

// rarities are the logarithms, with half a case on either side before any was seen.
func (r *rates) rarities() []float32 {
	out := make([]float32, len(r.could))
	for w, n := range r.could {
		out[w] = float32(-math.Log((r.happened[w] + 0.5) / (n + 1)))
	}
	return out
}
