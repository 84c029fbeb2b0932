package inventory

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// part is what a new fact may change of a device beside its times, a set.
type part uint8

const (
	ofIdentity part = 1 << iota
	ofServices
	ofRoles
	ofSensors
	ofAll // what exactly is not known
)

// sighting is a fact that was seen again, or is new, since its device was last
// brought up to date.
type sighting struct {
	fact *fact
	next int // in Inventory.sightings, of the same device; 0 for none
}

// touch takes note of news that change what is said of devices, but not which
// nodes are one device or whose an address is. Nearly all are of this kind: a
// known fact was seen again. It reports false when more may follow from them.
// That the endpoint is the newest of its node's is news too.
func (v *Inventory) touch(e *endpoint, f *fact, what news, newest bool) bool {
	if what == shifted || (what >= added && f.key.kind.has(ofWhom)) {
		return false
	}
	r := e.lone
	if r == nil || !r.plain || (r.invented && v.meets(r.nodes[0], f)) {
		concerned, ok := v.concerned(e, f)
		if !ok {
			return false
		}
		if r = lone(concerned); r == nil {
			v.touchNodes(e, concerned, f, what)
			return true
		}
		e.lone = r
	}
	v.takeTurn(r)
	if what >= added {
		r.parts |= v.partsOf(r.nodes[0], f, what)
	} else if f.key.kind.has(ofPort) && isElsewhere(r, f) {
		r.parts |= ofAll
	}
	if !v.touchLater(r, f, what, newest) {
		v.touchNode(r.nodes[0], f, what)
	}
	return true
}

// lone returns the record of the one node concerned, if it is plain.
func lone(concerned [2]*node) *record {
	n := cmp.Or(concerned[0], concerned[1])
	if (concerned[0] != nil && concerned[1] != nil) || !n.record.plain {
		return nil
	}
	return n.record
}

// touchNodes is touch for nodes that are not known to be plain.
func (v *Inventory) touchNodes(e *endpoint, concerned [2]*node, f *fact, what news) {
	taker := v.taker(concerned, f)
	if what >= added {
		taker.record.parts |= v.partsOf(taker, f, what)
	} else if f.key.kind.has(ofPort) && isElsewhere(taker.record, f) {
		taker.record.parts |= ofAll
	}
	for _, n := range concerned {
		switch {
		case n == taker:
			v.touchNode(n, f, what)
		case n == nil:
		case n == e.mac && f.key.kind.has(ofLink):
			v.touchNode(n, f, nothing)
		default:
			v.stale(n.record)
		}
	}
}

// touchNode takes note of news of a node.
func (v *Inventory) touchNode(n *node, f *fact, what news) {
	n.last = max(n.last, f.last)
	if what != nothing {
		v.sight(n.record, f)
	}
	v.stale(n.record)
}

// stale notes that a device must be brought up to date.
func (v *Inventory) stale(r *record) {
	v.takeTurn(r)
	if !r.stale {
		r.stale = true
		v.dirty.records = append(v.dirty.records, r)
	}
}

// takeTurn notes when a device was first touched since the last flush: what
// changed is told in this order.
func (v *Inventory) takeTurn(r *record) {
	if r.turn>>32 != uint64(v.flushes) {
		v.turns++
		r.turn = uint64(v.flushes)<<32 | uint64(v.turns)
	}
}

// sight adds a fact to those of a device that were seen.
func (v *Inventory) sight(r *record, f *fact) {
	if len(v.sightings) == 0 {
		v.sightings = append(v.sightings, sighting{}) // so that 0 is none
	}
	at := len(v.sightings)
	v.sightings = append(v.sightings, sighting{fact: f})
	if r.firstSeen == 0 {
		r.firstSeen = at
	} else {
		v.sightings[r.lastSeen].next = at
	}
	r.lastSeen = at
}

// partsOf tells what a new fact may change of the device of the node that takes
// it, and widens the time in which that was seen.
func (v *Inventory) partsOf(taker *node, f *fact, what news) part {
	var p part
	r := taker.record
	if f.weighs || (f.key.weighed && v.isCrowded(r, f.key)) {
		p |= ofIdentity
	}
	if _, _, _, ok := f.listed(); ok {
		p |= ofServices
	}
	if f.role() != "" {
		p |= ofRoles
	}
	if f.origin.sensor != "" && !slices.Contains(r.device.Sensors, f.origin.sensor) {
		p |= ofSensors
	}
	if len(r.device.IPs) >= maxIPs || f.key.kind.has(ofPort) {
		p |= ofAll
	}
	if what == replaced && isMissed(v.gone[len(v.gone)-1], f, taker) {
		p |= ofAll
	}
	if first := taker.first; len(r.nodes) > 1 && taker.span(f.first, f.last) != first {
		p |= ofAll // the names of nodes go by their age
	}
	return p
}

// isMissed reports whether a device may be other than it was for want of a fact
// that went for f.
func isMissed(old, f *fact, taker *node) bool {
	_, _, _, listed := old.listed()
	return old.weighs || listed || old.role() != "" || old.origin.sensor != f.origin.sensor || old.first <= taker.first
}

// isCrowded reports whether a device may have more than heron.MaxValuesPerKey
// facts of a key.
func (v *Inventory) isCrowded(r *record, k *key) bool {
	n := 0
	for _, node := range r.nodes {
		for _, e := range node.endpoints {
			n += v.count(e, k)
			if !e.own || !node.isMAC() {
				continue
			}
			for _, o := range e.ip.endpoints {
				if o != e {
					n += v.count(o, k)
				}
			}
		}
	}
	return n > heron.MaxValuesPerKey
}

// taker returns which of the nodes concerned a fact is given to. Of a router
// and the address behind it, all but what makes it a router is the address's.
func (v *Inventory) taker(concerned [2]*node, f *fact) *node {
	mac, ip := concerned[0], concerned[1]
	switch {
	case ip == nil, mac != nil && f.key.kind.has(ofARP), mac != nil && f.key.kind.has(ofFrame) && !ip.isLocal():
		return mac
	}
	return ip
}

// concerned returns the nodes whose devices may rest on a fact of an endpoint. It
// is not ok where that depends on more than the endpoint.
func (v *Inventory) concerned(e *endpoint, f *fact) (list [2]*node, ok bool) {
	list[0] = e.mac
	if e.ip != nil {
		owner, contested := e.ip.loneOwner()
		if contested {
			return list, false
		}
		if owner == nil {
			list[1] = e.ip
		} else {
			list[0] = owner
		}
	}
	for _, n := range list {
		if n != nil && (n.record == nil || v.meets(n, f)) {
			return list, false
		}
	}
	return list, list[0] == nil || list[1] == nil || list[0].record != list[1].record
}

// meets reports whether a fact shows that a node was there together with another
// that it may be one device with, and was not before: of invented MACs that decides
// whether they are.
func (v *Inventory) meets(n *node, f *fact) bool {
	last := n.last
	if r := n.record; r != nil && r.late {
		last = max(last, r.last)
	}
	if !n.mac.IsLocal() || (n.first <= f.first && f.last <= last) {
		return false
	}
	for _, id := range v.follows(n) {
		for _, o := range v.byID[id] {
			if o != n && o.mac.IsLocal() && (f.first < n.first || (last < o.first && o.first <= f.last)) {
				return true
			}
		}
	}
	return false
}
