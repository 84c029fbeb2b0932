package guess

import (
	"math"
	"slices"

	"github.com/heron-iot/heron/internal/learn"
)

// trust says how likely an answer is right, from the numbers that it rests on.
type trust struct {
	line  *learn.Logistic
	reach float64 // of trustNear: what lies farther from all products is none of them
}

const (
	// knownReach is the share of captures of known products that are within reach.
	knownReach = 0.99
	farthest   = 0.95 * far // how far that reaches at most
	// leastTold is how much must be known of a device: so little as less is told by
	// many that have nothing in common.
	leastTold = 8
	// trustWeight is the weight of all verdicts on products that were known.
	trustWeight = 200
	// openWeight is that of verdicts on products, makers and types that were not, each
	// beside it: as if three devices of four were of a product that it learned.
	openWeight = 0.1
	// madeTrust is what a verdict on an example that the lab made weighs: its devices
	// are more alike than real ones.
	madeTrust = 0.2
	// trustRidge draws the line's weights to 0.
	trustRidge = 0.1
)

// mayTrust reports whether an answer may be trusted at all.
func (t *trust) mayTrust(v *Verdict) bool { return !v.silent && t.tellable(&v.trust) }

// tellable reports whether an answer may be trusted by its numbers.
func (t *trust) tellable(x *[trusts]float64) bool {
	return x[trustNear] <= t.reach && x[trustTold] >= math.Log2(1+leastTold)
}

func (t *trust) probability(x *[trusts]float64) float64 {
	if !t.tellable(x) {
		return 0
	}
	return t.line.Probability(x[:])
}

// trustFrom learns when to trust an answer: how far from their product captures
// are of those that were known, and what tells right answers from wrong ones
// among the devices that are as near.
func trustFrom(verdicts []Verdict) *trust {
	t := &trust{reach: reachOf(verdicts)}
	type side struct {
		product string
		held    Held
	}
	count := map[side]float64{}
	products := map[Held]float64{}
	for i := range verdicts {
		if !t.mayTrust(&verdicts[i]) {
			continue
		}
		s := side{verdicts[i].Example.Product, verdicts[i].Held}
		if count[s]++; count[s] == 1 {
			products[s.held]++
		}
	}
	var outcomes []learn.Outcome
	for i := range verdicts {
		v := &verdicts[i]
		if !t.mayTrust(v) {
			continue
		}
		w := trustWeight / count[side{v.Example.Product, v.Held}] / products[v.Held]
		if v.Held != Capture {
			w *= openWeight
		}
		if v.Example.Made {
			w *= madeTrust
		}
		outcomes = append(outcomes, learn.Outcome{Numbers: v.trust[:], True: v.Right(), Weight: w})
	}
	t.line = learn.FitLogistic(outcomes, trusts, trustRidge)
	return t
}

// reachOf finds within which distance captures of known products lie: real ones, if
// there are any.
func reachOf(verdicts []Verdict) float64 {
	var near [2][]float64
	for i := range verdicts {
		if v := &verdicts[i]; v.Held == Capture && v.Right() {
			made := 0
			if v.Example.Made {
				made = 1
			}
			near[made] = append(near[made], v.trust[trustNear])
		}
	}
	list := near[0]
	if len(list) == 0 {
		list = near[1]
	}
	if len(list) == 0 {
		return math.Log2(nearly)
	}
	slices.Sort(list)
	return min(list[int(knownReach*float64(len(list)-1))], logDistance(farthest))
}

// settle gives each verdict the confidence of a trust that was not learned from
// verdicts on its product.
func settle(verdicts []Verdict) {
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
		t := trustFrom(others)
		for i := range verdicts {
			if v := &verdicts[i]; fold[v.Example.Product] == f {
				v.Confidence = 0
				if !v.silent {
					v.Confidence = t.probability(&v.trust)
				}
			}
		}
	}
}

const (
	// mostMistaken is the share of strangers that may be taken for something else.
	mostMistaken = 1.0 / 30
	// manyProducts are as many as a dataset must have for a share of them to mean something.
	manyProducts = 10
	// leastSure is the least threshold.
	leastSure = 0.7
)

// thresholdFrom finds the least confidence at which few strangers are mistaken, in
// whichever dataset of real devices these are most. The verdicts must be settled.
func thresholdFrom(verdicts []Verdict) float64 {
	sets := map[string]bool{}
	for i := range verdicts {
		if e := verdicts[i].Example; !e.Made {
			sets[e.Dataset] = true
		}
	}
	threshold := leastSure
	for name := range sets {
		for held := Product; held < Helds; held++ {
			for threshold < surest && mistaken(verdicts, name, held, threshold) > mostMistaken {
				threshold = round(threshold + 0.01)
			}
		}
	}
	return threshold
}

// mistaken is the share of the strangers of a dataset that are taken for something
// else, in the mean of the views.
func mistaken(verdicts []Verdict, dataset string, held Held, threshold float64) float64 {
	sum := 0.0
	for v := range Views {
		s := score(dataset, held, verdicts, threshold, func(x *Verdict) bool { return x.Example.View == v && x.Example.Dataset == dataset })
		if s.Products < manyProducts {
			return 0
		}
		sum += s.Wrong
	}
	return sum / float64(Views)
}
