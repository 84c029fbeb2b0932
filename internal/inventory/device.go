package inventory

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Bounds of a device.
const (
	maxIPs       = 64
	maxHostnames = 16
	maxSensors   = 16
)

// derive makes the device of a record out of the facts of its nodes. What
// other stages know of it, and an identity that still stands, come from old.
func (v *Inventory) derive(r *record, id string, old *heron.Device) heron.Device {
	d := heron.Device{
		ID: id, SiteID: v.options.SiteID,
		MACs: []heron.MAC{}, IPs: []netip.Addr{}, Hostnames: []string{},
		Presence: old.Presence,
		Risk:     old.Risk, OpenAlerts: old.OpenAlerts, Quarantined: old.Quarantined,
		Identity: old.Identity, RunnerUp: old.RunnerUp, Evidence: old.Evidence,
	}
	for _, n := range r.nodes {
		d.Local = d.Local || n.local
		if d.First == 0 || (n.first != 0 && n.first < d.First) {
			d.First = n.first
		}
		d.Last = max(d.Last, n.last)
	}
	d.Interfaces = interfaces(r.nodes)
	d.MACs, d.IPs, d.Sensors = macs(r.nodes), v.addresses(r.nodes), sensors(r.nodes)
	d.Name = v.nameOf(r, old)
	d.Zone = v.zoneOf(d.IPs)
	d.Corrections = aboutIdentity(v.corrections(r.nodes))
	v.identify(r, &d)
	d.Standing = v.standing(r, &d)
	d.Services = services(r.nodes)
	d.Hostnames = hostnames(r.nodes)
	d.Roles = roles(r.nodes, d.Services)
	d.Attached = attached(r.nodes)
	v.attend(r, &d)
	return d
}

// interfaces lists the MACs with the addresses they had, and one interface
// without a MAC for each address that no MAC owns; the one seen last is first.
func interfaces(nodes []*node) []heron.Interface {
	out := make([]heron.Interface, 0, len(nodes))
	for _, n := range nodes {
		i := heron.Interface{MAC: n.mac, IPs: []netip.Addr{}, Random: n.mac.IsLocal(), First: n.first, Last: n.last}
		if !n.isMAC() {
			i.IPs = append(i.IPs, n.ip)
		}
		for _, e := range n.endpoints {
			if n.isMAC() && e.ip != nil && e.contending() {
				i.IPs = append(i.IPs, e.ip.ip)
			}
		}
		i.VLAN = n.vlan()
		if len(i.IPs) > maxIPs {
			i.IPs = i.IPs[:maxIPs]
		}
		out = append(out, i)
	}
	slices.SortFunc(out, compareInterfaces)
	return out
}

// compareInterfaces orders the interfaces of a device.
func compareInterfaces(a, b heron.Interface) int {
	return cmp.Or(cmp.Compare(b.Last, a.Last), bytes.Compare(a.MAC[:], b.MAC[:]), slices.CompareFunc(a.IPs, b.IPs, netip.Addr.Compare))
}

// vlan is where a node was seen last.
func (n *node) vlan() (id uint16) {
	var newest heron.Time
	for _, e := range n.endpoints {
		if e.last > newest {
			newest, id = e.last, e.vlan
		}
	}
	return id
}

// current is an address that a device has now.
type current struct {
	ip    netip.Addr
	last  heron.Time
	first heron.Time
}

// macs returns the MACs of a device, sorted.
func macs(nodes []*node) []heron.MAC {
	out := []heron.MAC{}
	for _, n := range nodes {
		if n.isMAC() {
			out = append(out, n.mac)
		}
	}
	slices.SortFunc(out, func(a, b heron.MAC) int { return bytes.Compare(a[:], b[:]) })
	return out
}

// sensors returns the sensors that saw a device, sorted.
func sensors(nodes []*node) []string {
	var out []string
	var last *origin
	for _, n := range nodes {
		for _, f := range n.facts {
			if f.origin == last {
				continue
			}
			last = f.origin
			if f.origin.sensor != "" && !slices.Contains(out, f.origin.sensor) && len(out) < maxSensors {
				out = append(out, f.origin.sensor)
			}
		}
	}
	slices.Sort(out)
	return out
}

// addresses returns the addresses that a device has now, the latest first,
// IPv4 before IPv6.
func (v *Inventory) addresses(nodes []*node) []netip.Addr {
	var now []current
	for _, n := range nodes {
		now = v.current(now, n)
	}
	return listed(now)
}

// current adds the addresses that a node has now to a list.
func (v *Inventory) current(now []current, n *node) []current {
	if !n.isMAC() {
		return append(now, current{n.ip, n.last, n.first})
	}
	for _, e := range n.endpoints {
		if e.own && (!e.ip.contested || v.holder(e.ip) == e) {
			now = append(now, current{e.ip.ip, e.last, e.first})
		}
	}
	return now
}

// listed lists addresses in the order in which a device shows them.
func listed(now []current) []netip.Addr {
	slices.SortFunc(now, func(a, b current) int {
		return cmp.Or(compareBool(a.ip.Is6(), b.ip.Is6()), compareBool(isLinkLocal(a.ip), isLinkLocal(b.ip)),
			cmp.Compare(b.last, a.last), cmp.Compare(b.first, a.first), a.ip.Compare(b.ip))
	})
	out := make([]netip.Addr, 0, min(len(now), maxIPs))
	for _, c := range now[:min(len(now), maxIPs)] {
		out = append(out, c.ip)
	}
	return out
}

func isLinkLocal(ip netip.Addr) bool { return ip.IsLinkLocalUnicast() }

// hostnames lists the names that a device gave itself, first seen first.
func hostnames(nodes []*node) []string {
	type name struct {
		text  string
		first heron.Time
	}
	var found []name
	for _, n := range nodes {
		if !n.shows.has(ofName) {
			continue
		}
		for _, f := range n.facts {
			if !f.key.kind.has(ofName) {
				continue
			}
			i := slices.IndexFunc(found, func(o name) bool { return strings.EqualFold(o.text, f.value) })
			if i < 0 {
				found = append(found, name{f.value, f.first})
				continue
			}
			o := &found[i]
			o.text, o.first = min(o.text, f.value), min(o.first, f.first)
		}
	}
	slices.SortFunc(found, func(a, b name) int { return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.text, b.text)) })
	out := []string{}
	for _, n := range found[:min(len(found), maxHostnames)] {
		out = append(out, n.text)
	}
	return out
}

// nameOf returns what a person called the device: by the ledger, or as it was stored.
func (v *Inventory) nameOf(r *record, old *heron.Device) string {
	nodes := r.nodes
	if len(v.ledger.names) == 0 {
		nodes = nil
	} else if len(nodes) > 1 {
		nodes = slices.SortedFunc(slices.Values(nodes), v.compareRoots)
	}
	for _, n := range nodes {
		if name, known := v.ledger.names[n.anchor]; known {
			return name
		}
	}
	if v.ledger.loaded {
		return ""
	}
	return old.Name
}

// zoneOf returns the id of the zone with the longest prefix that holds one of
// the addresses, the first address that has a zone deciding.
func (v *Inventory) zoneOf(ips []netip.Addr) string {
	for _, ip := range ips {
		best, id := -1, ""
		for _, z := range v.options.Zones {
			for _, p := range z.Prefixes {
				if p.Contains(ip) && (p.Bits() > best || (p.Bits() == best && z.ID < id)) {
					best, id = p.Bits(), z.ID
				}
			}
		}
		if id != "" {
			return id
		}
	}
	return ""
}

// equalDevices compares what inventory says of a device.
func equalDevices(a, b *heron.Device) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Local == b.Local && a.Zone == b.Zone && a.Standing == b.Standing && a.MergedInto == b.MergedInto &&
		a.First == b.First && a.Last == b.Last &&
		slices.Equal(a.MACs, b.MACs) && slices.Equal(a.IPs, b.IPs) && slices.Equal(a.Attached, b.Attached) && slices.Equal(a.Hostnames, b.Hostnames) &&
		slices.Equal(a.Services, b.Services) && slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Sensors, b.Sensors) &&
		slices.EqualFunc(a.Interfaces, b.Interfaces, equalInterfaces) &&
		equalIdentities(&a.Identity, &b.Identity) && slices.Equal(a.Evidence, b.Evidence) && slices.Equal(a.Corrections, b.Corrections) &&
		equalClaims(a.RunnerUp.Vendor, b.RunnerUp.Vendor) && equalClaims(a.RunnerUp.Model, b.RunnerUp.Model) &&
		equalClaims(a.RunnerUp.Type, b.RunnerUp.Type) && equalClaims(a.RunnerUp.OS, b.RunnerUp.OS)
}

func equalInterfaces(a, b heron.Interface) bool {
	return a.MAC == b.MAC && a.VLAN == b.VLAN && a.Random == b.Random && a.First == b.First && a.Last == b.Last &&
		slices.Equal(a.IPs, b.IPs)
}

func equalIdentities(a, b *heron.Identity) bool {
	return a.Type == b.Type && equalClaims(a.Vendor, b.Vendor) && equalClaims(a.Model, b.Model) &&
		equalClaims(a.OS, b.OS) && equalClaims(a.Firmware, b.Firmware)
}

func equalClaims(a, b *heron.Claim) bool {
	return a == b || (a != nil && b != nil && *a == *b)
}

// identityChange says in words what became different, "" when nothing that
// matters did: a shift in confidence is not news.
func identityChange(a, b *heron.Identity) string {
	var parts []string
	say := func(what string, old, now *heron.Claim) {
		was, is := claimText(old), claimText(now)
		switch {
		case was == is:
		case was == "":
			parts = append(parts, what+" is "+is)
		case is == "":
			parts = append(parts, what+" is no longer known")
		default:
			parts = append(parts, what+" is "+is+", not "+was)
		}
	}
	say("vendor", a.Vendor, b.Vendor)
	say("model", a.Model, b.Model)
	say("type", &a.Type, &b.Type)
	say("operating system", a.OS, b.OS)
	say("firmware", a.Firmware, b.Firmware)
	return strings.Join(parts, "; ")
}

func claimText(c *heron.Claim) string {
	if c == nil || c.Value == heron.Unknown {
		return ""
	}
	return c.Value
}
