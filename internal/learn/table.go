// Package learn grows boosted decision trees and says how far they can be
// trusted. It knows nothing of networks: rows of numbers go in, classes with
// probabilities come out.
//
// The trees are those of second-order gradient boosting for many classes
// (Friedman 2001; Chen and Guestrin 2016): in each round one tree a class, grown
// on histograms of the columns. All of it is deterministic: the same rows in the
// same order with the same seed give the same forest, bit by bit.
package learn

import (
	"cmp"
	"errors"
	"math"
	"slices"
)

// Limits of what a forest may be made of, and be read from.
const (
	MaxColumns = 1 << 12
	MaxClasses = 1 << 9
	maxBins    = 64
)

// Row is one example.
type Row struct {
	Values []float32 // one a column; not a number counts as 0
	Class  int
	Weight float64
}

// errTable is for rows that no forest can be grown from.
var errTable = errors.New("rows must have as many values as there are columns, classes in range and weights above 0")

// table is the rows with each value replaced by the number of its bin. Most
// values are in the lowest: only the others are kept with their row.
type table struct {
	rows    []Row
	classes int
	cuts    [][]float32 // of each column, ascending: bin i holds what is at most cut i
	bins    [][]uint8   // of each column, each row
	first   []uint32    // slot of the lowest bin of each column, in a list of all
	slots   int
	raised  [][]entry // of each row
}

// entry is a value that is not in the lowest bin of its column.
type entry struct {
	slot   uint32
	column uint16
}

func newTable(rows []Row, columns, classes int) (*table, error) {
	if columns < 1 || columns > MaxColumns || classes < 1 || classes > MaxClasses || len(rows) == 0 {
		return nil, errTable
	}
	for _, r := range rows {
		if len(r.Values) != columns || r.Class < 0 || r.Class >= classes || !(r.Weight > 0) {
			return nil, errTable
		}
	}
	t := &table{rows: rows, classes: classes, cuts: make([][]float32, columns), bins: make([][]uint8, columns), raised: make([][]entry, len(rows))}
	values := make([]float32, len(rows))
	for c := range columns {
		for i := range rows {
			values[i] = number(rows[i].Values[c])
		}
		t.cuts[c] = cutsOf(values)
		bins := make([]uint8, len(rows))
		for i, v := range values {
			b, _ := slices.BinarySearch(t.cuts[c], v)
			if bins[i] = uint8(b); b > 0 {
				t.raised[i] = append(t.raised[i], entry{uint32(t.slots + b), uint16(c)})
			}
		}
		t.bins[c] = bins
		t.first = append(t.first, uint32(t.slots))
		t.slots += len(t.cuts[c]) + 1
	}
	return t, nil
}

// number makes what is no number, or endless, one that can be compared.
func number(v float32) float32 {
	switch {
	case v != v:
		return 0
	case v > math.MaxFloat32:
		return math.MaxFloat32
	case v < -math.MaxFloat32:
		return -math.MaxFloat32
	}
	return v
}

// cutsOf chooses where to cut the values of a column: between neighbours, so
// that about as many rows are in each bin.
func cutsOf(values []float32) []float32 {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, func(a, b float32) int { return cmp.Compare(a, b) })
	distinct := slices.Compact(slices.Clone(sorted))
	var cuts []float32
	if len(distinct) <= maxBins {
		for i := 1; i < len(distinct); i++ {
			cuts = append(cuts, middle(distinct[i-1], distinct[i]))
		}
		return cuts
	}
	for b := 1; b < maxBins; b++ {
		at := b * len(sorted) / maxBins
		if low, high := sorted[at-1], sorted[at]; low < high {
			cuts = append(cuts, middle(low, high))
		}
	}
	return cuts
}

// middle lies between two values, below the greater.
func middle(low, high float32) float32 {
	m := low + (high-low)/2
	if m >= high {
		return low
	}
	return m
}
