package inventory

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/heron-iot/heron"
)

// basis is what an identity rests on, in short: a sum over the facts that are
// the evidence and the corrections that people made. While it stays the same, so does the identity.
type basis struct {
	known bool
	sum   uint64
}

var seed = maphash.MakeSeed()

// weigh finds out whether identification may rest on a fact.
func (v *Inventory) weigh(f *fact) {
	f.weighs = v.options.Reads == nil || v.options.Reads(f.key.name, f.value)
	f.key.weighed = f.key.weighed || f.weighs
}

// identify asks what the device is, unless that rests on what was asked before.
func (v *Inventory) identify(r *record, d *heron.Device) {
	list := v.evidence(r, 0)
	now := r.basisOf(list, d.Corrections)
	if r.basis == now && (r.due == 0 || v.now < r.due) {
		return
	}
	r.basis, r.due = now, 0
	if v.options.Identify != nil {
		answer := v.ask(r, list, d.Corrections)
		d.Identity, d.RunnerUp, d.Evidence = answer.Identity, answer.RunnerUp, answer.Evidence
	}
	if d.Identity.Type.Value == "" {
		d.Identity.Type.Value = heron.Unknown
	}
	if d.Evidence == nil {
		d.Evidence = []heron.Evidence{}
	}
}

// evidence returns the facts of a record that identification may rest on, and
// one more for each MAC that these do not show; with an owner, those only that
// were reported with it. The list is good until the next call.
func (v *Inventory) evidence(r *record, owner uint32) []*fact {
	list := v.weighed[:0]
	for _, n := range r.nodes {
		for _, f := range n.facts {
			if owner == 0 || f.owner == owner {
				list = append(list, f)
			}
		}
	}
	v.weighed = list
	if isCrowded(list) {
		slices.SortFunc(list, compareFiled)
		list = boundKeys(list)
	}
	return r.weighing(list)
}

// weighing cuts a list of facts to those that weigh, and the first that shows
// each of the record's MACs.
func (r *record) weighing(list []*fact) []*fact {
	shown := make([]*node, 0, 4)
	return slices.DeleteFunc(list, func(f *fact) bool {
		n := f.end.mac
		if n == nil || n.record != r || slices.Contains(shown, n) {
			return !f.weighs
		}
		shown = append(shown, n)
		return false
	})
}

// basisOf sums up evidence: what weighs of it, the MACs that it shows, and what
// people said.
func (r *record) basisOf(list []*fact, said []heron.Correction) basis {
	b := basis{known: true}
	for i := range said {
		b.sum += 11 * maphash.String(seed, said[i].ID)
	}
	for _, f := range list {
		if f.weighs {
			b.sum += scatter(f.serial)
		}
	}
	for _, n := range r.nodes {
		if n.isMAC() && slices.ContainsFunc(list, func(f *fact) bool { return f.end.mac == n }) {
			b.sum += 7 * maphash.Bytes(seed, n.mac[:])
		}
	}
	return b
}

// scatter makes of a small number one of which few sums are the same.
func scatter(n uint32) uint64 {
	h := (uint64(n) + 1) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// ownMACs empties in the list each MAC that is not the device's own, as that of
// the router before it: its maker is not the device's. It returns the list.
func (r *record) ownMACs(list []heron.Observation) []heron.Observation {
	for i := range list {
		m := &list[i].MAC
		if !slices.ContainsFunc(r.nodes, func(n *node) bool { return n.mac == *m }) {
			*m = heron.MAC{}
		}
	}
	return list
}

// observations returns the facts of all nodes of a record, in order of key and
// with at most heron.MaxValuesPerKey of each, the latest.
func (r *record) observations() []heron.Observation {
	var list []*fact
	for _, n := range r.nodes {
		list = append(list, n.facts...)
	}
	slices.SortFunc(list, compareFiled)
	list = boundKeys(list)
	return observationsOf(make([]heron.Observation, 0, len(list)), list)
}

// observationsOf adds facts to observations.
func observationsOf(out []heron.Observation, list []*fact) []heron.Observation {
	for _, f := range list {
		out = append(out, f.observation())
	}
	return out
}

// compareFiled orders the facts of different endpoints.
func compareFiled(a, b *fact) int {
	if c := compareFacts(a, b); c != 0 || a.end == b.end {
		return c
	}
	x, y := a.end.key(), b.end.key()
	return cmp.Or(bytes.Compare(x.mac[:], y.mac[:]), x.ip.Compare(y.ip))
}

// isCrowded reports whether a list, in any order, has more than
// heron.MaxValuesPerKey facts of one key.
func isCrowded(list []*fact) bool {
	if len(list) <= heron.MaxValuesPerKey {
		return false
	}
	for _, f := range list {
		f.key.count = 0
	}
	for _, f := range list {
		if f.key.count++; f.key.count > heron.MaxValuesPerKey {
			return true
		}
	}
	return false
}

// boundKeys cuts each key of a sorted list to its latest values.
func boundKeys(list []*fact) []*fact {
	out := list[:0]
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].key == list[0].key {
			n++
		}
		group := list[:n]
		list = list[n:]
		if n > heron.MaxValuesPerKey {
			slices.SortStableFunc(group, func(a, b *fact) int { return cmp.Compare(b.last, a.last) })
			group = group[:heron.MaxValuesPerKey]
			slices.SortFunc(group, compareFiled)
		}
		out = append(out, group...)
	}
	return out
}
