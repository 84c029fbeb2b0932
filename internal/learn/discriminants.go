package learn

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/heron-iot/heron/internal/wire"
)

// Discriminants are axes along which rows of one group differ by about 1, and groups
// by as much as can be: the space in which groups lie apart (linear discriminant
// analysis: Fisher 1936, Rao 1948).
type Discriminants struct {
	columns, size int
	axes          []float32 // of each column, what it adds along each axis
	middle        []float32 // along each axis, what is taken as 0
}

// DiscriminantOptions say how a space is found.
type DiscriminantOptions struct {
	Size   int     // how many axes at most
	Noise  float64 // variance that each column is taken to have within a group beside what is seen
	Rounds int     // of the search for the axes
}

// FindDiscriminants finds the space of rows whose classes are their groups.
func FindDiscriminants(rows []Row, columns, groups int, o DiscriminantOptions) (*Discriminants, error) {
	if columns < 1 || columns > MaxColumns || len(rows) == 0 || o.Size < 1 {
		return nil, errTable
	}
	for _, r := range rows {
		if len(r.Values) != columns || r.Class < 0 || r.Class >= groups || !(r.Weight > 0) {
			return nil, errTable
		}
	}
	means, weights, all := meansOf(rows, columns, groups)
	low := within(rows, means, weights, columns)
	for c := range columns {
		low[c][c] += o.Noise
	}
	cholesky(low)
	apart := make([][]float64, 0, groups) // groups in units of what differs within them
	for g, m := range means {
		if m == nil {
			continue
		}
		d := make([]float64, columns)
		for c := range d {
			d[c] = (m[c] - all[c]) * math.Sqrt(weights[g])
		}
		forward(low, d)
		apart = append(apart, d)
	}
	axes := principal(apart, columns, min(o.Size, columns, len(apart)), o.Rounds)
	r := &Discriminants{columns: columns, size: len(axes), axes: make([]float32, columns*len(axes)), middle: make([]float32, len(axes))}
	for k, axis := range axes {
		backward(low, axis)
		sum := 0.0
		for c, v := range axis {
			r.axes[c*r.size+k] = float32(v)
			sum += v * all[c]
		}
		r.middle[k] = float32(sum)
	}
	return r, nil
}

// Size is how many axes there are.
func (r *Discriminants) Size() int { return r.size }

// Columns is how many values a row has.
func (r *Discriminants) Columns() int { return r.columns }

// Place tells, in out, where a row is along each axis.
func (r *Discriminants) Place(values, out []float32) {
	for k, m := range r.middle {
		out[k] = -m
	}
	for c, v := range values[:r.columns] {
		if v = number(v); v == 0 {
			continue
		}
		for k, a := range r.axes[c*r.size : (c+1)*r.size] {
			out[k] += v * a
		}
	}
}

// meansOf returns the mean and the weight of each group, that of a row; nil and 0
// for one without rows; and the mean of the means.
func meansOf(rows []Row, columns, groups int) (means [][]float64, weights, all []float64) {
	means, weights, all = make([][]float64, groups), make([]float64, groups), make([]float64, columns)
	counts := make([]float64, groups)
	for _, r := range rows {
		if means[r.Class] == nil {
			means[r.Class] = make([]float64, columns)
		}
		counts[r.Class]++
		weights[r.Class] += r.Weight
		for c, v := range r.Values {
			means[r.Class][c] += float64(number(v))
		}
	}
	sum := 0.0
	for g, m := range means {
		if m == nil {
			continue
		}
		weights[g] /= counts[g]
		sum += weights[g]
		for c := range m {
			m[c] /= counts[g]
			all[c] += weights[g] * m[c]
		}
	}
	for c := range all {
		all[c] /= sum
	}
	return means, weights, all
}

// within is the covariance within groups of several rows.
func within(rows []Row, means [][]float64, weights []float64, columns int) [][]float64 {
	out := make([][]float64, columns)
	for c := range out {
		out[c] = make([]float64, columns)
	}
	counts := make([]float64, len(means))
	for _, r := range rows {
		counts[r.Class]++
	}
	all := 1e-9
	for g, n := range counts {
		if n > 1 {
			all += weights[g]
		}
	}
	d := make([]float64, columns)
	var moved []int
	for _, r := range rows {
		if counts[r.Class] < 2 {
			continue
		}
		moved = moved[:0]
		for c, v := range r.Values {
			if d[c] = float64(number(v)) - means[r.Class][c]; d[c] != 0 {
				moved = append(moved, c)
			}
		}
		addProducts(out, d, moved, r.Weight/(counts[r.Class]-1)/all)
	}
	return out
}

// addProducts adds the weighed products of the columns that moved, to the lower half.
func addProducts(out [][]float64, d []float64, moved []int, weight float64) {
	for k, i := range moved {
		for _, j := range moved[:k+1] {
			out[i][j] += weight * d[i] * d[j]
		}
	}
}

// cholesky replaces the lower half of a symmetric positive matrix by its root.
func cholesky(a [][]float64) {
	for i := range a {
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i][j] = sum / a[j][j]
			}
		}
	}
}

// forward replaces b by x with low·x = b.
func forward(low [][]float64, b []float64) {
	for i := range b {
		for k := range i {
			b[i] -= low[i][k] * b[k]
		}
		b[i] /= low[i][i]
	}
}

// backward replaces b by x with lowᵀ·x = b.
func backward(low [][]float64, b []float64) {
	for i := len(b) - 1; i >= 0; i-- {
		for k := i + 1; k < len(b); k++ {
			b[i] -= low[k][i] * b[k]
		}
		b[i] /= low[i][i]
	}
}

// principal finds the axes along which points differ most from 0, each of length 1
// (orthogonal iteration).
func principal(points [][]float64, columns, size, rounds int) [][]float64 {
	spread := make([][]float64, columns) // of the points: the sum of their squares
	for i := range spread {
		spread[i] = make([]float64, columns)
	}
	for _, p := range points {
		for i, v := range p {
			if v != 0 {
				addTimes(spread[i], p, v)
			}
		}
	}
	axes := make([][]float64, size)
	for k := range axes { // anything that is not at right angles with what is sought
		axes[k] = make([]float64, columns)
		copy(axes[k], points[k%len(points)])
		axes[k][k%columns]++
	}
	for range rounds {
		for k, axis := range axes {
			next := make([]float64, columns)
			for c, row := range spread {
				next[c] = dot(row, axis)
			}
			axes[k] = next
		}
		straighten(axes)
	}
	return axes
}

// straighten puts axes at right angles with each other, of length 1 (Gram and Schmidt, twice).
func straighten(axes [][]float64) {
	for k, axis := range axes {
		for range 2 {
			for _, before := range axes[:k] {
				along := dot(before, axis)
				for c, v := range before {
					axis[c] -= along * v
				}
			}
		}
		length := math.Sqrt(dot(axis, axis))
		for c := range axis {
			axis[c] /= max(length, 1e-12)
		}
	}
}

// addTimes adds to one list so many times another.
func addTimes(to, list []float64, times float64) {
	for i, v := range list {
		to[i] += times * v
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Append adds the space to b, as ReadDiscriminants takes it: columns and axes as 32-bit
// numbers, what is taken as 0 along each axis, and what each column adds along each.
func (r *Discriminants) Append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(r.columns))
	b = binary.LittleEndian.AppendUint32(b, uint32(r.size))
	for _, v := range append(r.middle[:r.size:r.size], r.axes...) {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// errDiscriminants is for bytes that are no space.
var errDiscriminants = errors.New("not discriminants")

// ReadDiscriminants reads what Append wrote.
func ReadDiscriminants(r *wire.Reader) (*Discriminants, error) {
	o := &Discriminants{columns: r.U32LE(), size: r.U32LE()}
	if r.Err() != nil || o.columns < 1 || o.columns > MaxColumns || o.size < 1 || o.size > o.columns || r.Len() < 4*(o.columns+1)*o.size {
		return nil, errDiscriminants
	}
	o.middle, o.axes = make([]float32, o.size), make([]float32, o.columns*o.size)
	for i := range o.middle {
		o.middle[i] = readFloat(r)
	}
	for i := range o.axes {
		o.axes[i] = readFloat(r)
	}
	return o, nil
}
