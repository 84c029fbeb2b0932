package identify

import (
	"cmp"
	"slices"
	"strings"
)

// fact is an observation as matching sees it: each pair of key and value once.
type fact struct {
	*reading
	source string
}

// hit is a condition that a fact met.
type hit struct {
	condition int32
	fact      int
	captures  map[string]string
}

// hits are the conditions that were met, each by the facts that met it. They
// can be asked once they are in order.
type hits []hit

// of returns the hits of one condition, in the order of the facts.
func (h hits) of(condition int32) hits {
	lo, found := slices.BinarySearchFunc(h, condition, func(one hit, c int32) int { return cmp.Compare(one.condition, c) })
	if !found {
		return nil
	}
	hi := lo
	for hi < len(h) && h[hi].condition == condition {
		hi++
	}
	return h[lo:hi]
}

// search finds the conditions that the facts meet, of those that part picks.
func (g *program) search(r *room, part func(*reading) []hit) {
	for i := range r.facts {
		r.found = r.found.with(part(r.facts[i].reading), i)
	}
	r.found.file()
}

// all picks all conditions that a fact meets, joint those of rules that have
// more.
func all(r *reading) []hit   { return r.hits }
func joint(r *reading) []hit { return r.joint }

// with adds the hits of fact number i.
func (h hits) with(more []hit, i int) hits {
	for _, one := range more {
		one.fact = i
		h = append(h, one)
	}
	return h
}

// alone reports whether the rule has one condition, and fires when it is met. A
// rule that builds on the vendor has to wait for that.
func (r *rule) alone() bool { return r.end == r.match+1 && !r.late }

// fires reports whether all conditions of the rule hold.
func (r *rule) fires(h hits) bool {
	for id := r.match; id < r.unless; id++ {
		if len(h.of(id)) == 0 {
			return false
		}
	}
	for id := r.unless; id < r.end; id++ {
		if len(h.of(id)) > 0 {
			return false
		}
	}
	return true
}

// vote is one claim of one piece of evidence.
type vote struct {
	attribute Attribute
	value     string
	folded    string // as fold has it
	weight    float64
	signature string
	fact      *fact // evidence of one group of it is not independent
}

// say adds what a rule says when it fires: each fact that meets the first
// condition speaks; of the other conditions only the captures of the first hit count.
func (g *program) say(out []vote, r *rule, facts []fact, h hits) []vote {
	id := g.id(r)
	for _, lead := range h.of(r.match) {
		f := &facts[lead.fact]
		var values map[string]string
		for c := range g.claims(r) {
			v := vote{c.attribute, c.value, c.folded, c.weight, id, f}
			if c.open {
				if values == nil {
					values = r.values(f, lead, h)
				}
				if v.value = expand(c.value, values); v.value == "" || v.attribute == Model && isHostname[f.key] && isKind(v.value) {
					continue
				}
				v.folded = fold(v.attribute, v.value)
			}
			out = append(out, v)
		}
	}
	return out
}

// values returns what the claims of the rule may speak of.
func (r *rule) values(f *fact, lead hit, h hits) map[string]string {
	values := map[string]string{"value": f.value}
	for id := r.match + 1; id < r.unless; id++ {
		for name, v := range h.of(id)[0].captures {
			values[name] = v
		}
	}
	for name, v := range lead.captures {
		values[name] = v
	}
	return values
}

// claim is what a rule yields.
type claim struct {
	attribute Attribute
	value     string
	folded    string // unless it is open
	weight    float64
	open      bool // with places for captures
}

func isOpen(value string) bool { return strings.Contains(value, "${") }

// claimsOf lists what a signature yields, in the order of attributes.
func claimsOf(s *Signature) []claim {
	if s.claims != nil {
		return s.claims
	}
	var out []claim
	for _, a := range attributes {
		for _, y := range s.Yields[a] {
			c := claim{attribute: a, value: y.Value, weight: y.Weight, open: isOpen(y.Value)}
			if !c.open {
				c.folded = fold(a, y.Value)
			}
			out = append(out, c)
		}
	}
	return out
}
