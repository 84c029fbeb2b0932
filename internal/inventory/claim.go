package inventory

import (
	"cmp"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// reach says from when to when somebody is heard of.
type reach struct{ from, until heron.Time }

// reaches are in order of from, and until is the latest of any so far.
type reaches []reach

func (r reaches) sort() {
	slices.SortFunc(r, func(a, b reach) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(r); i++ {
		r[i].until = max(r[i].until, r[i-1].until)
	}
}

// before returns the latest until of those that begin before a time.
func (r reaches) before(at heron.Time) heron.Time {
	i, _ := slices.BinarySearchFunc(r, at, func(r reach, at heron.Time) int { return cmp.Compare(r.from, at) })
	if i == 0 {
		return math.MinInt64
	}
	return r[i-1].until
}

// findClaimed finds the endpoints of a contested address that another MAC
// claimed while they only sent from it: then their MAC passed the packets on. A
// lease is a claim for as long as leases commonly last. MACs for which that
// changed are judged again.
func (v *Inventory) findClaimed(ip *node) {
	r := v.reaches[:0]
	for _, e := range ip.endpoints {
		if e.mac == nil || !e.claimed {
			continue
		}
		until := e.last
		if e.leased != 0 {
			until = max(until, e.leased+heron.Day)
		}
		r = append(r, reach{e.first, until})
	}
	r.sort()
	v.reaches = r
	for _, e := range ip.endpoints {
		if e.mac == nil {
			continue
		}
		if other := !e.claimed && r.before(e.last+1) >= e.first; other != e.claimedByOther {
			e.claimedByOther = other
			v.dirty.macs.add(e.mac)
		}
	}
}

// claimsBeside reports whether a MAC has another IPv4 address of its own.
func (n *node) claimsBeside(e *endpoint) bool {
	return slices.ContainsFunc(n.endpoints, func(o *endpoint) bool {
		return o != e && o.own && o.claimed && o.ip.ip.Is4()
	})
}
