package inventory

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// An answer that others act on should not waver. New evidence that overturns what
// was said of a device only just is shown once it has stood for a while; until
// then the answer stays that the evidence before it gives. What is shown is so a
// function of the evidence, of when it came and of traffic time, however it came.
const (
	// holdFor is how long, after the newest evidence, an answer must be ahead that
	// is not ahead by holdMargin.
	holdFor    = 5 * heron.Minute
	holdMargin = 0.6
	// burst is the time within which evidence counts as having come at once.
	burst = heron.Minute
)

// held are fields of an identity that are held.
var held = [...]string{"type", "vendor", "model"}

// ask asks what a device is by the facts of a list, which it may use up.
func (v *Inventory) ask(r *record, list []*fact, said []heron.Correction) heron.Identification {
	answer := v.identification(r, list, said)
	newest := newestOf(list)
	if v.now >= newest+holdFor || !slices.ContainsFunc(held[:], func(field string) bool { return isClose(&answer, field) }) {
		return answer
	}
	list = slices.DeleteFunc(list, func(f *fact) bool { return f.weighs && f.first > newest-burst })
	if !slices.ContainsFunc(list, func(f *fact) bool { return f.weighs }) {
		return answer
	}
	before := v.identification(r, list, said)
	for _, field := range held {
		if isClose(&answer, field) && keep(&answer, &before, field) {
			r.due = newest + holdFor
		}
	}
	if r.due != 0 {
		v.holding = append(v.holding, r)
		if v.release == 0 || r.due < v.release {
			v.release = r.due
		}
	}
	return answer
}

func (v *Inventory) identification(r *record, list []*fact, said []heron.Correction) heron.Identification {
	v.shown = observationsOf(v.shown[:0], list)
	return v.options.Identify(r.ownMACs(v.shown), said)
}

// newestOf is when the newest fact that weighs was first seen.
func newestOf(list []*fact) heron.Time {
	var newest heron.Time
	for _, f := range list {
		if f.weighs {
			newest = max(newest, f.first)
		}
	}
	return newest
}

// isClose reports whether a field is answered, by evidence, with no great lead
// over the runner-up.
func isClose(x *heron.Identification, field string) bool {
	c, other := x.Identity.Claim(field), x.RunnerUp.Claim(field)
	return c != nil && other != nil && c.By == "" && c.Confidence-other.Confidence < holdMargin
}

// keep lets a field be what it was before, where that is the runner-up now.
func keep(now, before *heron.Identification, field string) bool {
	was, c, other := before.Identity.Claim(field), now.Identity.Claim(field), now.RunnerUp.Claim(field)
	if was == nil || !strings.EqualFold(was.Value, other.Value) {
		return false
	}
	c.Value, other.Value = other.Value, c.Value
	c.Confidence, other.Confidence = other.Confidence, c.Confidence
	return true
}

// letGo notes that devices must be identified anew whose answer was held for long
// enough.
func (v *Inventory) letGo() {
	if v.release == 0 || v.now < v.release {
		return
	}
	v.release = 0
	v.holding = slices.DeleteFunc(v.holding, func(r *record) bool {
		switch {
		case r.due == 0 || v.records[r.device.ID] != r:
			return true
		case v.now < r.due:
			if v.release == 0 || r.due < v.release {
				v.release = r.due
			}
			return false
		}
		r.parts |= ofIdentity
		v.stale(r)
		return true
	})
}
