package learn_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron/internal/learn"
	"github.com/heron-iot/heron/internal/wire"
)

// spirals are rows of two classes that no straight line parts, and a column of noise.
func spirals(seed uint64, n int) []learn.Row {
	r := rand.New(rand.NewPCG(seed, 1))
	rows := make([]learn.Row, n)
	for i := range rows {
		class := i % 2
		at := r.Float64() * 3
		angle := at*2 + float64(class)*math.Pi
		rows[i] = learn.Row{
			Values: []float32{float32((0.5+at)*math.Cos(angle) + 0.1*r.NormFloat64()), float32((0.5+at)*math.Sin(angle) + 0.1*r.NormFloat64()), r.Float32()},
			Class:  class, Weight: 1,
		}
	}
	return rows
}

// words are rows of many classes: each has words of its own that most of its rows
// have, among many that any row may have.
func words(seed uint64, n, classes int) []learn.Row {
	r := rand.New(rand.NewPCG(seed, 2))
	rows := make([]learn.Row, n)
	for i := range rows {
		class := i % classes
		values := make([]float32, 3*classes)
		for c := range values {
			chance := 0.2
			if c/3 == class {
				chance = 0.8
			}
			if r.Float64() < chance {
				values[c] = 1
			}
		}
		rows[i] = learn.Row{Values: values, Class: class, Weight: 1}
	}
	return rows
}

func accuracy(f *learn.Forest, rows []learn.Row) float64 {
	right := 0
	scores := make([]float64, f.Classes())
	for _, r := range rows {
		f.Scores(r.Values, scores)
		best := 0
		for c := range scores {
			if scores[c] > scores[best] {
				best = c
			}
		}
		if best == r.Class {
			right++
		}
	}
	return float64(right) / float64(len(rows))
}

func grow(t *testing.T, rows, held []learn.Row, classes int, o learn.Options) *learn.Forest {
	t.Helper()
	f, err := learn.Grow(rows, held, len(rows[0].Values), classes, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestItFindsThePattern(t *testing.T) {
	t.Parallel()
	o := learn.Default()
	o.Columns = 1
	if a := accuracy(grow(t, spirals(1, 1000), nil, 2, o), spirals(2, 1000)); a < 0.93 {
		t.Errorf("%.3f of the points of two spirals are told apart", a)
	}
	if a := accuracy(grow(t, words(1, 1200, 12), nil, 12, learn.Default()), words(2, 1200, 12)); a < 0.66 { // 0.71 is the best that can be
		t.Errorf("%.3f of the rows of twelve classes are told apart", a)
	}
}

func TestNoiseTeachesNothing(t *testing.T) {
	t.Parallel()
	rows, held := words(1, 600, 4), words(2, 600, 4)
	r := rand.New(rand.NewPCG(3, 3))
	for _, list := range [][]learn.Row{rows, held} {
		for i := range list {
			list[i].Class = r.IntN(4)
		}
	}
	o := learn.Default()
	o.Patience = 5
	f := grow(t, rows, held, 4, o)
	if f.Rounds() > 10 {
		t.Errorf("%d rounds are grown on noise", f.Rounds())
	}
	scores := make([]float64, 4)
	f.Scores(held[0].Values, scores)
	learn.Softmax(scores, 1)
	for c, p := range scores {
		if p > 0.6 {
			t.Errorf("class %d is said to have probability %.2f, of noise", c, p)
		}
	}
}

func TestGrowingIsDeterministic(t *testing.T) {
	t.Parallel()
	a := grow(t, words(1, 300, 6), nil, 6, learn.Default()).Append(nil)
	b := grow(t, words(1, 300, 6), nil, 6, learn.Default()).Append(nil)
	if !bytes.Equal(a, b) {
		t.Error("two forests of the same rows differ")
	}
	o := learn.Default()
	o.Seed = 2
	if bytes.Equal(a, grow(t, words(1, 300, 6), nil, 6, o).Append(nil)) {
		t.Error("another seed makes no difference")
	}
}

func TestExplainNamesTheColumnThatTells(t *testing.T) {
	t.Parallel()
	rows := words(1, 600, 4)
	for i := range rows {
		rows[i].Values[5] = 0
		if rows[i].Class == 2 {
			rows[i].Values[5] = 1
		}
	}
	o := learn.Default()
	o.Columns = 1
	f := grow(t, rows, nil, 4, o)
	shares := make([]float64, f.Columns())
	f.Explain(rows[2].Values, 2, shares)
	for c, s := range shares {
		if c != 5 && s >= shares[5] {
			t.Errorf("column %d has %.2f of the score, the one that tells %.2f", c, s, shares[5])
		}
	}
}

func TestBadRowsAreRefused(t *testing.T) {
	t.Parallel()
	good := learn.Row{Values: []float32{1, 2}, Class: 0, Weight: 1}
	for name, r := range map[string]learn.Row{
		"few values": {Values: []float32{1}, Weight: 1},
		"class":      {Values: []float32{1, 2}, Class: 2, Weight: 1},
		"no weight":  {Values: []float32{1, 2}},
		"NaN weight": {Values: []float32{1, 2}, Weight: math.NaN()},
	} {
		if _, err := learn.Grow([]learn.Row{good, r}, nil, 2, 2, learn.Default()); err == nil {
			t.Errorf("%s: a forest is grown", name)
		}
	}
	if _, err := learn.Grow(nil, nil, 2, 2, learn.Default()); err == nil {
		t.Error("a forest is grown of nothing")
	}
}

func TestNumbersThatAreNoneDoNoHarm(t *testing.T) {
	t.Parallel()
	rows := spirals(1, 200)
	rows[3].Values[0], rows[4].Values[1] = float32(math.NaN()), float32(math.Inf(1))
	f := grow(t, rows, nil, 2, learn.Default())
	scores := make([]float64, 2)
	f.Scores([]float32{float32(math.NaN()), float32(math.Inf(-1)), 0}, scores)
	for _, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			t.Errorf("scores are %v", scores)
		}
	}
}

func TestForestComesBack(t *testing.T) {
	t.Parallel()
	f := grow(t, words(1, 300, 6), nil, 6, learn.Default())
	b := f.Append(nil)
	r := wire.NewReader(b)
	g, err := learn.ReadForest(&r)
	if err != nil || r.Len() != 0 {
		t.Fatal(err, r.Len())
	}
	if !bytes.Equal(g.Append(nil), b) {
		t.Error("a forest that was read is another")
	}
	for n := range min(len(b), 4096) {
		r := wire.NewReader(b[:n])
		if _, err := learn.ReadForest(&r); err == nil {
			t.Fatalf("a forest is read of %d bytes of %d", n, len(b))
		}
	}
}

func TestAverageSaysTheMean(t *testing.T) {
	t.Parallel()
	rows := words(1, 300, 6)
	var forests []*learn.Forest
	for seed := range uint64(3) {
		o := learn.Default()
		o.Seed = seed
		forests = append(forests, grow(t, rows, nil, 6, o))
	}
	all := learn.Average(forests)
	for i := range rows {
		for c := range 6 {
			mean := 0.0
			for _, f := range forests {
				mean += f.Score(rows[i].Values, c) / 3
			}
			if got := all.Score(rows[i].Values, c); math.Abs(got-mean) > 0.05 {
				t.Fatalf("row %d, class %d: the average says %.3f, all together %.3f", i, c, got, mean)
			}
		}
	}
}

func FuzzReadForest(f *testing.F) {
	small := learn.Default()
	small.Rounds = 2
	forest, err := learn.Grow(words(1, 40, 3), nil, 9, 3, small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(forest.Append(nil))
	f.Fuzz(func(_ *testing.T, b []byte) {
		r := wire.NewReader(b)
		forest, err := learn.ReadForest(&r)
		if err != nil {
			return
		}
		values, scores := make([]float32, forest.Columns()), make([]float64, forest.Classes())
		shares := make([]float64, forest.Columns())
		forest.Scores(values, scores)
		forest.Explain(values, 0, shares)
	})
}

func TestLogisticIsCalibrated(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	var outcomes []learn.Outcome
	for range 5000 {
		x, y := r.NormFloat64(), r.NormFloat64()
		p := 1 / (1 + math.Exp(-(2*x - y + 0.5)))
		outcomes = append(outcomes, learn.Outcome{Numbers: []float64{x, y}, True: r.Float64() < p, Weight: 1})
	}
	l := learn.FitLogistic(outcomes, 2, 0.01)
	for i, want := range []float64{2, -1, 0.5} {
		if math.Abs(l.Weights[i]-want) > 0.15 {
			t.Errorf("weight %d is %.2f, want %.2f", i, l.Weights[i], want)
		}
	}
	if p := l.Probability([]float64{0, 0}); math.Abs(p-0.62) > 0.04 {
		t.Errorf("probability is %.2f", p)
	}
}

func TestLogisticOfOneOutcomeIsFinite(t *testing.T) {
	t.Parallel()
	l := learn.FitLogistic([]learn.Outcome{{Numbers: []float64{1}, True: true, Weight: 1}}, 1, 0.1)
	if p := l.Probability([]float64{1}); math.IsNaN(p) || p <= 0.5 || p >= 1 {
		t.Errorf("probability is %v", p)
	}
}
