package learn

import (
	"cmp"
	"math"
	"slices"
)

// node is a question, or an answer where it has no branches. A value at most
// the cut goes left, to the node at next, another to the node behind that.
type node struct {
	next   uint32 // 0 for a leaf
	column uint16
	cut    float32
	value  float32 // what the rows here would add to the class, were this a leaf
}

// Forest is what was learned. It is safe for concurrent use.
type Forest struct {
	columns, classes int
	base             []float32 // of each class, before any tree
	rounds           int
	trees            []tree   // by class
	first            []uint32 // of the trees of each class, and behind the last
	nodes            []node
}

// tree is where a tree begins, and the class that it speaks of.
type tree struct {
	root  uint32
	class uint16
}

// Columns is how many values a row has.
func (f *Forest) Columns() int { return f.columns }

// Classes is how many classes there are.
func (f *Forest) Classes() int { return f.classes }

// Scores adds up, in scores, what speaks for each class: log-odds but for a
// constant. Both slices must be as long as there are columns, and classes.
func (f *Forest) Scores(values []float32, scores []float64) {
	for c := range f.base {
		scores[c] = f.Score(values, c)
	}
}

// Score adds up what speaks for one class, as Scores does.
func (f *Forest) Score(values []float32, class int) float64 {
	sum := float64(f.base[class])
	for _, t := range f.trees[f.first[class]:f.first[class+1]] {
		sum += float64(f.leaf(t.root, values).value)
	}
	return sum
}

// order puts the trees of each class side by side, in the order of their rounds, and
// makes values what is written of them.
func (f *Forest) order() {
	for i := range f.nodes {
		f.nodes[i].value = coarse(f.nodes[i].value)
	}
	slices.SortStableFunc(f.trees, func(a, b tree) int { return cmp.Compare(a.class, b.class) })
	f.first = make([]uint32, f.classes+1)
	for _, t := range f.trees {
		f.first[t.class+1]++
	}
	for c := range f.classes {
		f.first[c+1] += f.first[c]
	}
}

// leaf returns where a row comes to from a root.
func (f *Forest) leaf(n uint32, values []float32) *node {
	for {
		at := &f.nodes[n]
		if at.next == 0 {
			return at
		}
		n = at.next
		if number(values[at.column]) > at.cut {
			n++
		}
	}
}

// Explain adds, in shares, how much each column moved the score of a class:
// along the path through each tree, by how much the value changed at a question
// about the column (Saabas 2014).
func (f *Forest) Explain(values []float32, class int, shares []float64) {
	clear(shares)
	for _, t := range f.trees[f.first[class]:f.first[class+1]] {
		at := &f.nodes[t.root]
		for at.next != 0 {
			n := at.next
			if number(values[at.column]) > at.cut {
				n++
			}
			shares[at.column] += float64(f.nodes[n].value - at.value)
			at = &f.nodes[n]
		}
	}
}

// Softmax turns scores into probabilities, at a temperature: 1 takes them as
// they are, more makes them less sure.
func Softmax(scores []float64, temperature float64) {
	top := math.Inf(-1)
	for _, s := range scores {
		top = max(top, s)
	}
	sum := 0.0
	for i, s := range scores {
		scores[i] = math.Exp((s - top) / temperature)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
