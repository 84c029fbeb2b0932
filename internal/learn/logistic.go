package learn

import "math"

// Logistic turns a few numbers into the probability of one thing.
type Logistic struct {
	Weights []float64 // one a number, then the constant
}

// Probability of the thing, given the numbers.
func (l *Logistic) Probability(numbers []float64) float64 {
	n := len(l.Weights) - 1
	sum := l.Weights[n]
	for i, w := range l.Weights[:n] {
		sum += w * numbers[i]
	}
	return 1 / (1 + math.Exp(-sum))
}

// Outcome is what was said of something, and whether it proved true.
type Outcome struct {
	Numbers []float64
	True    bool
	Weight  float64
}

// FitLogistic finds the weights under which the outcomes are likeliest, drawn to
// 0 a little (Newton's method).
func FitLogistic(outcomes []Outcome, numbers int, ridge float64) *Logistic {
	size := numbers + 1
	l := &Logistic{Weights: make([]float64, size)}
	x := make([]float64, size)
	for range 50 {
		slope := make([]float64, size)
		bend := make([][]float64, size)
		for i := range bend {
			bend[i] = make([]float64, size)
			bend[i][i] = ridge
			slope[i] = -ridge * l.Weights[i]
		}
		for _, o := range outcomes {
			copy(x, o.Numbers[:numbers])
			x[numbers] = 1
			p, truth := l.Probability(o.Numbers), 0.0
			if o.True {
				truth = 1
			}
			h := o.Weight * max(p*(1-p), 1e-9)
			for i := range x {
				slope[i] += o.Weight * (truth - p) * x[i]
				for j := range x {
					bend[i][j] += h * x[i] * x[j]
				}
			}
		}
		step := solve(bend, slope)
		length := 0.0
		for i, s := range step {
			s = max(-2, min(2, s)) // far from the answer, Newton's step may be too long
			l.Weights[i] += s
			length += s * s
		}
		if length < 1e-16 {
			break
		}
	}
	return l
}

// solve finds x with a·x = b, for a symmetric positive a, both of which it uses up.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		pivot := i
		for j := i + 1; j < n; j++ {
			if math.Abs(a[j][i]) > math.Abs(a[pivot][i]) {
				pivot = j
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		b[i], b[pivot] = b[pivot], b[i]
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			b[i] -= a[i][j] * b[j]
		}
		b[i] /= a[i][i]
	}
	return b
}
