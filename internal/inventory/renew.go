package inventory

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// renew brings up to date the devices that touch noted, but for those that were
// derived anew since.
func (v *Inventory) renew(d *Delta) {
	slices.SortFunc(v.dirty.records, func(a, b *record) int { return cmp.Compare(a.turn, b.turn) })
	for _, r := range v.dirty.records {
		if r.stale && (r.parts&ofAll != 0 || !v.refresh(d, r)) {
			v.gatherAll(r)
			v.update(d, r, r.device.ID, false, r)
		}
		r.renewed()
	}
	clear(v.sightings)
	v.sightings = v.sightings[:0]
}

// renewed notes that a device is up to date.
func (r *record) renewed() { r.stale, r.parts, r.firstSeen, r.lastSeen = false, 0, 0, 0 }

// gatherAll gathers the facts of a device.
func (v *Inventory) gatherAll(r *record) {
	for _, n := range r.nodes {
		v.gather(n)
	}
}

// refresh brings up to date what the facts that were seen may have changed of
// a device, and reports those facts. It reports false, having done nothing,
// when the whole device must be derived.
func (v *Inventory) refresh(d *Delta, r *record) bool {
	if v.options.Quiet && r.parts == 0 && len(r.device.IPs) < maxIPs {
		return v.refreshLater(d, r)
	}
	v.freshen(r)
	old, next := r.device, r.device
	services, ok := v.servicesSeen(r)
	if !ok {
		return false
	}
	next.Services = services
	if r.parts&ofSensors != 0 {
		if next.Sensors = v.sensorsSeen(r); len(next.Sensors) > maxSensors {
			return false
		}
	}
	if r.parts != 0 {
		v.refreshParts(r, &next)
	}
	for _, n := range r.nodes {
		widen(&next, n)
	}
	next.Interfaces = interfaces(r.nodes)
	if len(next.IPs) > 1 {
		next.IPs = v.addresses(r.nodes)
		next.Zone = v.zoneOf(next.IPs)
	}
	if r.parts&ofIdentity != 0 || next.Zone != old.Zone {
		next.Standing = v.standing(r, &next)
	}
	v.attend(r, &next)
	v.reportSeen(d, r)
	if (r.parts == 0 && equalTimes(&old, &next)) || (r.parts != 0 && equalDevices(&old, &next)) {
		return true
	}
	v.renumber(r, &next, old.Version)
	r.device = next
	v.settled(r, &next)
	v.tell(d, &r.device)
	if r.parts != 0 {
		v.changes(d, r, &old)
	}
	return true
}

// widen makes a device as old as a node of it.
func widen(d *heron.Device, n *node) {
	if n.first != 0 && n.first < d.First {
		d.First = n.first
	}
	d.Last = max(d.Last, n.last)
}

// refreshParts derives again the parts of a device that may have changed.
func (v *Inventory) refreshParts(r *record, d *heron.Device) {
	if r.parts&ofIdentity != 0 {
		v.gatherAll(r)
		v.identify(r, d)
	}
	if r.parts&(ofServices|ofRoles) != 0 {
		d.Roles = v.rolesSeen(r, d.Services)
	}
}

// reportSeen reports the facts that were seen.
func (v *Inventory) reportSeen(d *Delta, r *record) {
	for at := r.firstSeen; at != 0; at = v.sightings[at].next {
		f := v.sightings[at].fact
		if !f.dirty {
			continue // seen twice
		}
		f.dirty, f.owner = false, r.owner
		v.tellFact(d, r.device.ID, f)
	}
}

// sensorsSeen returns the sensors of a device with those that saw it now.
func (v *Inventory) sensorsSeen(r *record) []string {
	out := slices.Clone(r.device.Sensors)
	for at := r.firstSeen; at != 0; at = v.sightings[at].next {
		sensor := v.sightings[at].fact.origin.sensor
		if i, found := slices.BinarySearch(out, sensor); sensor != "" && !found {
			out = slices.Insert(out, i, sensor)
		}
	}
	return out
}

// equalTimes compares what may change of a device when known facts are seen again.
func equalTimes(a, b *heron.Device) bool {
	return a.First == b.First && a.Last == b.Last && a.Zone == b.Zone && slices.Equal(a.IPs, b.IPs) &&
		slices.Equal(a.Services, b.Services) && slices.EqualFunc(a.Interfaces, b.Interfaces, equalInterfaces)
}
