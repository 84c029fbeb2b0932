package inventory

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// dirt is what must be derived again.
type dirt struct {
	nodes map[*node]struct{}
	macs  map[*node]struct{} // whose addresses must be judged again
}

func newDirt() dirt {
	return dirt{nodes: map[*node]struct{}{}, macs: map[*node]struct{}{}}
}

func (d dirt) node(n *node) { d.nodes[n] = struct{}{} }

func (d dirt) mac(n *node) {
	if n.isMAC() {
		d.macs[n] = struct{}{}
		d.nodes[n] = struct{}{}
	}
}

func (d dirt) empty() bool { return len(d.nodes) == 0 && len(d.macs) == 0 }

// flush derives again what is dirty: which addresses are whose, which nodes
// show which identifiers, which nodes are one device, and the devices.
func (v *Inventory) flush() Delta {
	if v.dirty.empty() {
		return Delta{}
	}
	v.judge()
	nodes := sorted(v.spread())
	v.dirty = newDirt()
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
	delta := v.regroup(region)
	for _, n := range region {
		n.facts, n.fresh = nil, false
	}
	return delta
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

// gather collects the facts that are given to a node: those under its own
// addresses, and those told of these addresses by nobody in particular at a
// time when they were its own.
func (v *Inventory) gather(n *node) {
	n.facts = n.facts[:0]
	n.first, n.last = 0, 0
	if n.isMAC() {
		v.gatherMAC(n)
	} else if n.ownerAt(0) == nil {
		local := v.isLocal(n.ip)
		for _, e := range n.endpoints {
			carried := e.mac != nil && !local
			n.takeFacts(e, func(f *fact) bool {
				return (f.Key != heron.KeyARP || e.mac == nil) && (f.Key != heron.KeyFrame || !carried)
			})
		}
	}
	n.summarise()
	n.local = n.isMAC() || v.isLocal(n.ip)
	n.present = (n.isMAC() && n.first != 0) || (!n.isMAC() && n.speaks())
}

// gatherMAC is gather for an interface.
func (v *Inventory) gatherMAC(n *node) {
	for _, e := range n.endpoints {
		n.carries(e)
		switch {
		case e.ip == nil:
			n.takeFacts(e, nil)
		case !e.own:
			// That it carries frames of remote hosts is what makes it a router.
			local := v.isLocal(e.ip.ip)
			n.takeFacts(e, func(f *fact) bool { return f.Key == heron.KeyARP || (f.Key == heron.KeyFrame && !local) })
		case e.usurped():
			n.takeFacts(e, func(f *fact) bool { return isLinkFact(f.Key) })
		default:
			n.takeFacts(e, nil)
		}
		if e.own {
			n.gatherAddress(e)
		}
	}
}

// carries widens the time in which n was seen by the frames that it sent for
// others.
func (n *node) carries(e *endpoint) {
	for i := range e.facts {
		if f := &e.facts[i]; isLinkFact(f.Key) {
			n.span(f.First, f.Last)
		}
	}
}

// gatherAddress takes the facts about an address that were told with no MAC,
// with a router's, or with a usurper's, at a time when the address was n's.
func (n *node) gatherAddress(own *endpoint) {
	for _, e := range own.ip.endpoints {
		if e == own || (e.own && !e.usurped()) {
			continue
		}
		linked := e.mac != nil && e.own
		n.takeFacts(e, func(f *fact) bool {
			if (f.Key == heron.KeyARP && e.mac != nil) || (linked && isLinkFact(f.Key)) {
				return false
			}
			return own.ip.ownerAt(f.First) == own
		})
	}
}

// takeFacts adds the facts of an endpoint that pass, all for nil.
func (n *node) takeFacts(e *endpoint, pass func(*fact) bool) {
	for i := range e.facts {
		if f := &e.facts[i]; pass == nil || pass(f) {
			n.facts = append(n.facts, f)
			n.span(f.First, f.Last)
		}
	}
}

// span widens the time in which n was seen.
func (n *node) span(first, last heron.Time) {
	if n.first == 0 || (first != 0 && first < n.first) {
		n.first = first
	}
	n.last = max(n.last, last)
}

// isLinkFact reports whether a fact is about the frame rather than about what
// was in it: such a fact belongs to the MAC that sent the frame.
func isLinkFact(key string) bool {
	return key == heron.KeyARP || key == heron.KeyFrame || key == heron.KeyMAC
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

// summarise reads the names out of the facts. These are in the order of
// endpoints, then of keys: the same for the same facts.
func (n *node) summarise() {
	n.hostnames = n.hostnames[:0]
	for _, f := range n.facts {
		if f.Key == heron.KeyHostname || f.Key == "dhcp.hostname" {
			if h := hostLabel(f.Value); h != "" && !slices.Contains(n.hostnames, h) && len(n.hostnames) < maxShared {
				n.hostnames = append(n.hostnames, h)
			}
		}
	}
}

// speaks reports whether an address without a MAC is a host worth keeping as a
// device: a local one that was seen at all, a remote one of which something
// is known. The last address of a network is a broadcast unless it sent.
func (n *node) speaks() bool {
	edge := n.ip.Is4() && (n.ip.As4()[3] == 255 || n.ip.As4()[3] == 0)
	for _, f := range n.facts {
		switch {
		case f.Key == heron.KeyFrame && n.local:
			return true
		case edge:
		case n.local, tells(f.Key):
			return true
		}
	}
	return false
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
