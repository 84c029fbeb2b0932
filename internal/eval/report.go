package eval

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/calibration"
)

// Schema names the form of Report in JSON.
const Schema = "heron.eval.fingerprint/v1"

// Report is what an evaluation counted. Shares and confidences are from 0 to 1.
type Report struct {
	Schema   string   `json:"schema"`
	Variants []string `json:"variants"` // mac-random, merged, unseen-maker, held-out-capture, held-out-product
	Without  []string `json:"without"`  // evidence that was taken away
	Captures int      `json:"captures"`
	Labels   int      `json:"labels"`
	Found    int      `json:"found"` // captures in which the device was found
	// Failed are the captures that could not be read.
	Failed []Failure `json:"failed"`
	// Levels are type, vendor and model.
	Levels []Level `json:"levels"`
	// Evidence is what each group of evidence is worth.
	Evidence []Ablation `json:"evidence"`
	ByLabel  []Label    `json:"by_label"`
	// ByCapture are all captures, in the order of the manifest.
	ByCapture []Result `json:"by_capture"`
}

// Failure is a capture that could not be read, and why.
type Failure struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// Score is how answers are shared out; the three add up to 1 where anything was
// judged.
type Score struct {
	Right     float64 `json:"right"`
	Wrong     float64 `json:"wrong"`
	Abstained float64 `json:"abstained"`
}

// Level is how well one attribute is told.
type Level struct {
	Name string `json:"level"`
	// Captures and Labels are how many were judged.
	Captures int `json:"captures"`
	Labels   int `json:"labels"`
	// Macro is the mean over labels of the means over their captures, Micro the
	// mean over captures.
	Macro Score `json:"macro"`
	Micro Score `json:"micro"`
	// CalibrationError is how far confidence is from accuracy in a mean answer
	// (expected calibration error, over Bins); what was not answered has none.
	CalibrationError float64 `json:"calibration_error"`
	Bins             []Bin   `json:"bins"`
	Confusion        []Cell  `json:"confusion"`
	Speed            Speed   `json:"speed"`
}

// Bin is the answers of one tenth of confidence.
type Bin struct {
	From       float64 `json:"from"`
	To         float64 `json:"to"`
	Answers    int     `json:"answers"`
	Confidence float64 `json:"confidence"` // of the mean answer
	Accuracy   float64 `json:"accuracy"`
}

// Cell counts captures by what is true and what was said; Said is "" where
// nothing was.
type Cell struct {
	Want    string  `json:"want"`
	Said    string  `json:"said"`
	Count   int     `json:"count"`
	Verdict Verdict `json:"verdict"`
}

// Speed is how much traffic it took until a right answer was first said.
type Speed struct {
	Answers int       `json:"answers"` // that are right, of devices whose frames can be told
	Seconds Quantiles `json:"seconds"` // since the device's first frame
	Packets Quantiles `json:"packets"` // that the device had sent
}

// Quantiles sum up numbers.
type Quantiles struct {
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	Max    float64 `json:"max"`
}

// Ablation is how well devices are told without a group of evidence, and with
// nothing else: macro scores in the order of Levels.
type Ablation struct {
	Group string `json:"group"`
	// Captures is in how many the device showed such evidence; 0 for a set of groups.
	Captures int     `json:"captures"`
	Without  []Score `json:"without"`
	Alone    []Score `json:"alone,omitempty"`
}

// Label is how well the captures of one label are told.
type Label struct {
	Dataset  string  `json:"dataset,omitempty"`
	Label    string  `json:"label"`
	Vendor   string  `json:"vendor,omitempty"`
	Model    string  `json:"model,omitempty"`
	Type     string  `json:"type,omitempty"`
	Captures int     `json:"captures"`
	Scores   []Score `json:"scores"` // in the order of Levels
	// Said are the answers given most often, in the order of Levels.
	Said []string `json:"said"`
}

// Result is what was said of the device of one capture.
type Result struct {
	Path    string   `json:"path"`
	Dataset string   `json:"dataset,omitempty"`
	Label   string   `json:"label"`
	Found   bool     `json:"found"`
	Answers []Answer `json:"answers"` // in the order of Levels
}

// Answer is one answer, and how it compares with the truth.
type Answer struct {
	Want       string  `json:"want,omitempty"`
	Said       string  `json:"said,omitempty"`
	Confidence float64 `json:"confidence"`
	Verdict    Verdict `json:"verdict,omitempty"`
	// Seconds and Packets are how much traffic a right answer took.
	Seconds *float64 `json:"seconds,omitempty"`
	Packets *int     `json:"packets,omitempty"`
}

// report counts outcomes.
func report(o Options, outcomes []outcome) *Report {
	r := &Report{
		Schema: Schema, Variants: []string{}, Without: append([]string{}, o.Without...), Captures: len(outcomes), Failed: []Failure{},
		Evidence: evidence(outcomes),
	}
	if o.RandomMAC {
		r.Variants = append(r.Variants, "mac-random")
	}
	if o.Merged {
		r.Variants = append(r.Variants, "merged")
	}
	if o.UnseenMaker {
		r.Variants = append(r.Variants, "unseen-maker")
	}
	if o.HeldOut != "" {
		r.Variants = append(r.Variants, o.HeldOut)
	}
	for i := range outcomes {
		c := &outcomes[i]
		if c.found {
			r.Found++
		}
		if c.fault != "" {
			r.Failed = append(r.Failed, Failure{c.Path, c.fault})
		}
		r.ByCapture = append(r.ByCapture, result(c))
	}
	for level := range levels {
		r.Levels = append(r.Levels, levelOf(outcomes, level))
	}
	for _, list := range byLabel(outcomes) {
		r.ByLabel = append(r.ByLabel, labelOf(list))
	}
	r.Labels = len(r.ByLabel)
	return r
}

// byLabel shares outcomes out by their labels, in the order of names.
func byLabel(outcomes []outcome) [][]outcome {
	type name struct{ dataset, label string }
	found := map[name][]outcome{}
	for i := range outcomes {
		n := name{outcomes[i].Dataset, outcomes[i].Label}
		found[n] = append(found[n], outcomes[i])
	}
	names := slices.SortedFunc(maps.Keys(found), func(a, b name) int {
		return cmp.Or(cmp.Compare(a.dataset, b.dataset), cmp.Compare(a.label, b.label))
	})
	out := make([][]outcome, 0, len(names))
	for _, n := range names {
		out = append(out, found[n])
	}
	return out
}

// tally counts verdicts.
type tally [len(verdictNames)]int

// score is how the judged ones are shared out, if any was.
func (t tally) score() (s Score, judged int) {
	judged = t[Right] + t[Wrong] + t[Abstained]
	if judged == 0 {
		return Score{}, 0
	}
	n := float64(judged)
	return Score{float64(t[Right]) / n, float64(t[Wrong]) / n, float64(t[Abstained]) / n}, judged
}

// macro is the mean over labels of what answers of each score on a level.
func macro(outcomes []outcome, level int, of func(*outcome) answers) (mean Score, labels int) {
	for _, list := range byLabel(outcomes) {
		var t tally
		for i := range list {
			t[of(&list[i])[level].verdict]++
		}
		if s, judged := t.score(); judged > 0 {
			mean.Right += s.Right
			mean.Wrong += s.Wrong
			mean.Abstained += s.Abstained
			labels++
		}
	}
	if labels > 0 {
		n := float64(labels)
		mean = Score{round(mean.Right / n), round(mean.Wrong / n), round(mean.Abstained / n)}
	}
	return mean, labels
}

// round keeps what can matter of a share.
func round(v float64) float64 { return math.Round(v*1e6) / 1e6 }

func given(o *outcome) answers { return o.answers }

func levelOf(outcomes []outcome, level int) Level {
	l := Level{Name: levelNames[level]}
	l.Macro, l.Labels = macro(outcomes, level, given)
	var t tally
	cells := map[Cell]int{}
	for i := range outcomes {
		a := &outcomes[i].answers[level]
		t[a.verdict]++
		if a.verdict != Unjudged {
			cells[Cell{Want: outcomes[i].truth()[level], Said: shown(a), Verdict: a.verdict}]++
		}
	}
	l.Micro, l.Captures = t.score()
	l.Micro = Score{round(l.Micro.Right), round(l.Micro.Wrong), round(l.Micro.Abstained)}
	l.Confusion = []Cell{}
	for c, n := range cells {
		c.Count = n
		l.Confusion = append(l.Confusion, c)
	}
	slices.SortFunc(l.Confusion, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Want, b.Want), cmp.Compare(a.Said, b.Said)) })
	l.Bins, l.CalibrationError = calibrate(outcomes, level)
	l.Speed = speed(outcomes, level)
	return l
}

// shown is what was said, "" where nothing was.
func shown(a *answer) string {
	if a.verdict == Abstained || a.Value == heron.Unknown {
		return ""
	}
	return a.Value
}

func calibrate(outcomes []outcome, level int) (list []Bin, err float64) {
	var bins calibration.Bins
	for i := range outcomes {
		if a := &outcomes[i].answers[level]; a.verdict == Right || a.verdict == Wrong {
			bins.Add(a.Confidence, a.verdict == Right)
		}
	}
	for i := range bins {
		list = append(list, Bin{
			From: round(float64(i) / calibration.Classes), To: round(float64(i+1) / calibration.Classes), Answers: bins[i].Answers,
			Confidence: round(bins[i].Mean()), Accuracy: round(bins[i].Accuracy()),
		})
	}
	return list, round(bins.Error())
}

func speed(outcomes []outcome, level int) Speed {
	var seconds, packets []float64
	for i := range outcomes {
		if s := &outcomes[i].spans[level]; s.given {
			seconds, packets = append(seconds, round(s.time.Seconds())), append(packets, float64(s.packets))
		}
	}
	return Speed{len(seconds), quantiles(seconds), quantiles(packets)}
}

// quantiles sums up numbers by the nearest of them.
func quantiles(list []float64) Quantiles {
	if len(list) == 0 {
		return Quantiles{}
	}
	slices.Sort(list)
	at := func(q float64) float64 { return list[max(0, int(math.Ceil(q*float64(len(list))))-1)] }
	return Quantiles{at(0.5), at(0.9), at(1)}
}

// evidence sums up what each group of evidence is worth.
func evidence(outcomes []outcome) []Ablation {
	groups := map[string]int{}
	for i := range outcomes {
		for g := range outcomes[i].without {
			if _, set := groupSets[g]; set {
				groups[g] = 0
			} else {
				groups[g]++
			}
		}
	}
	out := []Ablation{}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		a := Ablation{Group: g, Captures: groups[g]}
		for level := range levels {
			s, _ := macro(outcomes, level, func(o *outcome) answers {
				if found, ok := o.without[g]; ok {
					return found
				}
				return o.answers
			})
			a.Without = append(a.Without, s)
			if a.Captures == 0 {
				continue
			}
			s, _ = macro(outcomes, level, func(o *outcome) answers { return o.alone[g].orAbstained(o.answers) })
			a.Alone = append(a.Alone, s)
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Ablation) int { return cmp.Compare(min(1, b.Captures), min(1, a.Captures)) })
	return out
}

// orAbstained is what is said where there is no evidence: nothing.
func (a answers) orAbstained(judged answers) answers {
	for level := range a {
		if a[level].verdict == Unjudged && judged[level].verdict != Unjudged {
			a[level].verdict = Abstained
		}
	}
	return a
}

func labelOf(list []outcome) Label {
	c := list[0].Capture
	out := Label{Dataset: c.Dataset, Label: c.Label, Vendor: c.Vendor, Model: c.Model, Type: c.Type, Captures: len(list)}
	for level := range levels {
		var t tally
		count := map[string]int{}
		for i := range list {
			a := &list[i].answers[level]
			t[a.verdict]++
			count[shown(a)]++
		}
		s, _ := t.score()
		out.Scores = append(out.Scores, Score{round(s.Right), round(s.Wrong), round(s.Abstained)})
		out.Said = append(out.Said, slices.MaxFunc(slices.Sorted(maps.Keys(count)), func(a, b string) int { return cmp.Compare(count[a], count[b]) }))
	}
	return out
}

func result(o *outcome) Result {
	r := Result{Path: o.Path, Dataset: o.Dataset, Label: o.Label, Found: o.found}
	for level, a := range o.answers {
		out := Answer{Want: o.truth()[level], Said: shown(&a), Confidence: round(a.Confidence), Verdict: a.verdict}
		if s := o.spans[level]; s.given {
			out.Seconds, out.Packets = new(round(s.time.Seconds())), new(s.packets)
		}
		r.Answers = append(r.Answers, out)
	}
	return r
}
