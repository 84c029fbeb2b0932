package identify

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// What people say of a device is heard before all else: a lock decides, a
// confirmation is a witness of the greatest weight, and what is rejected takes no
// part in the contest.

// saidWeight is what a person's word weighs, which is as much as any witness may.
const saidWeight = maxWeight

// hearPeople adds what people said to the votes, each a witness of its own.
func (r *room) hearPeople(said []heron.Correction) {
	r.said = said
	for i := range said {
		c := &said[i]
		weight := float64(saidWeight)
		if c.Ruling == heron.RulingReject {
			weight = -saidWeight
		}
		word := &reading{key: heron.ByUser + "." + string(c.Ruling), value: c.Value, group: heron.ByUser}
		a := Attribute(c.Field)
		r.votes = append(r.votes, vote{a, c.Value, fold(a, c.Value), weight, "", &fact{word, heron.ByUser}})
	}
}

// obey makes of a contest what people left of it: without what they rejected,
// and with nothing but what they locked.
func (r *room) obey(a Attribute, d decision) decision {
	for i := range r.said {
		c := &r.said[i]
		if Attribute(c.Field) != a {
			continue
		}
		said := fold(a, c.Value)
		if c.Ruling == heron.RulingReject {
			d = slices.DeleteFunc(d, func(x candidate) bool { return ruledOut(r.said[i:i+1], a, x.folded) })
			continue
		}
		at := slices.IndexFunc(d, func(x candidate) bool { return x.folded == said })
		if at < 0 {
			continue
		}
		d[at].by = heron.ByUser
		if c.Ruling == heron.RulingLock {
			d = d[at : at+1]
			d[0].value, d[0].locked = c.Value, true
		}
	}
	return d
}

// ruledOut reports whether a person said that a value is wrong; a kind of what is
// wrong is wrong too.
func ruledOut(said []heron.Correction, a Attribute, folded string) bool {
	return slices.ContainsFunc(said, func(c heron.Correction) bool {
		if c.Ruling != heron.RulingReject || Attribute(c.Field) != a {
			return false
		}
		wrong := fold(a, c.Value)
		return folded == wrong || a == Type && includes(a, wrong, folded)
	})
}

// Judge reports whether people's word on a field decides if an answer is right, and whether
// it is: what is or covers what they said is, and so is a kind of it; what they ruled out is not.
func Judge(said []heron.Correction, field, answer string) (right, decided bool) {
	a := Attribute(field)
	folded := fold(a, answer)
	for i := range said {
		if c := &said[i]; c.Field == field && c.Ruling != heron.RulingReject {
			want := fold(a, c.Value)
			return folded == want || akin(a, folded, want), true
		}
	}
	return false, ruledOut(said, a, folded)
}

// isLocked reports whether a person decided the contest.
func (d decision) isLocked() bool { return len(d) == 1 && d[0].locked }

// speaksAgainst reports whether a piece of evidence is one against a claim of
// the same attribute: for a value that contradicts it, or against its own.
func speaksAgainst(e *heron.Evidence, c *heron.Claim) bool {
	a := Attribute(e.Supports)
	x, y := fold(a, e.Claim), fold(a, c.Value)
	if strings.EqualFold(x, y) || akin(a, x, y) {
		return e.Weight < 0
	}
	return e.Weight > 0
}

// Against returns the evidence that speaks against what the identification says,
// heaviest first.
func Against(of *heron.Identification) []heron.Evidence {
	var out []heron.Evidence
	for i := range of.Evidence {
		e := &of.Evidence[i]
		if c := of.Identity.Claim(e.Supports); c != nil && speaksAgainst(e, c) {
			out = append(out, *e)
		}
	}
	return out
}
