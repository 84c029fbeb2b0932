package inventory

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

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
	taker.record.moved = append(taker.record.moved, f)
	for _, n := range concerned {
		if n == nil {
			continue
		}
		if n == taker || (n == e.mac && f.key.kind.has(ofLink)) {
			n.last = max(n.last, f.last)
		}
		r := n.record
		if r.news == nothing {
			v.dirty.records = append(v.dirty.records, r)
		}
		r.news = max(r.news, what, moved)
	}
	return true
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

// loneOwner returns the MAC that owns an address, nil for none. An address that
// several MACs used is contested: who has it is a matter of time.
func (n *node) loneOwner() (owner *node, contested bool) {
	macs := 0
	for _, e := range n.endpoints {
		if e.mac != nil {
			macs++
		}
		if e.own {
			owner = e.mac
		}
	}
	return owner, macs > 1
}

// isTimed reports whether it depends on when a node was seen which nodes are
// one device with it: invented MACs are not, when they were there together.
func (n *node) isTimed(v *Inventory) bool {
	return n.mac.IsLocal() && slices.ContainsFunc(n.ids, func(id string) bool { return len(v.byID[id]) > 1 })
}

// renew brings up to date the devices that touch noted, but for those that were
// derived anew since.
func (v *Inventory) renew(d *Delta) {
	for _, r := range v.dirty.records {
		switch r.news {
		case added, replaced:
			for _, n := range r.nodes {
				v.gather(n)
			}
			v.update(d, r, r.device.ID, false, "")
		case moved:
			v.refresh(d, r)
		}
		r.news, r.moved = nothing, nil
	}
}

// refresh brings up to date what depends on when the facts of a device were
// last seen, and reports those facts.
func (v *Inventory) refresh(d *Delta, r *record) {
	if v.options.Quiet && len(r.nodes) == 1 && len(r.device.IPs) <= 1 && len(r.device.Interfaces) == 1 {
		r.refreshInPlace()
		return
	}
	old, next := &r.device, r.device
	for _, n := range r.nodes {
		next.Last = max(next.Last, n.last)
	}
	next.Interfaces = interfaces(r.nodes)
	if len(next.IPs) > 1 {
		next.IPs = addresses(r.nodes)
		next.Zone = v.zoneOf(next.IPs)
	}
	next.Services = v.reportMoved(d, r)
	if old.Last == next.Last && old.Zone == next.Zone && slices.Equal(old.IPs, next.IPs) &&
		slices.Equal(old.Services, next.Services) && slices.EqualFunc(old.Interfaces, next.Interfaces, equalInterfaces) {
		return
	}
	next.Version++
	r.device = next
	v.tell(d, &r.device)
}

// refreshInPlace is refresh for a device of one interface and one address,
// where nobody keeps what it was.
func (r *record) refreshInPlace() {
	d, n := &r.device, r.nodes[0]
	changed := n.last > d.Last
	d.Last = max(d.Last, n.last)
	i := &d.Interfaces[0]
	vlan := n.vlan()
	changed = changed || i.First != n.first || i.Last != n.last || i.VLAN != vlan
	i.First, i.Last, i.VLAN = n.first, n.last, vlan
	for _, f := range r.moved {
		if !f.dirty {
			continue // seen twice
		}
		f.dirty = false
		if at, found := serviceIndex(d.Services, f); found && d.Services[at].Last < f.last {
			d.Services[at].Last, changed = f.last, true
		}
	}
	if changed {
		d.Version++
	}
}

// reportMoved reports the facts that were seen again, and returns the services
// of the device as these leave them.
func (v *Inventory) reportMoved(d *Delta, r *record) []heron.Service {
	list, cloned := r.device.Services, false
	for _, f := range r.moved {
		if !f.dirty {
			continue // seen twice
		}
		f.dirty = false
		v.tellFact(d, r.device.ID, f)
		i, found := serviceIndex(list, f)
		if !found || list[i].Last >= f.last {
			continue
		}
		if !cloned { // what was handed out stays as it was
			list, cloned = slices.Clone(list), true
		}
		list[i].Last = f.last
	}
	return list
}

// serviceIndex finds the service that a fact is about.
func serviceIndex(list []heron.Service, f *fact) (int, bool) {
	transport, port, _ := f.service()
	if port == 0 {
		return 0, false
	}
	return slices.BinarySearchFunc(list, port, func(s heron.Service, port uint16) int {
		return cmp.Or(cmp.Compare(s.Transport, transport), cmp.Compare(s.Port, port))
	})
}
