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
	condition, fact int
	captures        map[string]string
}

// hits are the conditions that were met, each by the facts that met it. They
// can be asked once they are in order.
type hits []hit

// of returns the hits of one condition, in the order of the facts.
func (h hits) of(condition int) hits {
	lo, found := slices.BinarySearchFunc(h, condition, func(one hit, c int) int { return cmp.Compare(one.condition, c) })
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

// find adds the conditions of the index that a fact meets.
func (k *keyIndex) find(r *reading, out *hits) {
	for _, id := range k.equals[r.lower] {
		*out = append(*out, hit{condition: id})
	}
	for _, id := range k.exists {
		*out = append(*out, hit{condition: id})
	}
	if len(k.domain) > 0 {
		for name := strings.TrimSuffix(r.lower, "."); name != ""; {
			for _, id := range k.domain[name] {
				*out = append(*out, hit{condition: id})
			}
			_, name, _ = strings.Cut(name, ".")
		}
	}
	if len(k.texts.list) > 0 {
		k.findLiterals(r, out)
	}
}

// findLiterals adds the conditions whose literal stands in the value where it
// must, and whose regular expression, if any, agrees.
func (k *keyIndex) findLiterals(r *reading, out *hits) {
	for at := 0; at+gram <= len(r.lower); at++ {
		list := k.texts.at([gram]byte{r.lower[at], r.lower[at+1], r.lower[at+2]})
		for n := range list {
			l := &list[n]
			if !strings.HasPrefix(r.lower[at:], l.text) || l.atStart && at > 0 || l.word && !l.stands(r.lower, at) {
				continue
			}
			if h := (hit{condition: int(l.condition)}); l.expr == nil || l.capture(r.value, &h) {
				*out = append(*out, h)
			}
		}
	}
}

// stands reports whether the literal stands as a word at that place of the value:
// no letter or digit before it, and no letter after a letter. So "Net2" stands in
// "net2-plus" but not in "ethernet2", and "Orbi" not in "orbital".
func (l *literal) stands(value string, at int) bool {
	if at > 0 && (isLetter(value[at-1]) || isDigit(value[at-1])) && (isLetter(l.text[0]) || isDigit(l.text[0])) {
		return false
	}
	end := at + len(l.text)
	return end == len(value) || !isLetter(value[end]) || !isLetter(value[end-1])
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// capture runs the expression and keeps its named groups.
func (l *literal) capture(value string, h *hit) bool {
	expr := l.expr.regexp()
	m := expr.FindStringSubmatch(value)
	if m == nil {
		return false
	}
	for i, name := range expr.SubexpNames() {
		if name == "" || m[i] == "" {
			continue
		}
		if h.captures == nil {
			h.captures = make(map[string]string)
		}
		h.captures[name] = strings.TrimSpace(m[i])
	}
	return true
}

// alone reports whether the rule has one condition, and fires when it is met. A
// rule that builds on the vendor has to wait for that.
func (r *rule) alone() bool { return len(r.match) == 1 && len(r.unless) == 0 && !r.late }

// fires reports whether all conditions of the rule hold.
func (r *rule) fires(h hits) bool {
	for _, id := range r.match {
		if len(h.of(id)) == 0 {
			return false
		}
	}
	for _, id := range r.unless {
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

// votes adds what the rule says when it fires: each fact that meets the first
// condition speaks; of the other conditions only the captures of the first hit count.
func (r *rule) votes(out []vote, facts []fact, h hits) []vote {
	for _, lead := range h.of(r.match[0]) {
		f := &facts[lead.fact]
		var values map[string]string
		for i := range r.claims {
			c := &r.claims[i]
			v := vote{c.attribute, c.value, c.folded, c.weight, r.ID, f}
			if c.open {
				if values == nil {
					values = r.values(f, lead, h)
				}
				if v.value = expand(c.value, values); v.value == "" {
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
	for _, id := range r.match[1:] {
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
