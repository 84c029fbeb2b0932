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

// judge decides anew which addresses are the MACs' own. An address that
// several MACs used concerns all of them.
func (v *Inventory) judge() {
	for _, n := range v.dirty.nodes.list {
		if n.isMAC() || len(n.endpoints) < 2 {
			continue
		}
		for _, e := range n.endpoints {
			if e.mac != nil {
				v.dirty.macs.add(e.mac)
			}
		}
	}
	for _, n := range v.dirty.macs.list {
		v.classify(n)
	}
}

// findSpread makes the set of the dirty nodes and those that share addresses
// with them.
func (v *Inventory) findSpread() {
	for _, n := range v.dirty.nodes.list {
		v.spread.add(n)
		if !n.isMAC() {
			v.spreadAddress(n)
			continue
		}
		for _, e := range n.endpoints { // who has a contested address depends on all that claim it
			if e.claimed && e.ip != nil && len(e.ip.endpoints) > 1 {
				v.spreadAddress(e.ip)
			}
		}
	}
}

// spreadAddress adds an address, and the MACs that it may be of.
func (v *Inventory) spreadAddress(ip *node) {
	v.spread.add(ip)
	for _, e := range ip.endpoints {
		if e.mac != nil && (e.own || len(ip.endpoints) > 1) {
			v.spread.add(e.mac)
		}
	}
}

// usurped reports whether the MAC claims an address whose holder is alive,
// while it has another of its own: it stands between others (ARP spoofing), so
// what passes through it was said by them.
func (e *endpoint) usurped() bool {
	if !e.claimed || e.leased != 0 || e.mac == nil || e.ip.users < 2 {
		return false
	}
	held := slices.ContainsFunc(e.ip.endpoints, func(o *endpoint) bool {
		return o != e && o.own && o.claimed && o.first < e.first && e.first <= o.last
	})
	return held && slices.ContainsFunc(e.mac.endpoints, func(o *endpoint) bool {
		return o != e && o.own && o.claimed && o.ip.ip.Is4()
	})
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
			v.byID[id] = slices.DeleteFunc(v.byID[id], func(o *node) bool { return o == n })
			if len(v.byID[id]) == 0 {
				delete(v.byID, id)
			}
		}
	}
	for _, id := range ids {
		if slices.Contains(n.ids, id) {
			continue
		}
		i, _ := slices.BinarySearchFunc(v.byID[id], n, func(a, b *node) int { return strings.Compare(a.anchor, b.anchor) })
		v.byID[id] = slices.Insert(v.byID[id], i, n)
		v.addPeers(id)
	}
	n.ids = ids
}

// addPeers adds the nodes of an identifier, unless it is beyond believing and
// was before.
func (v *Inventory) addPeers(id string) {
	if list := v.byID[id]; len(list) <= maxFollowed+1 {
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
	for _, id := range n.ids {
		if list := v.byID[id]; len(list) <= maxFollowed+1 {
			for _, p := range list {
				f(p)
			}
		}
	}
	for _, anchor := range v.ledger.links[n.anchor] {
		if p := v.node(anchor); p != nil {
			f(p)
		}
	}
}
