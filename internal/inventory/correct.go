package inventory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// isCorrection reports whether an entry of the ledger is a person's word on what
// a device is.
func isCorrection(e *heron.LedgerEntry) bool {
	switch heron.Ruling(e.Op) {
	case heron.RulingLock, heron.RulingConfirm, heron.RulingReject:
		return true
	}
	return false
}

// correctionOf reads a correction from its entry.
func correctionOf(e *heron.LedgerEntry) heron.Correction {
	return heron.Correction{
		ID: e.ID, Field: e.Detail["field"], Ruling: heron.Ruling(e.Op), Value: e.Detail["value"],
		Actor: e.Actor, Reason: e.Reason, Time: e.Time,
	}
}

// Correct takes a person's word on what a device is, or how it stands. Of c, Field, Ruling, Value
// and Reason count; to confirm or reject without a value is about what is said now.
func (v *Inventory) Correct(now heron.Time, actor, id string, c heron.Correction) (Delta, error) {
	v.settle()
	r, err := v.record(id)
	if err != nil {
		return Delta{}, err
	}
	if said := r.device.Identity.Claim(c.Field); c.Value == "" && c.Ruling != heron.RulingLock && said != nil {
		c.Value = said.Value
	}
	if err := c.Validate(); err != nil {
		return Delta{}, err
	}
	was := r.device.Standing.Held(c.Field).Value
	if said := r.device.Identity.Claim(c.Field); said != nil {
		was = said.Value
	}
	return v.write(now, slices.Clone(r.nodes), heron.LedgerEntry{
		Actor: actor, Op: string(c.Ruling), Reason: c.Reason, Device: id,
		Detail: map[string]string{"anchor": v.root(r).anchor, "field": c.Field, "value": c.Value, "was": was},
	}), nil
}

// TakeBack strikes out all that people said of one field of a device, as if it
// had never been said.
func (v *Inventory) TakeBack(now heron.Time, actor, id, field string) (Delta, error) {
	v.settle()
	r, err := v.record(id)
	if err != nil {
		return Delta{}, err
	}
	var struck []heron.LedgerEntry
	for _, e := range v.entriesOf(r.nodes) {
		if e.Detail["field"] == field {
			struck = append(struck, v.ledger.strike(e, actor))
		}
	}
	if len(struck) == 0 {
		return Delta{}, heron.Errorf(heron.CodeNotFound, "nobody has corrected the %s of this device", field)
	}
	v.ledger.work()
	for _, n := range r.nodes {
		v.dirty.node(n)
	}
	d := v.rewrite(now, actor, struck[0])
	d.Ledger = append(struck, d.Ledger[1:]...)
	return d, nil
}

// entriesOf returns the entries in which people corrected what the device of
// these nodes is, oldest first.
func (v *Inventory) entriesOf(nodes []*node) []*heron.LedgerEntry {
	if len(v.ledger.corrected) == 0 {
		return nil
	}
	var out []*heron.LedgerEntry
	for _, n := range nodes {
		out = append(out, v.ledger.corrected[n.anchor]...)
	}
	slices.SortStableFunc(out, func(a, b *heron.LedgerEntry) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.ID, b.ID))
	})
	return out
}

// corrections returns what people said of the device of these nodes, as far as
// it stands: of what it is, and of how it stands.
func (v *Inventory) corrections(nodes []*node) []heron.Correction {
	entries := v.entriesOf(nodes)
	if len(entries) == 0 {
		return nil
	}
	all := make([]heron.Correction, len(entries))
	for i, e := range entries {
		all[i] = correctionOf(e)
	}
	return heron.InForce(all)
}
