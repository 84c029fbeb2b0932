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
	fact     int
	captures map[string]string
}

// hits are the facts that met each condition, in the order of the facts.
type hits map[int][]hit

// find adds the conditions that fact number i meets.
func (g *program) find(f *fact, i int, out hits) {
	k := g.keys[f.key]
	if k == nil {
		return
	}
	for _, id := range k.equals[f.lower] {
		out.add(id, hit{fact: i})
	}
	for _, id := range k.exists {
		out.add(id, hit{fact: i})
	}
	if len(k.domain) > 0 {
		for name := strings.TrimSuffix(f.lower, "."); name != ""; {
			for _, id := range k.domain[name] {
				out.add(id, hit{fact: i})
			}
			_, name, _ = strings.Cut(name, ".")
		}
	}
	if len(k.grams) > 0 {
		k.findLiterals(f, i, out)
	}
}

// findLiterals adds the conditions whose literal stands in the value where it
// must, and whose regular expression, if any, agrees.
func (k *keyIndex) findLiterals(f *fact, i int, out hits) {
	for at := 0; at+gram <= len(f.lower); at++ {
		for _, l := range k.grams[[gram]byte([]byte(f.lower[at:at+gram]))] {
			if !strings.HasPrefix(f.lower[at:], l.text) || l.atStart && at > 0 || l.word && !l.stands(f.lower, at) {
				continue
			}
			if h := (hit{fact: i}); l.expr == nil || l.capture(f.value, &h) {
				out.add(l.condition, h)
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
	expr := l.expr()
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

// add records a hit, unless the same fact met the condition already.
func (h hits) add(condition int, one hit) {
	list := h[condition]
	if n := len(list); n > 0 && list[n-1].fact == one.fact {
		return
	}
	h[condition] = append(list, one)
}

// led returns the rules whose first condition was met, ascending by id: no
// other can fire.
func (g *program) led(h hits) []*rule {
	var out []*rule
	for id := range h {
		if r := &g.signatures[g.conditions[id].rule]; r.match[0] == id {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *rule) int { return cmp.Compare(a.match[0], b.match[0]) })
	return out
}

// fires reports whether all conditions of the rule hold.
func (r *rule) fires(h hits) bool {
	for _, id := range r.match {
		if len(h[id]) == 0 {
			return false
		}
	}
	for _, id := range r.unless {
		if len(h[id]) > 0 {
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
	for _, lead := range h[r.match[0]] {
		f := &facts[lead.fact]
		values := map[string]string{"value": f.value}
		for _, id := range r.match[1:] {
			for name, v := range h[id][0].captures {
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
