package identify

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// settledAt is the confidence from which on a claim needs no settling, and
// maxSettles how much is told of one attribute.
const (
	settledAt  = 0.95
	maxSettles = 5
)

// Settles returns what would make surer what the device is: for each attribute
// in doubt the observations, of keys that nobody has told of the device yet, for
// which a signature waits that claims the best candidate or the runner-up. The
// most telling come first.
func (id *Identifier) Settles(obs []heron.Observation, said []heron.Correction) []heron.Settle {
	g := id.program
	var r room
	out := []heron.Settle{}
	d := g.weighAll(&r, obs, said)
	s := settling{program: g, told: make(map[string]bool), facts: r.facts, said: said}
	for i := range obs {
		s.told[obs[i].Key] = true
	}
	var everything room
	everything.facts = r.facts
	g.search(&everything, all)
	s.found = everything.found
	if len(d.vendor) > 0 {
		s.vendor = d.vendor[0].confidence
	}
	for _, c := range []struct {
		a Attribute
		d decision
	}{{Type, d.kind}, {Vendor, d.vendor}, {Model, d.model}} {
		out = append(out, s.attribute(c.a, c.d)...)
	}
	return out
}

// settling looks for what would settle contests of one device.
type settling struct {
	*program
	told   map[string]bool // keys
	facts  []fact
	found  hits
	vendor float64 // how sure it is
	said   []heron.Correction
}

// attribute returns what would settle one contest, the most telling first.
func (s *settling) attribute(a Attribute, d decision) []heron.Settle {
	if d.isLocked() || len(d) > 0 && d[0].confidence >= settledAt {
		return nil
	}
	type question struct{ key, claim string }
	best := make(map[question]heron.Settle)
	for i := range s.rules {
		rule := &s.rules[i]
		waits, alone := s.waitsFor(rule)
		if !alone {
			continue
		}
		for c := range s.claims(rule) {
			if c.attribute != a || !s.matters(d, rule, &c) {
				continue
			}
			wanted := s.written(waits)
			key := s.ask(&wanted)
			if key == "" {
				break
			}
			one := s.gain(a, d, rule, &c, key)
			one.Value = wanted.example()
			q := question{key, c.folded}
			if had, known := best[q]; !known || one.Then > had.Then {
				best[q] = one
			}
		}
	}
	return foremost(best)
}

// matters reports whether it would make a difference to a contest if the rule made
// a claim.
func (s *settling) matters(d decision, rule *rule, c *claim) bool {
	if rule.last && d.claim() != nil {
		return false
	}
	partly := rule.unless > rule.match+1
	return c.weight > 0 && !c.open && d.inQuestion(c.attribute, c.folded, partly) && !ruledOut(s.said, c.attribute, c.folded)
}

// foremost returns the settles that change most, in an order of their own.
func foremost[K comparable](best map[K]heron.Settle) []heron.Settle {
	list := make([]heron.Settle, 0, len(best))
	for _, one := range best {
		if one.Then > one.Now {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(x, y heron.Settle) int {
		return cmp.Or(cmp.Compare(y.Then-y.Now, x.Then-x.Now), cmp.Compare(x.Key, y.Key), cmp.Compare(x.Claim, y.Claim))
	})
	return list[:min(len(list), maxSettles)]
}

// waitsFor returns the condition that a rule still waits for, if it is the only one:
// it is not when the rule has fired, is forbidden or wants more than that.
func (s *settling) waitsFor(rule *rule) (waits int32, alone bool) {
	for c := rule.unless; c < rule.end; c++ {
		if len(s.found.of(c)) > 0 {
			return 0, false
		}
	}
	for c := rule.match; c < rule.unless; c++ {
		switch {
		case len(s.found.of(c)) > 0:
		case alone:
			return 0, false
		default:
			waits, alone = c, true
		}
	}
	return waits, alone
}

// ask returns a key by which the condition could still be met: one that nobody
// has told of the device, "" for none.
func (s *settling) ask(c *Condition) string {
	for _, name := range c.Key {
		for _, key := range append(keySets[name], name) {
			if !s.told[key] && askable(key) {
				return key
			}
		}
	}
	return ""
}

// askable reports whether the value of a key is news: what we make ourselves of
// what is known, and sets of keys, are not.
func askable(key string) bool {
	switch group(key) {
	case "identity", "mac", heron.ByUser:
		return false
	}
	return key[0] != '@'
}

// inQuestion reports whether a value is the best candidate or the one that
// contradicts it most. Where there is no candidate, whatever a rule says of which
// a part is met already is.
func (d decision) inQuestion(a Attribute, folded string, partly bool) bool {
	if len(d) == 0 {
		return partly
	}
	if d[0].folded == folded {
		return true
	}
	other := d.rival(a)
	return other > 0 && d[other].folded == folded
}

// rival returns which candidate contradicts the first most, 0 for none.
func (d decision) rival(a Attribute) int {
	for i := range d {
		if i > 0 && d[i].confidence >= mentionAt && !related(a, &d[0], &d[i]) {
			return i
		}
	}
	return 0
}

// gain works out what it would do to a contest if a claim were made.
func (s *settling) gain(a Attribute, d decision, rule *rule, c *claim, key string) heron.Settle {
	weight := c.weight
	if rule.late {
		weight *= s.vendor
	}
	i := slices.IndexFunc(d, func(x candidate) bool { return x.folded == c.folded })
	d = slices.Clone(d)
	if i < 0 {
		d = append(d, candidate{folded: c.folded, value: c.value, above: lineageOf(a, c.folded)})
		i = len(d) - 1
	}
	out := heron.Settle{Field: string(a), Claim: c.value, Key: key, Signature: s.id(rule), Now: round(d.sure(i))}
	speaks := &vote{a, c.value, c.folded, weight, s.id(rule), &fact{&reading{key: key, group: group(key)}, ""}}
	votes := append(slices.Clone(d.supporters(a, i)), speaks)
	slices.SortFunc(votes, heavierFirst)
	d[i].give(prior + weigh(votes))
	if out.Then = d.confidence(a, i); out.Then >= answerAt {
		out.Then = calibrated(out.Then)
	}
	out.Then = round(out.Then)
	return out
}

// example is a value that would meet the condition, "" where none is plain.
func (c *Condition) example() string {
	for _, values := range []list{c.Equals, c.Word, c.Domain, c.Contains} {
		if len(values) > 0 {
			return values[0]
		}
	}
	if len(c.Prefix) > 0 {
		return c.Prefix[0] + "…"
	}
	return ""
}
