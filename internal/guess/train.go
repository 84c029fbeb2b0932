package guess

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/learn"
)

// Example is a device whose type is known, as one capture shows it.
type Example struct {
	Dataset      string // where it comes from
	Product      string // what it is: examples of one product look alike
	Type         string
	Maker        string // who makes it; "" where nobody told
	Capture      string // where it was seen
	Day          int    // of the capture: days are held out one by one
	View         View
	Made         bool // by the lab, not by a real device: it counts for less
	Unlabelled   bool // signatures say what it is, and nobody else
	Control      bool // it was seen in the role of a control device: it is learned from, and never asked about
	Observations []heron.Observation
	Baseline     *heron.Baseline
}

// part names the day of the capture.
func (e *Example) part() string { return fmt.Sprintf("%s#%d", e.Capture, e.Day) }

// View is how much of a capture an example shows.
type View uint8

// The views of a capture. A model learns from all of them, so that it can do
// with what there is.
const (
	Whole     View = iota // all of it
	Unnamed               // observations of what encryption leaves, and the whole profile
	Bare                  // the same observations, without a profile
	Nameless              // all but what protocols told that name things, and the whole profile
	Encrypted             // nothing of the protocols in clear that name things, nor their traffic
	Views                 // how many there are
)

// learnOptions are what a model is grown with.
func learnOptions() learn.Options {
	o := learn.Default()
	o.Rounds, o.Rate, o.Columns = 37, 0.2, 0.2
	return o
}

// discriminantOptions are what discriminants are found with.
func discriminantOptions() learn.DiscriminantOptions {
	return learn.DiscriminantOptions{Size: 60, Noise: 0.02, Rounds: 30}
}

// Limits of training.
const (
	leastCaptures = 2   // in which a word must be, to be learned
	seeds         = 3   // forests that are grown alike, of which the mean is taken
	madeWeight    = 0.5 // of an example that the lab made
	madeSpace     = 0.1 // the same, in finding the space: what devices of the lab differ in is made up
	onceSpace     = 0.3 // of the only example of a product, in finding the space
)

// errExamples is for examples that nothing can be learned from.
var errExamples = heron.Errorf(heron.CodeInvalid, "no examples of at least two types of device: want two captures of each at least")

// fit learns all of a model but whom to trust.
func fit(examples []*Example, o learn.Options) (*Model, error) {
	m := &Model{types: typesOf(examples), words: learnWords(examples, leastCaptures)}
	if len(m.types) < 2 {
		return nil, errExamples
	}
	weights := weightsOf(examples)
	rows := make([]learn.Row, len(examples))
	sights := make([]*sight, len(examples))
	for i, e := range examples {
		sights[i] = m.newSight()
		m.see(sights[i], e.Observations, e.Baseline)
		class, _ := slices.BinarySearch(m.types, e.Type)
		rows[i] = learn.Row{Values: sights[i].values, Class: class, Weight: weights[i]}
	}
	forests := make([]*learn.Forest, seeds)
	for k := range forests {
		o.Seed = uint64(k + 1)
		var err error
		if forests[k], err = learn.Grow(rows, nil, m.columns(), len(m.types), o); err != nil {
			return nil, err
		}
	}
	m.forest = learn.Average(forests)
	m.measure(sights)
	return m, m.findSpace(examples, sights)
}

func typesOf(examples []*Example) []string {
	var out []string
	for _, e := range examples {
		out = append(out, e.Type)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// weightsOf lets each product count as much as another of its type, and a type
// of many products more than one of few, but not by as many times. Their mean is 1.
func weightsOf(examples []*Example) []float64 {
	rows := map[string]float64{}
	products := map[string]map[string]bool{}
	for _, e := range examples {
		rows[e.Product]++
		if products[e.Type] == nil {
			products[e.Type] = map[string]bool{}
		}
		products[e.Type][e.Product] = true
	}
	out := make([]float64, len(examples))
	sum := 0.0
	for i, e := range examples {
		out[i] = 1 / rows[e.Product] / math.Sqrt(float64(len(products[e.Type])))
		if e.Made {
			out[i] *= madeWeight
		}
		sum += out[i]
	}
	for i := range out {
		out[i] *= float64(len(out)) / sum
	}
	return out
}

// measure finds how far apart the values of each number usually are: from the
// tenth to the ninetieth in a hundred.
func (m *Model) measure(sights []*sight) {
	values := make([]float32, len(sights))
	for c := range m.narrow {
		for i, s := range sights {
			values[i] = s.values[c]
		}
		slices.Sort(values)
		m.narrow[c] = 1 / max(1e-3, values[len(values)*9/10]-values[len(values)/10])
	}
}

// findSpace finds the space in which products lie apart, and where they lie.
func (m *Model) findSpace(examples []*Example, sights []*sight) error {
	groups := map[string]int{}
	rows := make([]learn.Row, len(examples))
	var unlabelled []bool // groups
	for i, e := range examples {
		name := e.Product + string('0'+rune(e.View))
		g, known := groups[name]
		if !known {
			g = len(groups)
			groups[name] = g
			class, _ := slices.BinarySearch(m.types, e.Type)
			m.prototypes = append(m.prototypes, prototype{class: uint16(class)})
			unlabelled = append(unlabelled, e.Unlabelled)
		}
		m.scale(sights[i])
		rows[i] = learn.Row{Values: sights[i].scaled, Class: g, Weight: 1}
		if e.Made {
			rows[i].Weight = madeSpace
		}
	}
	m.learnHabits(sights, rows)
	counts := make([]float32, len(groups))
	for i := range rows {
		counts[rows[i].Class]++
	}
	for i := range rows {
		if counts[rows[i].Class] == 1 {
			rows[i].Weight *= onceSpace
		}
	}
	var err error
	if m.space, err = learn.FindDiscriminants(rows, m.columns(), len(groups), discriminantOptions()); err != nil {
		return err
	}
	place := make([]float32, m.space.Size())
	for i := range rows {
		m.space.Place(rows[i].Values, place)
		p := &m.prototypes[rows[i].Class]
		for k, v := range place {
			p.place[k] += v / counts[rows[i].Class]
		}
	}
	for i := range m.prototypes {
		p := &m.prototypes[i]
		if p.lone = unlabelled[i] && counts[i] <= leastOthers; p.lone {
			m.habits[i] = habit{newSet(len(m.words.list)), newSet(len(m.words.list))} // nobody asks
		}
		for k, v := range p.place {
			p.place[k] = coarse(v)
		}
	}
	m.thin()
	return nil
}

// thin takes away the prototypes that are as one before: of a device that names
// nothing, most views are alike.
func (m *Model) thin() {
	kept := 0
	for i := range m.prototypes {
		p, h := m.prototypes[i], m.habits[i]
		again := false
		for k := 0; k < kept && !again; k++ {
			again = m.prototypes[k] == p && m.habits[k].equal(h)
		}
		if !again {
			m.prototypes[kept], m.habits[kept] = p, h
			kept++
		}
	}
	m.prototypes, m.habits = slices.Clip(m.prototypes[:kept]), slices.Clip(m.habits[:kept])
}

// Held is what a model had not seen of an example that it was asked about.
type Held uint8

// What is held out, with all that is of it.
const (
	Capture Held = iota // captures, of products that others were seen of
	Product             // products
	Maker               // whatever makers make
	Type                // whatever is of types: any answer is wrong
	Helds               // how many there are
)

// String is what is held out.
func (h Held) String() string { return [...]string{"capture", "product", "maker", "type"}[h%Helds] }

// Verdict is what a model said of an example that it had not seen.
type Verdict struct {
	Example    *Example
	Held       Held
	Type       string
	Confidence float64
	silent     bool // whatever the confidence
	trust      [trusts]float64
}

// Right reports whether the type is the example's.
func (v *Verdict) Right() bool { return v.Type == v.Example.Type }

// examine fits models to some of the examples and asks them of the others, each time
// with other captures, products, makers and types held out.
func examine(examples []*Example, o learn.Options, folds int) ([]Verdict, error) {
	var fold [Helds][]int
	for h := range Helds {
		fold[h] = foldsOf(examples, h, folds, (*Example).part)
	}
	parts := make([][]Verdict, int(Helds)*folds)
	errs := make([]error, len(parts))
	var all sync.WaitGroup
	lanes := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range parts {
		lanes <- struct{}{}
		all.Go(func() {
			defer func() { <-lanes }()
			h := Held(i / folds)
			parts[i], errs[i] = examineFold(examples, fold[h], i%folds, h, o)
		})
	}
	all.Wait()
	return slices.Concat(parts...), errors.Join(errs...)
}

func examineFold(examples []*Example, fold []int, f int, held Held, o learn.Options) ([]Verdict, error) {
	var train, test []*Example
	for i, e := range examples {
		if fold[i] == f {
			test = append(test, e)
		} else {
			train = append(train, e)
		}
	}
	if len(test) == 0 {
		return nil, nil
	}
	m, err := fit(train, o)
	if errors.Is(err, errExamples) {
		return nil, nil // too little is left to learn anything from
	}
	if err != nil {
		return nil, err
	}
	out := make([]Verdict, 0, len(test))
	s := m.newSight()
	for _, e := range test {
		if e.Control {
			continue // nobody asks
		}
		m.see(s, e.Observations, e.Baseline)
		best := m.choose(s, m.visit(s))
		out = append(out, Verdict{Example: e, Held: held, silent: isMute(e.Baseline) || !m.mayBe(s, best), Type: m.types[best], trust: s.trust})
	}
	return out, nil
}

// foldsOf gives each example the fold in which it is held out: with its capture, negative
// for a product that was seen in one; or with all of its product, maker or type.
func foldsOf(examples []*Example, held Held, folds int, part func(*Example) string) []int {
	in := func(*Example) string { return "" } // what names are of
	name := part
	switch held {
	case Capture:
		in = func(e *Example) string { return e.Product }
	case Product:
		name = func(e *Example) string { return e.Product }
	case Maker:
		name = func(e *Example) string { return cmp.Or(strings.ToLower(e.Maker), e.Product) }
	case Type:
		name = func(e *Example) string { return e.Type }
	}
	names := map[string][]string{}
	for _, e := range examples {
		names[in(e)] = append(names[in(e)], name(e))
	}
	for of, list := range names {
		slices.Sort(list)
		names[of] = slices.Compact(list)
	}
	out := make([]int, len(examples))
	for i, e := range examples {
		list := names[in(e)]
		at, _ := slices.BinarySearch(list, name(e))
		out[i] = at % folds
		if held == Capture && len(list) < 2 {
			out[i] = -1
		}
	}
	return out
}

// Train learns a model from examples, in any order.
func Train(examples []*Example, folds int) (*Model, *Report, error) {
	examples = inOrder(examples)
	m, verdicts, err := learnFrom(examples, folds)
	if err != nil {
		return nil, nil, err
	}
	return m, reportOf(m, examples, verdicts), nil
}

func inOrder(examples []*Example) []*Example {
	examples = slices.Clone(examples)
	slices.SortStableFunc(examples, func(a, b *Example) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), strings.Compare(a.Capture, b.Capture), cmp.Compare(a.Day, b.Day), cmp.Compare(a.View, b.View))
	})
	return examples
}

// learnFrom learns a model from examples in order, and when to trust it from how
// models did that were grown like it on what they had not seen.
func learnFrom(examples []*Example, folds int) (*Model, []Verdict, error) {
	o := learnOptions()
	verdicts, err := examine(examples, o, folds)
	if err != nil {
		return nil, nil, err
	}
	m, err := fit(examples, o)
	if err != nil {
		return nil, nil, err
	}
	settle(verdicts)
	m.trust, m.threshold = trustFrom(verdicts), thresholdFrom(verdicts)
	return m, verdicts, nil
}

// heldOutFolds are into how many parts HoldOut cuts.
const heldOutFolds = 6

// HoldOut learns models as Train does, each with other captures held out, or other
// products; fold says which of them has not seen a capture of a product. All that
// a model knows it has from the others, when to trust it as well.
func HoldOut(examples []*Example, products bool) (models []*Model, fold func(product, capture string) int, err error) {
	if len(examples) == 0 {
		return nil, nil, errExamples
	}
	examples = inOrder(examples)
	file := func(e *Example) string { return e.Capture }
	folds, byProduct := foldsOf(examples, Capture, heldOutFolds, file), foldsOf(examples, Product, heldOutFolds, file)
	at := map[[2]string]int{}
	for i, e := range examples {
		if products || folds[i] < 0 { // what was captured once is held out with its product
			folds[i] = byProduct[i]
		}
		at[[2]string{e.Product, e.Capture}] = folds[i]
	}
	for f := range 1 + slices.Max(folds) {
		var others []*Example
		for i, e := range examples {
			if folds[i] != f {
				others = append(others, e)
			}
		}
		m, _, err := learnFrom(others, heldOutFolds)
		if err != nil {
			return nil, nil, err
		}
		models = append(models, m)
	}
	return models, func(product, capture string) int { return at[[2]string{product, capture}] }, nil
}
