package identify

import (
	"slices"

	"github.com/heron-iot/heron"
)

// room is what an identification works in. It is used again: no answer keeps
// any of it.
type room struct {
	facts []fact
	macs  []heron.MAC
	found hits
	votes []vote
	spare []vote             // of rules of several conditions that speak last
	said  []heron.Correction // not ours
	deaf  bool               // to what names that it asked for say
	// Of the decisions, one after another.
	picked     []*vote
	candidates []candidate
}

// maxRoom bounds the votes and the facts for which room is kept.
const maxRoom = 1024

// empty takes everything out of the room. It reports false when that is too
// large to be kept.
func (r *room) empty() bool {
	if max(cap(r.facts), cap(r.votes), cap(r.found), cap(r.picked), cap(r.spare)) > maxRoom {
		return false
	}
	clear(r.facts[:cap(r.facts)])
	clear(r.found)
	clear(r.votes)
	clear(r.spare)
	clear(r.picked)
	clear(r.candidates)
	r.facts, r.macs, r.found, r.votes, r.spare = r.facts[:0], r.macs[:0], r.found[:0], r.votes[:0], r.spare[:0]
	r.said, r.deaf = nil, false
	r.picked, r.candidates = r.picked[:0], r.candidates[:0]
	return true
}

// address adds an address that may be of a device.
func (r *room) address(m heron.MAC) {
	if m.IsUnicast() && !slices.Contains(r.macs, m) {
		r.macs = append(r.macs, m)
	}
}

// ownVotes adds what each fact says by itself.
func (r *room) ownVotes() {
	for i := range r.facts {
		for _, v := range r.facts[i].votes {
			v.fact = &r.facts[i]
			r.votes = append(r.votes, v)
		}
	}
}

// spareVotes adds what facts say of an attribute for which nobody else has an
// answer. It reports whether there was any.
func (r *room) spareVotes(a Attribute) bool {
	had := len(r.votes)
	for _, v := range r.spare {
		if v.attribute == a {
			r.votes = append(r.votes, v)
		}
	}
	for i := range r.facts {
		for _, v := range r.facts[i].spare {
			if v.attribute == a {
				v.fact = &r.facts[i]
				if !r.deaf || !isHearsay(v) {
					r.votes = append(r.votes, v)
				}
			}
		}
	}
	if a == Vendor && !r.deaf {
		r.agreed()
		r.loyal()
	}
	return len(r.votes) > had
}

// hear adds the votes of evidence that no signature gives.
func (r *room) hear(more []heron.Evidence) {
	for i := range more {
		e := &more[i]
		a := Attribute(e.Supports)
		said := &fact{&reading{key: e.Key, value: e.Value, group: e.Source + " " + e.Key + " " + e.Value}, e.Source}
		r.votes = append(r.votes, vote{a, e.Claim, fold(a, e.Claim), e.Weight, e.Signature, said})
	}
}
