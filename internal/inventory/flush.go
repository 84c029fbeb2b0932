package inventory

import (
	"slices"
	"strings"
)

// flush derives again what is dirty: which addresses are whose, which nodes
// show which identifiers, which nodes are one device, and the devices.
func (v *Inventory) flush() Delta {
	var delta Delta
	v.unsettled = false
	v.letGo()
	if len(v.dirty.nodes.list) > 0 || len(v.dirty.macs.list) > 0 {
		v.regroup(&delta, v.affected())
		v.spread.clear()
		v.region.clear()
	}
	v.renew(&delta)
	v.dirty.clear()
	v.forgetGathered()
	v.reuse()
	v.flushes, v.turns = v.flushes+1, 0
	return delta
}

// affected judges what is dirty and returns the nodes, their facts gathered,
// whose devices that may change, in the order of their anchors.
func (v *Inventory) affected() []*node {
	v.judge()
	v.findSpread()
	for _, n := range v.spread.sort() {
		v.gather(n)
		v.index(n)
	}
	v.findRegion()
	region := v.region.sort()
	for _, n := range region {
		if n.facts == nil {
			v.gather(n)
		}
	}
	return region
}

// judge decides anew which addresses are the MACs' own.
func (v *Inventory) judge() {
	for _, n := range v.dirty.nodes.list {
		if n.contested {
			v.findClaimed(n)
		}
	}
	for _, n := range v.dirty.macs.list {
		v.classify(n)
	}
	v.place()
}

// findSpread makes the set of the dirty nodes and those that share addresses
// with them, as far as it makes a difference to these.
func (v *Inventory) findSpread() {
	for _, n := range v.dirty.nodes.list {
		v.spread.add(n)
		switch {
		case n.contested:
			v.contested.add(n)
		case n.owner != nil:
			v.spread.add(n.owner)
		}
	}
	for _, n := range v.dirty.macs.list { // who usurps an address depends on what else it has
		for _, e := range n.endpoints {
			if e.claimed && e.ip.contested {
				v.contested.add(e.ip)
			}
		}
	}
	for _, ip := range v.contested.list {
		v.contend(ip)
	}
	v.contested.clear()
}

// index files a node under the strong identifiers it shows, and adds it and
// whoever that concerns to the region.
func (v *Inventory) index(n *node) {
	v.region.add(n)
	ids := identifiers(n)
	if slices.Equal(ids, n.ids) {
		return
	}
	for _, id := range n.ids {
		if !slices.Contains(ids, id) {
			v.addPeers(id)
			v.unfile(n, id)
		}
	}
	for _, id := range ids {
		if slices.Contains(n.ids, id) {
			continue
		}
		i, _ := slices.BinarySearchFunc(v.byID[id], n, func(a, b *node) int { return strings.Compare(a.anchor, b.anchor) })
		v.byID[id] = slices.Insert(v.byID[id], i, n)
		v.addPeers(id)
		v.chainUp(id)
	}
	n.ids = ids
}

// addPeers adds the nodes of an identifier, unless it is beyond believing and
// was before.
func (v *Inventory) addPeers(id string) {
	if list := v.byID[id]; len(list) <= maxFollowed+1 && lasting(list) <= maxShared+1 {
		for _, p := range list {
			v.region.add(p)
		}
	}
}

// findRegion adds to the region all nodes that are or may be one device with
// any in it.
func (v *Inventory) findRegion() {
	add := func(n *node) { v.region.add(n) }
	for i := 0; i < len(v.region.list); i++ {
		v.eachPeer(v.region.list[i], add)
	}
}

// eachPeer calls f for the nodes that are one device with n, by what was found
// before, by an identifier or by a person's word. It may repeat itself.
func (v *Inventory) eachPeer(n *node, f func(*node)) {
	if n.record != nil {
		for _, p := range n.record.nodes {
			f(p)
		}
	}
	for _, id := range v.follows(n) {
		for _, p := range v.believed(id) {
			f(p)
		}
	}
	for _, anchor := range v.ledger.links[n.anchor] {
		if p := v.node(anchor); p != nil {
			f(p)
		}
	}
}
