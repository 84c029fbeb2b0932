package identify

import (
	"fmt"
	"strings"

	"github.com/heron-iot/heron"
)

// Explain returns the signatures that matched and, after them, those that
// nearly did: at least one condition held that tells something of its value, but
// not all, or one that forbids.
func (id *Identifier) Explain(obs []heron.Observation) []heron.SignatureOutcome {
	var r room
	id.program.factsOf(&r, obs)
	if v := id.Identify(obs).Identity.Vendor; v != nil {
		r.facts = append(r.facts, id.program.vendorFact(v))
	}
	id.program.search(&r, all)
	facts, found := r.facts, r.found
	var matched, near []heron.SignatureOutcome
	for i := range id.program.rules {
		r := &id.program.rules[i]
		switch e := id.program.explain(r, facts, found); {
		case e.Matched:
			matched = append(matched, e)
		case id.program.touched(r, found):
			near = append(near, e)
		}
	}
	return append(matched, near...)
}

// touched reports whether one of the conditions that must hold does. That there
// is a title at all is not enough: hundreds of signatures want that.
func (g *program) touched(r *rule, found hits) bool {
	for c := r.match; c < r.unless; c++ {
		if len(found.of(c)) > 0 && !g.written(c).Exists {
			return true
		}
	}
	return false
}

func (g *program) explain(r *rule, facts []fact, found hits) heron.SignatureOutcome {
	e := heron.SignatureOutcome{Signature: g.id(r), File: g.file(r), Matched: r.fires(found)}
	for c := r.match; c < r.end; c++ {
		written := g.written(c)
		o := heron.ConditionOutcome{Condition: written.String(), Forbids: c >= r.unless}
		if h := found.of(c); len(h) > 0 {
			o.Held, o.Key, o.Value = true, facts[h[0].fact].key, facts[h[0].fact].value
		}
		e.Conditions = append(e.Conditions, o)
	}
	if e.Matched {
		for _, v := range g.say(nil, r, facts, found) {
			e.Claims = append(e.Claims, fmt.Sprintf("%s %s %+.1f", v.attribute, v.value, v.weight))
		}
		return e
	}
	for c := range g.claims(r) {
		e.Claims = append(e.Claims, fmt.Sprintf("%s %s %+.1f", c.attribute, c.value, c.weight))
	}
	return e
}

// String returns the condition in one line.
func (c *Condition) String() string {
	var parts []string
	for _, op := range []struct {
		name   string
		values []string
	}{
		{"equals", c.Equals},
		{"prefix", c.Prefix},
		{"contains", c.Contains},
		{"word", c.Word},
		{"domain", c.Domain},
		{"regexp", c.Regexp},
	} {
		if len(op.values) > 0 {
			parts = append(parts, op.name+" "+strings.Join(op.values, " | "))
		}
	}
	if c.Exists {
		parts = append(parts, "exists")
	}
	return strings.Join(c.Key, " | ") + " " + strings.Join(parts, " or ")
}
