package guess

import (
	"slices"

	"github.com/heron-iot/heron/internal/learn"
)

// trust says how likely an answer is right, from the numbers that it rests on:
// the mean of a straight line's opinion and that of a few small trees. The line
// does not learn by heart, the trees see what no line parts.
type trust struct {
	line  *learn.Logistic
	trees *learn.Forest // of two classes: wrong, right
}

// trustTrees are what the trees are grown with.
func trustTrees() learn.Options {
	return learn.Options{Rounds: 80, Depth: 3, Rate: 0.06, Columns: 0.6, Rows: 0.8, Ridge: 2, Least: 4, Seed: 1}
}

// trustWeight is the weight of all verdicts on products that were known.
const trustWeight = 200

// madeTrust is what a verdict on an example that the lab made weighs: its devices
// are more alike than real ones.
const madeTrust = 0.2

func (t *trust) probability(x *[trusts]float64) float64 {
	var values [trusts]float32
	for i, v := range x {
		values[i] = float32(v)
	}
	var scores [2]float64
	t.trees.Scores(values[:], scores[:])
	learn.Softmax(scores[:], 1)
	return (t.line.Probability(x[:]) + scores[1]) / 2
}

// trustFrom learns when to trust an answer: from the verdicts on products that
// were known, and on those that were not, which count for half as much: as if two
// devices of three were of a product that it learned.
func trustFrom(verdicts []Verdict) (*trust, error) {
	type side struct {
		product string
		open    bool
	}
	count := map[side]float64{}
	products := map[bool]float64{}
	for i := range verdicts {
		s := side{verdicts[i].Example.Product, verdicts[i].Open}
		if count[s]++; count[s] == 1 {
			products[s.open]++
		}
	}
	outcomes := make([]learn.Outcome, len(verdicts))
	rows := make([]learn.Row, len(verdicts))
	for i := range verdicts {
		v := &verdicts[i]
		w := trustWeight / count[side{v.Example.Product, v.Open}] / products[v.Open]
		if v.Open {
			w /= 2
		}
		if v.Example.Made {
			w *= madeTrust
		}
		outcomes[i] = learn.Outcome{Numbers: v.trust[:], True: v.Right(), Weight: w}
		rows[i] = learn.Row{Values: make([]float32, trusts), Weight: w * float64(len(verdicts)) / (2 * trustWeight)}
		for c, x := range v.trust {
			rows[i].Values[c] = float32(x)
		}
		if v.Right() {
			rows[i].Class = 1
		}
	}
	trees, err := learn.Grow(rows, nil, trusts, 2, trustTrees())
	return &trust{learn.FitLogistic(outcomes, trusts, 0.1), trees}, err
}

// settle gives each verdict the confidence of a trust that was not learned from
// verdicts on its product.
func settle(verdicts []Verdict) error {
	const folds = 10
	var names []string
	for i := range verdicts {
		names = append(names, verdicts[i].Example.Product)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	fold := make(map[string]int, len(names))
	for i, name := range names {
		fold[name] = i * 7 % folds // neighbours by name are often siblings
	}
	for f := range folds {
		var others []Verdict
		for i := range verdicts {
			if fold[verdicts[i].Example.Product] != f {
				others = append(others, verdicts[i])
			}
		}
		if len(others) == 0 || len(others) == len(verdicts) {
			continue
		}
		t, err := trustFrom(others)
		if err != nil {
			return err
		}
		for i := range verdicts {
			if v := &verdicts[i]; fold[v.Example.Product] == f {
				v.Confidence = t.probability(&v.trust)
			}
		}
	}
	return nil
}
