package identify

import (
	"math"
	"slices"
	"strings"
)

// What a maker's things mostly are says the more of one of them, the less else he makes. How much
// that is, the pack itself knows: of how many kinds the products are that it has of him.

// The kind that a signature calls a maker's usual one counts as so many products of that
// kind, and so many of others, besides those that the pack has: who wrote the signature
// knew some. Both were fitted on products that no signature knows of makers that some do
// (docs/identification.md).
const (
	usualProducts = 3.0
	otherProducts = 0.3
)

// kindCount is how many signatures know things of one type.
type kindCount struct {
	kind string // folded
	n    int
}

// assortment is how many signatures know things of each kind, by folded maker. Makers of one
// kind are not in it.
func (g *program) assortment() map[string][]kindCount {
	out := make(map[string][]kindCount)
	for i := range g.rules {
		r := &g.rules[i]
		if r.usual() {
			continue
		}
		if makers, kind := g.makes(r); kind != "" {
			for _, m := range makers {
				out[m] = counted(out[m], kind)
			}
		}
	}
	for m, kinds := range out {
		if len(kinds) == 1 {
			delete(out, m)
		}
	}
	return out
}

// usual reports whether a rule says something of whatever is of a maker.
func (r *rule) usual() bool { return r.late && r.unless == r.match+1 }

// makes returns of which kind a rule knows things, and of which makers.
func (g *program) makes(r *rule) (makers []string, kind string) {
	heaviest := 0.0
	for c := range g.claims(r) {
		switch {
		case c.open || c.weight <= 0:
		case c.attribute == Vendor:
			makers = append(makers, c.folded)
		case c.attribute == Type && c.weight > heaviest:
			kind, heaviest = c.folded, c.weight
		}
	}
	if kind == "" || !r.late {
		return makers, kind
	}
	for id := r.match; id < r.unless; id++ {
		if c := g.written(id); slices.Contains(c.Key, KeyVendor) {
			for _, name := range c.Equals {
				makers = append(makers, fold(Vendor, name))
			}
		}
	}
	return makers, kind
}

func counted(kinds []kindCount, kind string) []kindCount {
	at := slices.IndexFunc(kinds, func(k kindCount) bool { return k.kind == kind })
	if at < 0 {
		return append(kinds, kindCount{kind, 1})
	}
	kinds[at].n++
	return kinds
}

// temper lowers what is said of whatever is of a maker, where his assortment says less:
// the two are guesses at one thing, and their mean is what they come to. Who wrote the
// signature knew which kind is sold most, and the pack knows how many kinds there are.
func (g *program) temper(votes []vote) {
	for i := range votes {
		v := &votes[i]
		if v.attribute != Type || v.weight <= 0 || v.fact.key != KeyVendor {
			continue
		}
		if kinds := g.kinds()[fold(Vendor, v.fact.value)]; kinds != nil {
			v.weight = max(0, min(v.weight, (v.weight+usualWeight(kinds, v.folded))/2))
		}
	}
}

// usualWeight is the weight that makes of a prior the log-odds of a kind among a maker's.
func usualWeight(kinds []kindCount, kind string) float64 {
	same, other := usualProducts, otherProducts
	for _, k := range kinds {
		if agree(Type, k.kind, kind) {
			same += float64(k.n)
		} else {
			other += float64(k.n)
		}
	}
	return math.Log(same/other) - prior
}

// ofSystem reports whether a vote is for phones as what mostly runs the system that asks for an
// address in such a way.
func ofSystem(v *vote) bool {
	return v.attribute == Type && v.folded == "phone" && v.weight < tellsType && strings.HasPrefix(v.fact.key, "dhcp.") && !isHostname[v.fact.key]
}

// things makes what mostly runs a system an echo where the device is of a maker who makes other
// things, and no phones: a robot that runs Android.
func (g *program) things(r *room) {
	at := slices.IndexFunc(r.votes, func(v vote) bool {
		return v.attribute == Type && v.fact.key == KeyVendor && v.weight > 0 && !computers[v.folded]
	})
	if at < 0 || everybodys[r.votes[at].fact.value] {
		return
	}
	made := g.kinds()[fold(Vendor, r.votes[at].fact.value)]
	if slices.ContainsFunc(made, func(k kindCount) bool { return computers[k.kind] }) {
		return
	}
	for i := range r.votes {
		if v := &r.votes[i]; ofSystem(v) {
			v.weight *= echo
		}
	}
}

// once makes the lesser of two guesses an echo of the greater where they are one: what a maker's
// things mostly are, and what mostly asks for his cloud.
func (r *room) once() {
	for i := range r.votes {
		if u := &r.votes[i]; u.attribute == Type && u.fact.key == KeyVendor && u.weight > 0 {
			r.echoOf(u)
		}
	}
}

// echoOf makes either a maker's usual kind or what asks for his cloud an echo of the other.
func (r *room) echoOf(usual *vote) {
	for i := range r.votes {
		v := &r.votes[i]
		switch {
		case v.attribute != Type || !ofContact(*v) || v.weight <= 0 || v.weight >= tellsType || !agree(Type, usual.folded, v.folded):
		case v.weight > usual.weight:
			usual.weight *= echo
			return
		default:
			v.weight *= echo
		}
	}
}
