package identify

import (
	"cmp"
	"slices"
	"strings"
)

// fact is an observation as matching sees it: key and value, each pair once.
type fact struct {
	key, value, source string
	lower              string // the value in lower case
}

// hit is a condition that a fact met.
type hit struct {
	condition, fact int
	captures        map[string]string
}

// hits are the conditions that were met, each by the facts that met it. They
// can be asked once they are in order.
type hits []hit

// order sorts hits by condition, then fact, each pair once.
func (h *hits) order() {
	slices.SortStableFunc(*h, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.condition, b.condition), cmp.Compare(a.fact, b.fact))
	})
	*h = slices.CompactFunc(*h, func(a, b hit) bool { return a.condition == b.condition && a.fact == b.fact })
}

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

// search returns the conditions that facts meet.
func (g *program) search(facts []fact) hits {
	var out hits
	for i := range facts {
		g.find(&facts[i], i, &out)
	}
	out.order()
	return out
}

// find adds the conditions that fact number i meets.
func (g *program) find(f *fact, i int, out *hits) {
	for _, k := range g.keys[f.key] {
		k.find(f, i, out)
	}
}

// find adds the conditions of the index that fact number i meets.
func (k *keyIndex) find(f *fact, i int, out *hits) {
	for _, id := range k.equals[f.lower] {
		*out = append(*out, hit{condition: id, fact: i})
	}
	for _, id := range k.exists {
		*out = append(*out, hit{condition: id, fact: i})
	}
	if len(k.domain) > 0 {
		for name := strings.TrimSuffix(f.lower, "."); name != ""; {
			for _, id := range k.domain[name] {
				*out = append(*out, hit{condition: id, fact: i})
			}
			_, name, _ = strings.Cut(name, ".")
		}
	}
	if len(k.texts.list) > 0 {
		k.findLiterals(f, i, out)
	}
}

// findLiterals adds the conditions whose literal stands in the value where it
// must, and whose regular expression, if any, agrees.
func (k *keyIndex) findLiterals(f *fact, i int, out *hits) {
	for at := 0; at+gram <= len(f.lower); at++ {
		list := k.texts.at([gram]byte([]byte(f.lower[at : at+gram])))
		for n := range list {
			l := &list[n]
			if !strings.HasPrefix(f.lower[at:], l.text) || l.atStart && at > 0 || l.word && !l.stands(f.lower, at) {
				continue
			}
			if h := (hit{condition: int(l.condition), fact: i}); l.expr == nil || l.capture(f.value, &h) {
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

// led returns the rules whose first condition was met, ascending by id: no
// other can fire.
func (g *program) led(h hits) []*rule {
	var out []*rule
	last := -1
	for i := range h {
		c := h[i].condition
		if r := &g.signatures[g.conditions[c].rule]; c != last && r.match[0] == c {
			out = append(out, r)
		}
		last = c
	}
	return out
}

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
	weight    float64
	group     string // evidence of one group is not independent
	signature string
	fact      *fact
}

// votes returns what the rule says when it fires: each fact that meets the first
// condition speaks; of the other conditions only the captures of the first hit count.
func (r *rule) votes(facts []fact, h hits) []vote {
	var out []vote
	for _, lead := range h.of(r.match[0]) {
		f := &facts[lead.fact]
		values := map[string]string{"value": f.value}
		for _, id := range r.match[1:] {
			for name, v := range h.of(id)[0].captures {
				values[name] = v
			}
		}
		for name, v := range lead.captures {
			values[name] = v
		}
		for _, a := range attributes {
			for _, y := range r.Yields[a] {
				if v := expand(y.Value, values); v != "" {
					out = append(out, vote{a, v, y.Weight, group(f.key), r.ID, f})
				}
			}
		}
	}
	return out
}
