package inventory

import (
	"slices"
	"strings"
)

// dirt is what must be derived again.
type dirt struct {
	nodes map[*node]struct{}
	macs  map[*node]struct{} // whose addresses must be judged again
	// records are devices of which only what is said of them changed: that they
	// are devices, and of which nodes, stands.
	records []*record
}

func newDirt() dirt {
	return dirt{nodes: map[*node]struct{}{}, macs: map[*node]struct{}{}}
}

// clear makes everything clean, and keeps the room for the next time.
func (d *dirt) clear() {
	clear(d.nodes)
	clear(d.macs)
	clear(d.records)
	d.records = d.records[:0]
}

func (d dirt) node(n *node) { d.nodes[n] = struct{}{} }

func (d dirt) mac(n *node) {
	if n.isMAC() {
		d.macs[n] = struct{}{}
		d.nodes[n] = struct{}{}
	}
}

func (d dirt) empty() bool { return len(d.nodes) == 0 && len(d.macs) == 0 && len(d.records) == 0 }

// flush derives again what is dirty: which addresses are whose, which nodes
// show which identifiers, which nodes are one device, and the devices.
func (v *Inventory) flush() Delta {
	var delta Delta
	if len(v.dirty.nodes) > 0 || len(v.dirty.macs) > 0 {
		v.regroup(&delta, v.affected())
	}
	v.renew(&delta)
	v.dirty.clear()
	v.forgetGathered()
	v.reuse()
	return delta
}

// affected judges what is dirty and returns the nodes, their facts gathered,
// whose devices that may change, in the order of their anchors.
func (v *Inventory) affected() []*node {
	v.judge()
	nodes := sorted(v.spread())
	seeds := make(map[*node]struct{}, len(nodes))
	for _, n := range nodes {
		v.gather(n)
		v.index(n, seeds)
	}
	region := sorted(v.region(seeds))
	for _, n := range region {
		if n.facts == nil {
			v.gather(n)
		}
	}
	return region
}

// sorted returns a set of nodes in the order of their anchors.
func sorted(set map[*node]struct{}) []*node {
	out := make([]*node, 0, len(set))
	for n := range set {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b *node) int { return strings.Compare(a.anchor, b.anchor) })
	return out
}

// judge decides anew which addresses are the MACs' own. An address that
// several MACs used concerns all of them.
func (v *Inventory) judge() {
	for n := range v.dirty.nodes {
		if n.isMAC() || len(n.endpoints) < 2 {
			continue
		}
		for _, e := range n.endpoints {
			if e.mac != nil {
				v.dirty.macs[e.mac] = struct{}{}
			}
		}
	}
	for n := range v.dirty.macs {
		v.classify(n)
	}
}

// spread returns the dirty nodes with those that share addresses with them.
func (v *Inventory) spread() map[*node]struct{} {
	out := make(map[*node]struct{}, len(v.dirty.nodes))
	add := func(ip *node) {
		out[ip] = struct{}{}
		for _, e := range ip.endpoints {
			if e.mac != nil && (e.own || len(ip.endpoints) > 1) {
				out[e.mac] = struct{}{}
			}
		}
	}
	for n := range v.dirty.nodes {
		out[n] = struct{}{}
		if !n.isMAC() {
			add(n)
			continue
		}
		for _, e := range n.endpoints { // who has a contested address depends on all that claim it
			if e.claimed && e.ip != nil && len(e.ip.endpoints) > 1 {
				add(e.ip)
			}
		}
	}
	return out
}

// usurped reports whether the MAC claims an address whose holder is alive,
// while it has another of its own: it stands between others (ARP spoofing), so
// what passes through it was said by them.
func (e *endpoint) usurped() bool {
	if !e.claimed || e.leased != 0 || e.mac == nil || len(e.ip.endpoints) < 2 {
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
// whoever that concerns to the seeds.
func (v *Inventory) index(n *node, seeds map[*node]struct{}) {
	seeds[n] = struct{}{}
	ids := identifiers(n)
	if slices.Equal(ids, n.ids) {
		return
	}
	for _, id := range n.ids {
		if !slices.Contains(ids, id) {
			v.addPeers(id, seeds)
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
		v.addPeers(id, seeds)
	}
	n.ids = ids
}

// addPeers adds the nodes of an identifier, unless it is beyond believing and
// was before.
func (v *Inventory) addPeers(id string, seeds map[*node]struct{}) {
	if list := v.byID[id]; len(list) <= maxFollowed+1 {
		for _, p := range list {
			seeds[p] = struct{}{}
		}
	}
}

// region returns the seeds and all nodes that are or may be one device with
// any of them.
func (v *Inventory) region(seeds map[*node]struct{}) map[*node]struct{} {
	todo := make([]*node, 0, len(seeds))
	for n := range seeds {
		todo = append(todo, n)
	}
	add := func(n *node) {
		if _, known := seeds[n]; !known {
			seeds[n] = struct{}{}
			todo = append(todo, n)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		v.eachPeer(n, add)
	}
	return seeds
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
		if p := v.nodes[anchor]; p != nil {
			f(p)
		}
	}
}
