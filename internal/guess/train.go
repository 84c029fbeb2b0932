package guess

import (
	"cmp"
	"errors"
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
	Capture      string // where it was seen; what is held out is held out by capture
	View         View
	Made         bool // by the lab, not by a real device: it counts for less
	Observations []heron.Observation
	Baseline     *heron.Baseline
}

// View is how much of a capture an example shows.
type View uint8

// The views of a capture. A model learns from all of them, so that it can do
// with what there is.
const (
	Whole     View = iota // all of it
	Unnamed               // observations of what encryption leaves, and the whole profile
	Bare                  // the same observations, without a profile
	Encrypted             // nothing of the protocols in clear that name things, nor their traffic
	Views                 // how many there are
)

// learnOptions are what a model is grown with.
func learnOptions() learn.Options {
	o := learn.Default()
	o.Rounds, o.Rate, o.Columns = 36, 0.25, 0.35
	return o
}

// Limits of training.
const (
	leastCaptures = 2    // in which a word must be, to be learned
	perProduct    = 2    // prototypes of one product in one view
	leastSure     = 0.75 // confidence that an answer needs: a stranger is better not named
	madeWeight    = 0.5  // of an example that the lab made
)

// errExamples is for examples that nothing can be learned from.
var errExamples = errors.New("no examples of at least two types of device")

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
	var err error
	if m.forest, err = learn.Grow(rows, nil, m.columns(), len(m.types), o); err != nil {
		return nil, err
	}
	m.measure(sights)
	m.choose(examples, sights)
	return m, nil
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

// choose picks the prototypes: of each product in each view one example, then
// those farthest from the ones picked.
func (m *Model) choose(examples []*Example, sights []*sight) {
	m.prototypes = make([][]prototype, len(m.types))
	groups := map[string][]int{}
	var names []string
	for i, e := range examples {
		name := strings.Join([]string{e.Type, e.Product, string('0' + rune(e.View))}, "\x00")
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], i)
	}
	slices.Sort(names)
	for _, name := range names {
		members := groups[name]
		class, _ := slices.BinarySearch(m.types, examples[members[0]].Type)
		picked := []int{members[0]}
		for len(picked) < min(perProduct, len(members)) {
			far := m.farthest(members, picked, sights)
			if far < 0 {
				break
			}
			picked = append(picked, far)
		}
		radius := m.radius(members, sights)
		for _, i := range picked {
			p := prototypeOf(sights[i])
			p.radius = radius
			m.prototypes[class] = append(m.prototypes[class], p)
		}
	}
}

// farthest is the member that is farthest from those picked, -1 when all are near.
func (m *Model) farthest(members, picked []int, sights []*sight) int {
	far, farthest := -1, 0.02
	for _, i := range members {
		near := math.Inf(1)
		for _, j := range picked {
			p := prototypeOf(sights[j])
			w, n := m.distance(sights[i], &p)
			near = min(near, w+n)
		}
		if near > farthest {
			far, farthest = i, near
		}
	}
	return far
}

// radius is how far captures of one product are from the nearest other: the
// mean. For one capture nobody knows; it is taken for very small.
func (m *Model) radius(members []int, sights []*sight) float32 {
	sum := 0.0
	for _, i := range members {
		near := math.Inf(1)
		for _, j := range members {
			if i != j {
				p := prototypeOf(sights[j])
				w, n := m.distance(sights[i], &p)
				near = min(near, w+n)
			}
		}
		if len(members) > 1 {
			sum += near
		}
	}
	return float32(sum / float64(len(members)))
}

func prototypeOf(s *sight) prototype {
	return prototype{words: slices.Clone(s.words), count: s.known, numbers: [numbers]float32(s.values[:numbers])}
}

// Verdict is what a model said of an example that it had not seen.
type Verdict struct {
	Example    *Example
	Open       bool // nothing of the product had been seen
	Known      bool // the type had been
	Type       string
	Confidence float64
	trust      [trusts]float64
}

// Right reports whether the type is the example's.
func (v *Verdict) Right() bool { return v.Type == v.Example.Type }

// examine fits models to some of the examples and asks them of the others: once
// with each capture held out, once with each product.
func examine(examples []*Example, o learn.Options, folds int) ([]Verdict, error) {
	captures, products := foldsOf(examples, folds)
	parts := make([][]Verdict, 2*folds)
	errs := make([]error, 2*folds)
	var all sync.WaitGroup
	lanes := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range parts {
		lanes <- struct{}{}
		all.Go(func() {
			defer func() { <-lanes }()
			fold, open := captures, i >= folds
			if open {
				fold = products
			}
			parts[i], errs[i] = examineFold(examples, fold, i%folds, open, o)
		})
	}
	all.Wait()
	return slices.Concat(parts...), errors.Join(errs...)
}

func examineFold(examples []*Example, fold []int, f int, open bool, o learn.Options) ([]Verdict, error) {
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
	if err != nil {
		return nil, err
	}
	out := make([]Verdict, 0, len(test))
	s := m.newSight()
	for _, e := range test {
		m.see(s, e.Observations, e.Baseline)
		best := m.look(s)
		_, known := slices.BinarySearch(m.types, e.Type)
		out = append(out, Verdict{Example: e, Open: open, Known: known, Type: m.types[best], trust: s.trust})
	}
	return out, nil
}

// foldsOf gives each example the fold in which its capture is held out, negative
// for a product of one capture, and that in which its product is.
func foldsOf(examples []*Example, folds int) (captures, products []int) {
	of := map[string][]string{} // captures by product
	var names []string
	for _, e := range examples {
		if of[e.Product] == nil {
			names = append(names, e.Product)
		}
		of[e.Product] = append(of[e.Product], e.Capture)
	}
	slices.Sort(names)
	for name, list := range of {
		slices.Sort(list)
		of[name] = slices.Compact(list)
	}
	captures, products = make([]int, len(examples)), make([]int, len(examples))
	for i, e := range examples {
		list := of[e.Product]
		at, _ := slices.BinarySearch(list, e.Capture)
		captures[i] = -1
		if len(list) > 1 {
			captures[i] = at % folds
		}
		at, _ = slices.BinarySearch(names, e.Product)
		products[i] = at % folds
	}
	return captures, products
}

// Train learns a model from examples, in any order.
func Train(examples []*Example, folds int) (*Model, *Report, error) {
	examples = slices.Clone(examples)
	slices.SortStableFunc(examples, func(a, b *Example) int {
		return cmp.Or(strings.Compare(a.Product, b.Product), strings.Compare(a.Capture, b.Capture), cmp.Compare(a.View, b.View))
	})
	o := learnOptions()
	verdicts, err := examine(examples, o, folds)
	if err != nil {
		return nil, nil, err
	}
	if err := settle(verdicts); err != nil {
		return nil, nil, err
	}
	m, err := fit(examples, o)
	if err != nil {
		return nil, nil, err
	}
	if m.trust, err = trustFrom(verdicts); err != nil {
		return nil, nil, err
	}
	m.threshold = leastSure
	return m, reportOf(m, examples, verdicts), nil
}
