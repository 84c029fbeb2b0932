package inventory

import (
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
func (v *Inventory) touch(e *endpoint, f *fact, what news) bool {
	if what == shifted || (what >= added && f.key.kind.has(ofWhom)) {
		return false
	}
	concerned, ok := v.concerned(e)
	if !ok {
		return false
	}
	taker := v.taker(concerned, f)
	if what >= added {
		taker.record.parts |= v.partsOf(taker, f, what)
	}
	if what != nothing {
		v.sight(taker.record, f)
	}
	for _, n := range concerned {
		if n == nil {
			continue
		}
		if n == taker || (n == e.mac && f.key.kind.has(ofLink)) {
			n.last = max(n.last, f.last)
		}
		if r := n.record; !r.stale {
			r.stale = true
			v.dirty.records = append(v.dirty.records, r)
		}
	}
	return true
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
	if f.weighs || (f.key.weighed && r.isCrowded(f.key)) {
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
	if len(r.device.IPs) >= maxIPs {
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
func (r *record) isCrowded(k *key) bool {
	n := 0
	for _, node := range r.nodes {
		for _, e := range node.endpoints {
			n += e.count(k)
			if !e.own || !node.isMAC() {
				continue
			}
			for _, o := range e.ip.endpoints {
				if o != e {
					n += o.count(k)
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
	case ip == nil, mac != nil && f.key.kind.has(ofARP), mac != nil && f.key.kind.has(ofFrame) && !v.isLocal(ip.ip):
		return mac
	}
	return ip
}

// concerned returns the nodes whose devices may rest on the facts of an
// endpoint. It is not ok where that depends on more than the endpoint.
func (v *Inventory) concerned(e *endpoint) (list [2]*node, ok bool) {
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
		if n != nil && (n.record == nil || n.isTimed(v)) {
			return list, false
		}
	}
	return list, list[0] == nil || list[1] == nil || list[0].record != list[1].record
}

// isTimed reports whether it depends on when a node was seen which nodes are
// one device with it: invented MACs are not, when they were there together.
func (n *node) isTimed(v *Inventory) bool {
	return n.mac.IsLocal() && slices.ContainsFunc(n.ids, func(id string) bool { return len(v.byID[id]) > 1 })
}
