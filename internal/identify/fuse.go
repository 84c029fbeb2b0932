package identify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// The constants of fusion; docs/identification.md derives them.
const (
	// prior is the log-odds of any candidate before evidence.
	prior = -2.0
	// echo is how much a further voice of the same source adds, as a share of
	// its weight: what one protocol says twice is not said by two witnesses.
	echo = 0.25
	// tellsType is the weight from which on a fact tells what a thing is, whatever its
	// maker mostly makes.
	tellsType = 4
	// tellsMore is the weight from which on what it says of itself is heard above what
	// it asks for and serves, too.
	tellsMore = 4.5
	// answerAt is the confidence below which an attribute is left out.
	answerAt = 0.5
	// mentionAt is the confidence below which a runner-up is not worth a line.
	mentionAt = 0.05
	// surest bounds confidence: nobody is ever quite sure.
	surest = 0.995
	// maxEvidence bounds the reasons given.
	maxEvidence = 40
)

// lineage is what a value is a case of, the nearest first: the types that are
// broader, the owner of a brand.
type lineage [3]string

// candidate is one possible value of an attribute, and who speaks for it.
type candidate struct {
	folded     string // compared
	value      string // shown: as its heaviest vote has it
	votes      []*vote
	above      lineage
	score      float64
	odds       float64 // e to the score
	confidence float64
	by         string // heron.ByUser where a person said so
	locked     bool   // a person decided the contest so
	disputed   bool   // by what else was decided: see reconcile
}

// give gives a candidate its score.
func (c *candidate) give(score float64) { c.score, c.odds = score, math.Exp(score) }

// decision is the contest for one attribute, best candidate first.
type decision []candidate

// claim returns the winner, nil when none is sure enough.
func (d decision) claim() *heron.Claim {
	if len(d) == 0 || d[0].confidence < answerAt || d[0].disputed {
		return nil
	}
	return &heron.Claim{Value: d[0].value, Confidence: round(calibrated(d[0].confidence)), By: d[0].by}
}

// runnerUp returns the best candidate that contradicts the first.
func (d decision) runnerUp(a Attribute) *heron.Claim {
	if i := d.rival(a); i > 0 {
		return &heron.Claim{Value: d[i].value, Confidence: round(d.sure(i))}
	}
	return nil
}

// sure is how sure we are of candidate i: calibrated where it is the answer.
func (d decision) sure(i int) float64 {
	switch {
	case d[0].confidence < answerAt || d[0].disputed:
		return d[i].confidence
	case i == 0:
		return calibrated(d[0].confidence)
	}
	return besides(d[i].confidence, d[0].confidence)
}

// decide weighs the votes on one attribute.
func (r *room) decide(a Attribute) decision {
	d := r.obey(a, r.contest(a, r.pick(a)))
	for i := range d {
		d[i].give(prior + weigh(d.supporters(a, i)))
	}
	for i := range d {
		d[i].confidence = d.confidence(a, i)
	}
	if d.isLocked() {
		d[0].confidence = 1
	}
	slices.SortStableFunc(d, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.score, x.score), cmp.Compare(len(y.folded), len(x.folded)))
	})
	return d
}

// humble makes guesses an echo where a fact tells what this thing is, and that it is
// something else: what a maker's things mostly are, and where a device tells by itself, what
// mostly asks for such names and has such ports open.
func (r *room) humble() {
	told := r.told()
	if told == nil {
		return
	}
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute == Type && isGuess(v, told) && speaksOther(v, told) {
			v.weight *= echo
		}
	}
}

// told is the surest vote on the type that is more than a guess by the maker.
func (r *room) told() *vote {
	var told *vote
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute == Type && v.fact.key != KeyVendor && v.weight >= tellsType && (told == nil || heavierFirst(v, told) < 0) {
			told = v
		}
	}
	return told
}

// isGuess reports whether a vote is a guess beside one that tells.
func isGuess(v, told *vote) bool {
	switch {
	case v.fact.key == KeyVendor || ofSystem(v):
		return true
	case told.weight < tellsMore || ofContact(*told) || told.fact.key == portKey:
		return false
	}
	return v.fact.key == portKey || ofContact(*v) && v.weight < tellsType
}

// speaksOther reports whether two votes on the type are for kinds of which neither is a case
// of the other.
func speaksOther(v, o *vote) bool {
	return v.folded != o.folded && !akin(Type, v.folded, o.folded)
}

// sold gives the word for a brand to its owner where a text begins with the owner's
// name and does not say the brand's: who sells a product now says so first.
func (r *room) sold() {
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute != Vendor || v.weight <= 0 || v.weight >= sayerWeight || !v.fact.first {
			continue
		}
		owner := fold(Vendor, v.fact.vendor)
		if oui.Owner(v.folded) == owner && !strings.Contains(joined(oui.Fold(v.fact.value)), joined(oui.Fold(v.value))) {
			v.value, v.folded = v.fact.vendor, owner
		}
	}
}

// pick returns the votes on one attribute, those for one value together.
func (r *room) pick(a Attribute) []*vote {
	start := len(r.picked)
	for i := range r.votes {
		if r.votes[i].attribute == a {
			r.picked = append(r.picked, &r.votes[i])
		}
	}
	list := r.picked[start:]
	slices.SortFunc(list, func(x, y *vote) int {
		if c := strings.Compare(x.folded, y.folded); c != 0 {
			return c
		}
		return heavierFirst(x, y)
	})
	return list
}

// contest cuts a list of votes into those for each value, ascending.
func (r *room) contest(a Attribute, list []*vote) decision {
	start := len(r.candidates)
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].folded == list[0].folded {
			n++
		}
		r.candidates = append(r.candidates, candidate{
			folded: list[0].folded, value: list[0].value, votes: list[:n:n], above: lineageOf(a, list[0].folded),
		})
		list = list[n:]
	}
	return decision(r.candidates[start:])
}

// supporters returns the votes for candidate i: its own, and those for a more
// general candidate (the brand's parent, the broader type, the model without
// its suffix), which it does not contradict.
func (d decision) supporters(a Attribute, i int) []*vote {
	votes := d[i].votes // shared, but full
	for j := range d {
		if j != i && d[j].covers(a, &d[i]) {
			votes = append(votes, d[j].votes...)
		}
	}
	if len(votes) > len(d[i].votes) {
		slices.SortFunc(votes, heavierFirst)
	}
	return votes
}

// weigh adds up votes that are sorted heaviest first. Votes of one group are
// not independent: the heaviest counts whole, the others as an echo of it. One
// signature speaks once in a group, however many facts it matched.
func weigh(votes []*vote) float64 {
	sum := 0.0
	if len(votes) > fewVotes {
		return weighMany(votes)
	}
	for i, v := range votes {
		switch led, spoken := precedents(votes[:i], v); {
		case spoken:
		case led:
			sum += echo * v.weight
		default:
			sum += v.weight
		}
	}
	return sum
}

// fewVotes are as many as are compared one with another.
const fewVotes = 24

// precedents reports whether one of the source of a vote is before it, and
// whether its signature spoke there.
func precedents(before []*vote, v *vote) (led, spoken bool) {
	for _, o := range before {
		if o.fact.group == v.fact.group || o.fact.repeats(v.fact) {
			led = true
			if o.signature == v.signature {
				return true, true
			}
		}
	}
	return led, false
}

// shortestRepeat is the length from which on two fields of the same text have it
// from one another: the web server's name in its answers by HTTP and by UPnP, a
// setting that every protocol tells.
const shortestRepeat = 6

// repeats reports whether two facts of different groups are one text.
func (f *fact) repeats(o *fact) bool {
	return len(f.lower) >= shortestRepeat && f.lower == o.lower
}

// weighMany is weigh for any number of votes.
func weighMany(votes []*vote) float64 {
	sum := 0.0
	type speaker struct{ group, text, signature string }
	spoken := make(map[speaker]bool, 2*len(votes))
	for _, v := range votes {
		of := []speaker{{group: v.fact.group}, {text: v.fact.lower}}
		if len(v.fact.lower) < shortestRepeat {
			of = of[:1]
		}
		led, said := false, false
		for _, s := range of {
			led = led || spoken[s]
			spoken[s] = true
			s.signature = "of " + v.signature // which may be none
			said = said || spoken[s]
			spoken[s] = true
		}
		switch {
		case said:
		case led:
			sum += echo * v.weight
		default:
			sum += v.weight
		}
	}
	return sum
}

// confidence is the share of candidate i among all that contradict it, and
// among them the chance, of odds one, that all are wrong.
func (d decision) confidence(a Attribute, i int) float64 {
	sum := 1.0 + d[i].odds
	for j := range d {
		if j != i && !related(a, &d[i], &d[j]) {
			sum += d[j].odds
		}
	}
	return min(surest, d[i].odds/sum)
}

// related reports whether one of two candidates is a case of the other.
func related(a Attribute, x, y *candidate) bool {
	return x.covers(a, y) || y.covers(a, x)
}

// covers reports whether special is a case of the candidate.
func (c *candidate) covers(a Attribute, special *candidate) bool {
	switch a {
	case Type, Vendor:
		return special.above[0] != "" && slices.Contains(special.above[:], c.folded)
	}
	return includes(a, c.folded, special.folded)
}

// lineageOf is what a folded value is a case of.
func lineageOf(a Attribute, folded string) (above lineage) {
	switch a {
	case Type:
		t, _ := heron.TypeOf(folded)
		for i := range above {
			above[i] = t.Broader
			t, _ = heron.TypeOf(t.Broader)
		}
	case Vendor:
		above[0] = oui.Owner(folded)
	}
	return above
}

// akin reports whether one of two folded values is a case of the other.
func akin(a Attribute, x, y string) bool { return includes(a, x, y) || includes(a, y, x) }

// includes reports whether the folded value general covers special.
func includes(a Attribute, general, special string) bool {
	switch a {
	case Type, Vendor:
		above := lineageOf(a, special)
		return general != "" && slices.Contains(above[:], general)
	case Model, Firmware, OS:
		return len(general) < len(special) && strings.HasPrefix(special, general)
	}
	return false
}

// fold is the form in which values of an attribute are compared.
func fold(a Attribute, value string) string {
	switch a {
	case Type:
		return value
	case Vendor:
		return oui.Fold(value)
	case Firmware:
		return strings.ToLower(value)
	}
	return strings.ReplaceAll(oui.Fold(value), " ", "")
}

// answer puts the decisions together.
func (r *room) answer(of *decisions) heron.Identification {
	vendor, kind, model, os, firmware := of.vendor, of.kind, of.model, of.os, of.firmware
	out := heron.Identification{
		Identity: heron.Identity{
			Vendor: vendor.claim(), Model: model.claim(),
			OS: os.claim(), Firmware: firmware.claim(),
			Type: heron.Claim{Value: heron.Unknown},
		},
		RunnerUp: heron.RunnerUp{
			Vendor: vendor.runnerUp(Vendor), Model: model.runnerUp(Model),
			Type: kind.runnerUp(Type), OS: os.runnerUp(OS),
		},
		Evidence: r.reasons(),
	}
	if t := kind.claim(); t != nil {
		out.Identity.Type = *t
	} else if d := kind; len(d) > 0 {
		out.Identity.Type.Confidence = round(1 - d[0].confidence)
	}
	return out
}

// reasons lists what spoke, heaviest first, each claim of a fact once.
func (r *room) reasons() []heron.Evidence {
	start := len(r.picked)
	for i := range r.votes {
		r.picked = append(r.picked, &r.votes[i])
	}
	order := r.picked[start:]
	slices.SortFunc(order, heavierFirst)
	out := make([]heron.Evidence, 0, min(len(order), maxEvidence))
	for _, v := range order[:min(len(order), maxEvidence)] {
		out = append(out, heron.Evidence{
			Key: v.fact.key, Value: v.fact.value, Source: v.fact.source,
			Supports: string(v.attribute), Claim: v.value,
			Weight: round(v.weight), Signature: v.signature,
		})
	}
	return out
}

// heavierFirst orders votes by weight, and equal ones by what they say, so that
// the order never depends on that of the observations.
func heavierFirst(a, b *vote) int {
	if c := cmp.Compare(math.Abs(b.weight), math.Abs(a.weight)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.attribute, b.attribute); c != 0 {
		return c
	}
	if c := strings.Compare(a.value, b.value); c != 0 {
		return c
	}
	if c := strings.Compare(a.signature, b.signature); c != 0 {
		return c
	}
	if c := strings.Compare(a.fact.key, b.fact.key); c != 0 {
		return c
	}
	return strings.Compare(a.fact.value, b.fact.value)
}

// round keeps three decimals, so that answers read well and compare equal.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }
