package identify

import (
	"slices"

	"github.com/heron-iot/heron"
)

// A model is made by one maker and is of one type. Where a signature says which,
// the model implies them, however it became known: evidence of its own, and a
// check of what else was found.

// shortestModel is the length, folded, from which on the name of a model says
// which it is.
const shortestModel = 4

// implication is what signatures say beside a model, where they agree.
type implication struct {
	rule   int32   // that says it with the greatest weight
	claims []claim // of vendor and type
}

// implications gathers which rules imply something by naming a model.
func (g *program) implications() map[string]int32 {
	out := make(map[string]implication)
	unclear := make(map[string]bool)
	for i := range g.rules {
		r := &g.rules[i]
		for c := range g.claims(r) {
			if c.attribute != Model || c.open || c.weight <= 0 || len(c.folded) < shortestModel {
				continue
			}
			mine := g.beside(r)
			had, known := out[c.folded]
			switch {
			case len(mine) == 0:
			case !known:
				out[c.folded] = implication{int32(i), mine}
			case differ(had.claims, mine):
				unclear[c.folded] = true
			case total(mine) > total(had.claims):
				out[c.folded] = implication{int32(i), mine}
			}
		}
	}
	models := make(map[string]int32, len(out))
	for model, by := range out {
		if !unclear[model] {
			models[model] = by.rule
		}
	}
	return models
}

// beside returns what a rule says of vendor and type whenever it fires.
func (g *program) beside(r *rule) []claim {
	var out []claim
	for c := range g.claims(r) {
		if (c.attribute == Vendor || c.attribute == Type) && !c.open && c.weight > 0 {
			out = append(out, c)
		}
	}
	return out
}

func total(claims []claim) float64 {
	sum := 0.0
	for i := range claims {
		sum += claims[i].weight
	}
	return sum
}

// differ reports whether two lists claim something that cannot both be.
func differ(a, b []claim) bool {
	for i := range a {
		for j := range b {
			if a[i].attribute == b[j].attribute && !agree(a[i].attribute, a[i].folded, b[j].folded) {
				return true
			}
		}
	}
	return false
}

// agree reports whether two values are the same, or one is a case of the other.
func agree(a Attribute, x, y string) bool {
	return x == y || akin(a, x, y)
}

// modelVotes adds what the model that was decided on implies, as far as we are
// sure of it, unless the signature that says so spoke already. It reports whether
// there was any.
func (g *program) modelVotes(r *room, d decision) bool {
	if d.claim() == nil {
		return false
	}
	number, known := g.models[d[0].folded]
	if !known {
		return false
	}
	rule := &g.rules[number]
	id := g.id(rule)
	if slices.ContainsFunc(r.votes, func(v vote) bool { return v.signature == id }) {
		return false
	}
	shown := &fact{&reading{key: KeyModel, value: d[0].value, group: group(KeyModel)}, "identify"}
	for _, c := range g.beside(rule) {
		r.votes = append(r.votes, vote{c.attribute, c.value, c.folded, c.weight * d[0].confidence, id, shown})
	}
	return true
}

// reconcile takes back, of a model and a vendor or type that the signatures of
// the model contradict, the one that is less sure. What people said stays.
func (r *room) reconcile(d *decisions) {
	for _, other := range []struct {
		a Attribute
		d *decision
	}{{Type, &d.kind}, {Vendor, &d.vendor}} {
		if d.model.claim() == nil || other.d.claim() == nil || !r.disputes(d.model, other.a, (*other.d)[0].folded) {
			continue
		}
		switch model, that := &d.model[0], &(*other.d)[0]; {
		case that.by == heron.ByUser && model.by == heron.ByUser:
		case that.by == heron.ByUser, model.by != heron.ByUser && model.confidence < that.confidence:
			model.disputed = true
		default:
			that.disputed = true
		}
	}
}

// disputes reports whether those signatures that say which model it is say
// something of another attribute, and all of them something else than this.
func (r *room) disputes(model decision, a Attribute, folded string) bool {
	speaks := false
	for i := range r.votes {
		v := &r.votes[i]
		if v.attribute != a || v.weight <= 0 || v.signature == "" {
			continue
		}
		says := model[0].saidBy(v.signature)
		if agree(a, v.folded, folded) && (says || a == Vendor && v.fact.first && fold(a, v.fact.vendor) == v.folded) {
			return false
		}
		speaks = speaks || says
	}
	return speaks
}

// saidBy reports whether a signature speaks for the candidate.
func (c *candidate) saidBy(signature string) bool {
	return slices.ContainsFunc(c.votes, func(v *vote) bool { return v.signature == signature })
}
