package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// group is a set of nodes found to be one device.
type group struct {
	root  *node // names the device
	nodes []*node
}

// forest joins nodes: the usual disjoint sets, with why each was joined.
type forest struct {
	parent map[*node]*node
	reason map[*node]string // identifier by which a node was joined to others
}

func (f *forest) find(n *node) *node {
	for f.parent[n] != nil {
		n = f.parent[n]
	}
	return n
}

// join makes one set of two, and notes by which identifier.
func (f *forest) join(a, b *node, reason string) {
	if f.parent == nil {
		f.parent, f.reason = map[*node]*node{}, map[*node]string{}
	}
	for _, n := range []*node{a, b} {
		if f.reason[n] == "" {
			f.reason[n] = reason
		}
	}
	if a, b = f.find(a), f.find(b); a != b {
		f.parent[b] = a
	}
}

// regroup finds the devices in a region, brings them up to date and says what
// changed.
func (v *Inventory) regroup(d *Delta, region []*node) {
	f := v.joined(region)
	groups := v.groups(region, f)
	var before []*record
	for _, n := range region {
		if r := n.record; r != nil && !r.before {
			r.before = true
			before = append(before, r)
		}
	}
	origin := make([]*record, len(groups)) // the device that each group's root was in
	for i, g := range groups {
		origin[i] = g.root.record
	}
	v.were = v.were[:0]
	for _, n := range region {
		v.were = append(v.were, n.record)
		n.record = nil
	}
	for i, g := range groups {
		v.settleGroup(d, g, origin[i], f)
	}
	for i, n := range region {
		if n.record != v.were[i] {
			v.forgetRecord(n)
		}
	}
	clear(v.were)
	v.retire(d, slices.DeleteFunc(before, func(r *record) bool {
		found := !r.before
		r.before = false
		return found
	}))
}

// settleGroup brings the device up to date that a group of nodes is.
func (v *Inventory) settleGroup(d *Delta, g group, origin *record, f *forest) {
	id := v.deviceID(g.root)
	r := origin
	if r == nil || r.device.ID != id {
		r = v.records[id]
	}
	if r == nil {
		r = &record{owner: v.owner(id)}
		v.records[id] = r
	}
	isNew := !r.before
	r.before = false
	r.nodes = g.nodes
	for _, n := range g.nodes {
		n.record = r
	}
	v.update(d, r, id, isNew, origin)
	v.recordMerges(d, g, f)
}

// joined makes sets of the nodes in a region that are one device.
func (v *Inventory) joined(region []*node) *forest {
	f := &forest{}
	var seen map[string]bool
	for _, n := range region {
		for _, id := range v.follows(n) {
			if len(v.byID[id]) < 2 || seen[id] {
				continue
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[id] = true
			v.joinBy(f, id)
		}
	}
	for _, n := range region {
		for _, anchor := range v.ledger.links[n.anchor] {
			if p := v.node(anchor); p != nil {
				f.join(n, p, "")
			}
		}
	}
	return f
}

// joinBy joins the nodes that show one identifier, where nothing speaks against
// it. One that could be of either of two which contradict each other joins neither:
// it would make them one.
func (v *Inventory) joinBy(f *forest, id string) {
	list := v.believed(id)
	if len(list) < 2 || !takeTurns(list) {
		return
	}
	against := contradictions(list)
	for i, a := range list {
		for j, b := range list[i+1:] {
			if v.ledger.groups[a.anchor] == v.ledger.groups[b.anchor] && slices.Equal(against[i], against[i+1+j]) {
				f.join(a, b, id)
			}
		}
	}
}

// groups returns the sets that are devices, each with its root: the node that
// was seen first, of those that nobody merged into another.
func (v *Inventory) groups(region []*node, f *forest) []group {
	if f.parent == nil {
		return singles(region)
	}
	sets := map[*node]*group{}
	var order []*group
	for _, n := range region {
		top := f.find(n)
		g := sets[top]
		if g == nil {
			g = &group{}
			sets[top] = g
			order = append(order, g)
		}
		g.nodes = append(g.nodes, n)
	}
	var out []group
	for _, g := range order {
		if !slices.ContainsFunc(g.nodes, func(n *node) bool { return n.present }) {
			continue
		}
		g.nodes = slices.DeleteFunc(g.nodes, func(n *node) bool { return !n.present })
		g.root = slices.MinFunc(g.nodes, v.compareRoots)
		out = append(out, *g)
	}
	return out
}

// singles is groups where no node was joined to another.
func singles(region []*node) []group {
	out := make([]group, 0, len(region))
	for _, n := range region {
		if n.present {
			out = append(out, group{n, n.self[:]})
		}
	}
	return out
}

func (v *Inventory) compareRoots(a, b *node) int {
	return cmp.Or(
		compareBool(v.ledger.taken[a.anchor], v.ledger.taken[b.anchor]),
		cmp.Compare(a.first, b.first),
		strings.Compare(a.anchor, b.anchor),
	)
}

// deviceID names the device whose root is n. It depends on nothing else, so
// that the same observations give the same ids.
func (v *Inventory) deviceID(n *node) string {
	if n.id == "" {
		n.id = heron.DeriveID(v.options.SiteID, "device", n.anchor)
	}
	return n.id
}

// update derives a device anew and reports what became of it.
func (v *Inventory) update(d *Delta, r *record, id string, isNew bool, origin *record) {
	old := r.device
	stored, wasLoaded := v.loaded[id]
	if isNew && wasLoaded {
		old = stored
		if stored.MergedInto == "" { // else what it was said to be may rest on what it has no more
			list := v.evidence(r, r.owner)
			if newestOf(list)+holdFor <= stored.Last { // else it may have been held
				r.basis = r.basisOf(list, stored.Corrections)
			}
		}
	}
	r.stale = false
	next := v.derive(r, id, &old)
	v.settled(r, &next)
	v.report(d, r, id)
	if wasLoaded && isNew {
		delete(v.loaded, id)
	}
	back := wasLoaded && stored.MergedInto != ""
	if equalDevices(&old, &next) && (!isNew || (wasLoaded && !back)) {
		r.device = next
		r.device.Version = old.Version
		return
	}
	v.renumber(r, &next, old.Version)
	r.device = next
	v.tell(d, &r.device)
	switch {
	case isNew && (back || (origin != nil && origin != r)):
		v.change(d, r, heron.DeviceSplit, next.Title()+" is a device of its own again")
	case isNew && !wasLoaded:
		v.change(d, r, heron.DeviceNew, next.Title()+" was seen for the first time")
	default:
		v.changes(d, r, &old)
	}
}

// changes tells what became different in a device that was known.
func (v *Inventory) changes(d *Delta, r *record, old *heron.Device) {
	next := &r.device
	if what := identityChange(&old.Identity, &next.Identity); what != "" {
		v.change(d, r, heron.DeviceIdentity, what)
	}
	for _, what := range standingChange(&old.Standing, &next.Standing) {
		v.change(d, r, heron.DeviceStanding, what)
	}
	for _, s := range next.Services {
		known := slices.ContainsFunc(old.Services, func(o heron.Service) bool {
			return o.Transport == s.Transport && o.Port == s.Port
		})
		if !known {
			v.change(d, r, heron.DeviceService, "answers on "+serviceText(s))
		}
	}
	for _, ip := range next.IPs {
		if !slices.Contains(old.IPs, ip) && len(old.IPs) > 0 && ip.Is4() {
			v.change(d, r, heron.DeviceIPMoved, "has the address "+ip.String()+" now")
		}
	}
	for _, what := range movedPorts(old.Attached, next.Attached) {
		v.change(d, r, heron.DevicePortMoved, what)
	}
	if old.Name != next.Name {
		v.change(d, r, heron.DeviceRenamed, "is called "+cmp.Or(next.Name, "by its own name")+" now")
	}
}

// change adds an entry to a device's timeline.
func (v *Inventory) change(d *Delta, r *record, kind heron.ChangeKind, summary string) {
	v.freshen(r)
	device := r.device
	d.Changes = append(d.Changes, heron.DeviceChange{
		Time: v.now, Kind: kind, DeviceID: device.ID, Summary: summary, Actor: v.actor, Device: &device,
	})
}

// report adds the observations of a device that are new, changed or another's
// before.
func (v *Inventory) report(d *Delta, r *record, id string) {
	for _, n := range r.nodes {
		for _, f := range n.facts {
			if f.dirty || f.owner != r.owner {
				f.dirty, f.owner = false, r.owner
				v.tellFact(d, id, f)
			}
		}
	}
}

// tell reports a device as it is now.
func (v *Inventory) tell(d *Delta, device *heron.Device) {
	if !v.options.Quiet {
		d.Devices = append(d.Devices, *device)
	}
}

// tellFact reports a fact of a device.
func (v *Inventory) tellFact(d *Delta, id string, f *fact) {
	if !v.options.Quiet {
		d.Observations = append(d.Observations, heron.DeviceObservation{DeviceID: id, Observation: f.observation()})
	}
}

// retire ends the records whose nodes went to other devices.
func (v *Inventory) retire(d *Delta, gone []*record) {
	slices.SortFunc(gone, func(a, b *record) int { return strings.Compare(a.device.ID, b.device.ID) })
	for _, old := range gone {
		id := old.device.ID
		old.stale = false
		delete(v.records, id)
		device := old.device
		device.Version++
		heir := v.heir(old)
		if heir == nil {
			v.change(d, &record{device: device}, heron.DeviceForgotten, "nothing is known of it any more")
			v.tell(d, &device)
			continue
		}
		device.MergedInto = heir.device.ID
		v.loaded[id] = device
		v.tell(d, &device)
		v.change(d, heir, heron.DeviceMerged, "is the same as "+device.Title())
	}
}

// heir returns the device that the nodes of a retired one went to, or that
// holds their addresses now.
func (v *Inventory) heir(old *record) *record {
	for _, n := range old.nodes {
		if n.record != nil {
			return n.record
		}
	}
	for _, n := range old.nodes {
		if n.isMAC() {
			continue
		}
		if e := v.holder(n); e != nil && e.mac.record != nil {
			return e.mac.record
		}
	}
	return nil
}

// recordMerges writes down the merges that identifiers made, and strikes out
// those that are no more.
func (v *Inventory) recordMerges(d *Delta, g group, f *forest) {
	for _, n := range g.nodes {
		reason := f.reason[n]
		if n == g.root || reason == "" {
			v.ledger.dissolve(d, n.anchor, "")
			continue
		}
		e := heron.LedgerEntry{
			ID:     heron.DeriveID(v.options.SiteID, "ledger", "merge", g.root.anchor, n.anchor),
			SiteID: v.options.SiteID, Time: v.now, Actor: automatic, Op: opMerge,
			Reason: reasonText(reason), Device: v.deviceID(g.root), Others: []string{v.deviceID(n)},
			Detail: map[string]string{"identifier": reason, "keep": g.root.anchor, "anchors": n.anchor},
		}
		v.ledger.dissolve(d, n.anchor, e.ID)
		v.ledger.addAutomatic(d, e)
	}
}

// reasonText says for people why two nodes are one device.
func reasonText(identifier string) string {
	if rest, ok := strings.CutPrefix(identifier, personalPrefix); ok {
		name, _, _ := strings.Cut(rest, "|")
		return "the same host name " + name + " and DHCP client, with invented MAC addresses at different times"
	}
	key, value, _ := strings.Cut(identifier, "=")
	return "the same " + key + ": " + value
}
