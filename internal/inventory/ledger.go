package inventory

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// The operations of the ledger, and who makes those that no person does.
const (
	opMerge   = "merge"
	opSplit   = "split"
	opRename  = "rename"
	automatic = "inventory"
)

// ledger holds every merge, split, rename and correction with its reason, and what follows
// from those that were not undone. What follows is always worked out from the
// whole list, so that undoing is striking a line out.
type ledger struct {
	entries []*heron.LedgerEntry // in order of time
	byID    map[string]*heron.LedgerEntry
	auto    map[string]*heron.LedgerEntry // the automatic merge in force of an anchor
	loaded  bool                          // the ledger, not the stored devices, has the names
	// links join anchors, whatever else; groups keep apart anchors whose labels
	// differ; taken are anchors merged into another; names are of devices;
	// corrected are the corrections of an anchor's device, oldest first.
	links     map[string][]string
	groups    map[string]string
	taken     map[string]bool
	names     map[string]string
	corrected map[string][]*heron.LedgerEntry
}

func newLedger() *ledger {
	l := &ledger{byID: map[string]*heron.LedgerEntry{}, auto: map[string]*heron.LedgerEntry{}}
	l.work()
	return l
}

// LoadLedger takes back the ledger as it was stored, oldest entry first.
func (v *Inventory) LoadLedger(entries []heron.LedgerEntry) {
	for _, e := range entries {
		v.ledger.add(e)
		if e.Actor == automatic && !e.Undone {
			v.ledger.auto[e.Detail["anchors"]] = v.ledger.byID[e.ID]
		}
	}
	v.ledger.loaded = true
	v.ledger.work()
	v.unsettled = true
	for n := range v.nodes() {
		v.dirty.node(n)
	}
}

// add keeps an entry.
func (l *ledger) add(e heron.LedgerEntry) {
	if old := l.byID[e.ID]; old != nil {
		*old = e
		return
	}
	l.byID[e.ID] = &e
	l.entries = append(l.entries, &e)
}

// addAutomatic keeps a merge that an identifier made, unless it stands already
// or a person undid it.
func (l *ledger) addAutomatic(d *Delta, e heron.LedgerEntry) {
	if old := l.byID[e.ID]; old != nil && !old.Undone {
		l.auto[e.Detail["anchors"]] = old
		return
	}
	l.add(e)
	l.auto[e.Detail["anchors"]] = l.byID[e.ID]
	d.Ledger = append(d.Ledger, e)
}

// dissolve strikes out the automatic merge of an anchor, unless it is the one
// that stays.
func (l *ledger) dissolve(d *Delta, anchor, stays string) {
	e := l.auto[anchor]
	if e == nil || e.ID == stays {
		return
	}
	delete(l.auto, anchor)
	if !e.Undone {
		e.Undone = true
		d.Ledger = append(d.Ledger, *e)
	}
}

// work works out what follows from the entries.
func (l *ledger) work() {
	l.links, l.groups, l.taken, l.names = map[string][]string{}, map[string]string{}, map[string]bool{}, map[string]string{}
	l.corrected = map[string][]*heron.LedgerEntry{}
	for _, e := range l.entries {
		anchors := strings.Fields(e.Detail["anchors"])
		switch {
		case e.Op == opMerge && e.Actor == automatic:
			if e.Detail["undone_by"] != "" { // a person says these are two
				l.groups[anchors[0]] = e.ID
			}
		case e.Undone:
		case e.Op == opMerge:
			l.link(e.Detail["keep"], anchors)
		case e.Op == opSplit:
			l.cut(e.ID, anchors)
		case e.Op == opRename:
			l.names[e.Detail["anchor"]] = e.Detail["new"]
		case isCorrection(e):
			l.corrected[e.Detail["anchor"]] = append(l.corrected[e.Detail["anchor"]], e)
		}
	}
}

// link joins anchors to one that stays.
func (l *ledger) link(keep string, anchors []string) {
	for _, a := range anchors {
		l.links[keep] = append(l.links[keep], a)
		l.links[a] = append(l.links[a], keep)
		l.taken[a] = true
	}
}

// cut gives anchors a label of their own and takes away their links to others.
func (l *ledger) cut(label string, anchors []string) {
	for _, a := range anchors {
		l.groups[a] = label
		delete(l.taken, a)
		l.links[a] = slices.DeleteFunc(l.links[a], func(o string) bool {
			if slices.Contains(anchors, o) {
				return false
			}
			l.links[o] = slices.DeleteFunc(l.links[o], func(x string) bool { return x == a })
			return true
		})
	}
}

// Merge makes one device of several, by a person's word. The device keep stays.
func (v *Inventory) Merge(now heron.Time, actor, reason, keep string, others []string) (Delta, error) {
	v.settle()
	into, err := v.record(keep)
	if err != nil {
		return Delta{}, err
	}
	if len(others) == 0 {
		return Delta{}, heron.Errorf(heron.CodeInvalid, "merge: name at least one other device")
	}
	var anchors []string
	touched := slices.Clone(into.nodes)
	for _, id := range others {
		r, err := v.record(id)
		if err != nil {
			return Delta{}, err
		}
		if r == into {
			return Delta{}, heron.Errorf(heron.CodeInvalid, "merge: %s cannot be merged with itself", keep)
		}
		anchors = append(anchors, v.root(r).anchor)
		touched = append(touched, r.nodes...)
	}
	return v.write(now, touched, heron.LedgerEntry{
		Actor: actor, Op: opMerge, Reason: reason, Device: keep, Others: slices.Clone(others),
		Detail: map[string]string{"keep": v.root(into).anchor, "anchors": strings.Join(anchors, " ")},
	}), nil
}

// Split makes a device of its own out of some interfaces of a device, named by
// MAC address, or by IP address where there is no MAC. The device's id stays
// with the part that was seen first.
func (v *Inventory) Split(now heron.Time, actor, reason, id string, identifiers []string) (Delta, error) {
	v.settle()
	r, err := v.record(id)
	if err != nil {
		return Delta{}, err
	}
	var anchors []string
	for _, want := range identifiers {
		i := slices.IndexFunc(r.nodes, func(n *node) bool { return n.anchor == want || n.isNamed(want) })
		if i < 0 {
			return Delta{}, heron.Errorf(heron.CodeInvalid,
				"split: %q is no interface of this device: give a MAC address of it, or an IP address that has no MAC", want)
		}
		anchors = append(anchors, r.nodes[i].anchor)
	}
	slices.Sort(anchors)
	anchors = slices.Compact(anchors)
	if len(anchors) == 0 || len(anchors) == len(r.nodes) {
		return Delta{}, heron.Errorf(heron.CodeInvalid,
			"split: name some but not all of the %d interfaces of this device", len(r.nodes))
	}
	return v.write(now, slices.Clone(r.nodes), heron.LedgerEntry{
		Actor: actor, Op: opSplit, Reason: reason, Device: id, Others: v.splitIDs(anchors),
		Detail: map[string]string{"anchors": strings.Join(anchors, " ")},
	}), nil
}

// isNamed reports whether a person may call the node so.
func (n *node) isNamed(want string) bool {
	if n.isMAC() {
		return n.mac.String() == strings.ToLower(want)
	}
	return n.ip.String() == strings.ToLower(want)
}

// splitIDs returns the ids that nodes have as devices of their own.
func (v *Inventory) splitIDs(anchors []string) []string {
	out := make([]string, 0, len(anchors))
	for _, a := range anchors {
		out = append(out, v.deviceID(v.node(a)))
	}
	return out
}

// Rename gives a device a name; "" takes it away.
func (v *Inventory) Rename(now heron.Time, actor, id, name string) (Delta, error) {
	v.settle()
	r, err := v.record(id)
	if err != nil {
		return Delta{}, err
	}
	name = strings.TrimSpace(name)
	return v.write(now, slices.Clone(r.nodes), heron.LedgerEntry{
		Actor: actor, Op: opRename, Reason: "renamed", Device: id,
		Detail: map[string]string{"anchor": v.root(r).anchor, "old": r.device.Name, "new": name},
	}), nil
}

// Undo strikes out one entry of the ledger, and everything is as if it had
// never been made. An automatic merge that is undone is not made again.
func (v *Inventory) Undo(now heron.Time, actor, ledgerID string) (Delta, error) {
	v.settle()
	e := v.ledger.byID[ledgerID]
	if e == nil {
		return Delta{}, heron.Errorf(heron.CodeNotFound, "ledger: no entry %s", ledgerID)
	}
	if e.Undone {
		return Delta{}, heron.Errorf(heron.CodeConflict, "ledger: entry %s is undone already", ledgerID)
	}
	v.ledger.strike(e, actor)
	v.ledger.work()
	for _, a := range append(strings.Fields(e.Detail["anchors"]), e.Detail["keep"], e.Detail["anchor"]) {
		if n := v.node(a); n != nil {
			v.dirty.node(n)
		}
	}
	return v.rewrite(now, actor, *e), nil
}

// strike strikes out an entry and returns it as it is then.
func (l *ledger) strike(e *heron.LedgerEntry, actor string) heron.LedgerEntry {
	e.Undone = true
	if e.Actor == automatic {
		delete(l.auto, e.Detail["anchors"])
	}
	e.Detail = maps.Clone(e.Detail) // what was handed out stays as it was
	e.Detail["undone_by"] = actor
	return *e
}

// write enters a line into the ledger and derives what it touches.
func (v *Inventory) write(now heron.Time, touched []*node, e heron.LedgerEntry) Delta {
	e.SiteID, e.Time = v.options.SiteID, now
	e.ID = heron.DeriveID(e.SiteID, "ledger", strconv.Itoa(len(v.ledger.entries)), e.Op, e.Device, now.String())
	v.ledger.add(e)
	v.ledger.loaded = true
	v.ledger.work()
	for _, n := range touched {
		v.dirty.node(n)
	}
	return v.rewrite(now, e.Actor, e)
}

// rewrite derives what is dirty in a person's name.
func (v *Inventory) rewrite(now heron.Time, actor string, e heron.LedgerEntry) Delta {
	v.now, v.actor = max(v.now, now), actor
	d := v.flush()
	v.actor = ""
	d.Ledger = append([]heron.LedgerEntry{e}, d.Ledger...)
	return d
}

// record returns the device with that id, or an error for people.
func (v *Inventory) record(id string) (*record, error) {
	if r := v.records[id]; r != nil {
		return r, nil
	}
	return nil, heron.Errorf(heron.CodeNotFound, "no device %s", id)
}

// root returns the node that names a record.
func (v *Inventory) root(r *record) *node { return slices.MinFunc(r.nodes, v.compareRoots) }
