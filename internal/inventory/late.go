package inventory

import (
	"slices"

	"github.com/heron-iot/heron"
)

// Of a device that is asked for now and then, nearly all news are that it is
// still there. Nobody needs to know until somebody asks: the record alone takes
// note, and the device is late until then.

// settled notes what a record needs to know of its device, which is up to date.
// A device of one interface is plain, unless not all its addresses are listed.
func (v *Inventory) settled(r *record, d *heron.Device) {
	r.plain = v.options.Quiet && len(r.nodes) == 1 && len(d.Interfaces) == 1 && len(d.IPs) < maxIPs
	r.invented, r.last = r.nodes[0].mac.IsLocal(), r.nodes[0].last
}

// touchLater takes note of a fact that may change no more of a plain device
// than its times, which nobody keeps. It reports false, having done nothing, for any other.
func (v *Inventory) touchLater(r *record, f *fact, what news, newest bool) bool {
	if !r.plain || r.parts != 0 || what == replaced {
		return false
	}
	f.dirty, f.owner = false, r.owner
	v.seeLater(r, f.last, newest)
	if what == added {
		return true
	}
	if transport, port, _, ok := f.listed(); ok {
		at, found := serviceIndex(r.device.Services, transport, port)
		if found && r.device.Services[at].Last < f.last {
			r.device.Services[at].Last = f.last
			v.countLater(r)
		}
	}
	return true
}

// seeLater takes note of when a plain device was seen, by an endpoint that may be
// the newest of its node's: then where it is may be another. It reports false,
// having done nothing, for any other device.
func (v *Inventory) seeLater(r *record, last heron.Time, newest bool) bool {
	if !r.plain {
		return false
	}
	r.late = r.late || newest || last > r.last
	if last <= r.last {
		return true
	}
	r.last = last
	v.countLater(r)
	return true
}

// countLater counts a change of a device that is late, once a flush.
func (v *Inventory) countLater(r *record) {
	if r.flush != v.flushes {
		r.flush = v.flushes
		r.changes++
	}
	r.late = true
}

// refreshLater is refresh for a device of which only times may have changed, and
// nobody keeps these.
func (v *Inventory) refreshLater(d *Delta, r *record) bool {
	services, ok := v.servicesSeen(r)
	if !ok {
		return false
	}
	r.device.Services = services
	v.reportSeen(d, r)
	v.countLater(r)
	return true
}

// freshen brings a late device up to date.
func (v *Inventory) freshen(r *record) {
	if !r.late {
		return
	}
	d := &r.device
	r.late = false
	if r.plain {
		r.nodes[0].last = max(r.nodes[0].last, r.last)
	}
	moved := false
	d.Interfaces = slices.Clone(d.Interfaces)
	for _, n := range r.nodes {
		widen(d, n)
		i := &d.Interfaces[slices.IndexFunc(d.Interfaces, n.isOf)]
		vlan := n.vlan()
		moved = moved || i.VLAN != vlan
		i.First, i.Last, i.VLAN = n.first, n.last, vlan
	}
	slices.SortFunc(d.Interfaces, compareInterfaces)
	if r.changes == 0 && moved {
		v.renumber(r, d, d.Version)
	}
	d.Version += int64(r.changes)
	r.changes = 0
	v.reorder(r)
}

// isOf reports whether an interface of a device is what the node stands for.
func (n *node) isOf(i heron.Interface) bool {
	return i.MAC == n.mac && (n.isMAC() || i.IPs[0] == n.ip)
}

// reorder puts the addresses of a late device in the order that they have by
// now. Which addresses these are stands.
func (v *Inventory) reorder(r *record) {
	d := &r.device
	if len(d.IPs) < 2 {
		return
	}
	now := make([]current, 0, 8)
	for _, n := range r.nodes {
		now = v.current(now, n)
	}
	now = slices.DeleteFunc(now, func(c current) bool { return !slices.Contains(d.IPs, c.ip) })
	if ips := listed(now); len(ips) == len(d.IPs) && !slices.Equal(ips, d.IPs) {
		d.IPs, d.Zone = ips, v.zoneOf(ips)
		d.Standing = v.standing(r, d)
	}
}

// renumber gives a device that changed its version: one more than the last,
// unless it changed since the last flush already.
func (v *Inventory) renumber(r *record, d *heron.Device, last int64) {
	d.Version = last
	if r.flush != v.flushes {
		r.flush = v.flushes
		d.Version++
	}
}
