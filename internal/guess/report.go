package guess

import (
	"maps"
	"math"
	"slices"

	"github.com/heron-iot/heron/internal/calibration"
)

// ReportSchema names the form of a Report in JSON.
const ReportSchema = "heron.train/v1"

// Report is how models did that were grown as this one, on what they had not seen.
type Report struct {
	Schema    string  `json:"schema"`
	Types     int     `json:"types"`
	Products  int     `json:"products"`
	Captures  int     `json:"captures"`
	Examples  int     `json:"examples"` // each capture of each product in each view
	Words     int     `json:"words"`
	Rounds    int     `json:"rounds"`
	Threshold float64 `json:"threshold"` // confidence below which nothing is said
	Views     []Score `json:"views"`
	// ByType and ByDataset are of the encrypted view.
	ByType    []Score `json:"by_type"`
	ByDataset []Score `json:"by_dataset"`
	// Curve is how it would do with other thresholds, by dataset and view.
	Curve []Point `json:"curve"`
	// Mistaken are answers of the encrypted view that were wrong.
	Mistaken []Mistake `json:"mistaken"`
}

// Score is how often something was said rightly: means over products, each the
// mean over its captures.
type Score struct {
	Of       string  `json:"of"`       // a view, a type, a dataset
	HeldOut  string  `json:"held_out"` // "capture": others of the product were known; "product", "maker", "type": none, of the product, its maker, its type
	Products int     `json:"products"`
	Captures int     `json:"captures"`
	Right    float64 `json:"right"`
	Wrong    float64 `json:"wrong"`
	Silent   float64 `json:"silent"`
	// Forced is how often the likeliest type is right, were silence not allowed.
	Forced float64 `json:"forced"`
	// CalibrationError is the mean difference between confidence and the share that
	// was right, of the answers given, in ten bins.
	CalibrationError float64 `json:"calibration_error"`
}

// Point is how often something would be said rightly with a threshold.
type Point struct {
	Dataset   string  `json:"dataset"`
	View      string  `json:"view"`
	HeldOut   string  `json:"held_out"`
	Threshold float64 `json:"threshold"`
	Right     float64 `json:"right"`
	Wrong     float64 `json:"wrong"`
}

// thresholds are those of a curve, beside the model's own.
var thresholds = []float64{0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9}

// Mistake is an answer that was wrong.
type Mistake struct {
	Product    string  `json:"product"`
	Type       string  `json:"type"`
	Said       string  `json:"said"`
	HeldOut    string  `json:"held_out"`
	Captures   int     `json:"captures"`
	Confidence float64 `json:"confidence"` // the greatest
}

// String is what a view is called.
func (v View) String() string {
	return [...]string{"whole", "unnamed", "bare", "nameless", "encrypted"}[v%Views]
}

// reportOf sums verdicts up.
func reportOf(m *Model, examples []*Example, verdicts []Verdict) *Report {
	r := &Report{
		Schema: ReportSchema, Types: len(m.types), Examples: len(examples), Words: len(m.words.list),
		Rounds: m.forest.Rounds(), Threshold: m.threshold, Mistaken: []Mistake{},
	}
	products, captures := map[string]bool{}, map[string]bool{}
	for _, e := range examples {
		products[e.Product] = true
		captures[e.Product+"\x00"+e.part()] = true
	}
	r.Products, r.Captures = len(products), len(captures)
	for held := range Helds {
		for v := range Views {
			r.Views = append(r.Views, score(v.String(), held, verdicts, m.threshold, func(x *Verdict) bool { return x.Example.View == v }))
		}
	}
	for held := range Helds {
		r.ByType = append(r.ByType, m.scores(held, verdicts, func(e *Example) string { return e.Type })...)
		r.ByDataset = append(r.ByDataset, m.scores(held, verdicts, dataset)...)
	}
	for held := range Helds {
		for _, name := range names(verdicts, held, dataset) {
			r.Curve = append(r.Curve, m.curve(name, held, verdicts)...)
		}
	}
	r.mistakes(m, verdicts)
	return r
}

// curve says how other thresholds would do on a dataset.
func (m *Model) curve(dataset string, held Held, verdicts []Verdict) (out []Point) {
	list := append(slices.Clone(thresholds), m.threshold)
	slices.Sort(list)
	list = slices.Compact(list)
	for v := range Views {
		for _, t := range list {
			s := score(dataset, held, verdicts, t, func(x *Verdict) bool { return x.Example.View == v && x.Example.Dataset == dataset })
			out = append(out, Point{dataset, v.String(), held.String(), t, s.Right, s.Wrong})
		}
	}
	return out
}

func dataset(e *Example) string { return e.Dataset }

// names lists what examples of verdicts are of, in order.
func names(verdicts []Verdict, held Held, of func(*Example) string) []string {
	set := map[string]bool{}
	for i := range verdicts {
		if verdicts[i].Held == held {
			set[of(verdicts[i].Example)] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// scores makes a score for each name, of the encrypted view.
func (m *Model) scores(held Held, verdicts []Verdict, of func(*Example) string) (out []Score) {
	for _, name := range names(verdicts, held, of) {
		out = append(out, score(name, held, verdicts, m.threshold, func(x *Verdict) bool { return x.Example.View == Encrypted && of(x.Example) == name }))
	}
	return out
}

// tally counts the verdicts on one product.
type tally struct{ all, right, wrong, forced float64 }

func score(of string, held Held, verdicts []Verdict, least float64, pick func(*Verdict) bool) Score {
	s := Score{Of: of, HeldOut: held.String()}
	products := map[string]*tally{}
	var bins calibration.Bins
	for i := range verdicts {
		v := &verdicts[i]
		if v.Held != held || !pick(v) {
			continue
		}
		s.Captures++
		t := products[v.Example.Product]
		if t == nil {
			t = &tally{}
			products[v.Example.Product] = t
		}
		t.all++
		if v.Right() {
			t.forced++
		}
		if v.Confidence < least {
			continue
		}
		bins.Add(v.Confidence, v.Right())
		if v.Right() {
			t.right++
		} else {
			t.wrong++
		}
	}
	s.Products = len(products)
	if s.Products == 0 {
		return s
	}
	for _, name := range slices.Sorted(maps.Keys(products)) { // sums in one order
		t := products[name]
		s.Right += t.right / t.all
		s.Wrong += t.wrong / t.all
		s.Forced += t.forced / t.all
	}
	n := float64(s.Products)
	s.Right, s.Wrong, s.Forced = round(s.Right/n), round(s.Wrong/n), round(s.Forced/n)
	s.Silent = round(1 - s.Right - s.Wrong)
	s.CalibrationError = round(bins.Error())
	return s
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

// mistakes lists the answers of the encrypted view that were wrong, in the order of the verdicts.
func (r *Report) mistakes(m *Model, verdicts []Verdict) {
	for i := range verdicts {
		v := &verdicts[i]
		if v.Example.View != Encrypted || v.Confidence < m.threshold || v.Right() {
			continue
		}
		is := func(k Mistake) bool {
			return k.Product == v.Example.Product && k.Said == v.Type && k.HeldOut == v.Held.String()
		}
		at := slices.IndexFunc(r.Mistaken, is)
		if at < 0 {
			at = len(r.Mistaken)
			r.Mistaken = append(r.Mistaken, Mistake{Product: v.Example.Product, Type: v.Example.Type, Said: v.Type, HeldOut: v.Held.String()})
		}
		r.Mistaken[at].Captures++
		r.Mistaken[at].Confidence = max(r.Mistaken[at].Confidence, round(v.Confidence))
	}
}
