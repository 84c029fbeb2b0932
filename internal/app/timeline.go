package app

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// timeline puts the flows and events of a batch in the order of their times. It
// is re-used from batch to batch.
type timeline struct {
	flows, events, all []moment
	keys               []uint64 // of flows: times since the first of them, and behind those which flow it is
}

// moment is a flow of a batch, or an event: these have the numbers after those
// of the flows.
type moment struct {
	at    heron.Time
	index int
}

// event returns the number of the event that it is, negative for a flow.
func (m moment) event(b *heron.Batch) int { return m.index - len(b.Flows) }

func compareMoments(a, b moment) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.index, b.index))
}

// of returns the order, valid until the next call. Of what was at one time,
// flows come first, each in the order of the batch.
func (t *timeline) of(b *heron.Batch) []moment {
	t.sortFlows(b.Flows)
	if len(b.Events) == 0 {
		return t.flows
	}
	t.events, t.all = t.events[:0], t.all[:0]
	for i := range b.Events {
		t.events = append(t.events, moment{b.Events[i].Time, len(b.Flows) + i})
	}
	if !slices.IsSortedFunc(t.events, compareMoments) { // they nearly always are
		slices.SortFunc(t.events, compareMoments)
	}
	t.merge()
	return t.all
}

// sortFlows puts the flows in order, as numbers wherever they are near enough in
// time.
func (t *timeline) sortFlows(flows []heron.Flow) {
	t.flows = t.flows[:0]
	if len(flows) == 0 {
		return
	}
	first, last, sorted := flows[0].Last, flows[0].Last, true
	for i := range flows {
		at := flows[i].Last
		t.flows = append(t.flows, moment{at, i})
		sorted = sorted && at >= last
		first, last = min(first, at), max(last, at)
	}
	if sorted {
		return
	}
	if uint64(last-first)>>(64-indexBits) != 0 || len(flows) > indexMask {
		slices.SortFunc(t.flows, compareMoments)
		return
	}
	t.keys = t.keys[:0]
	for i, m := range t.flows {
		t.keys = append(t.keys, uint64(m.at-first)<<indexBits|uint64(i))
	}
	slices.Sort(t.keys)
	for i, k := range t.keys {
		t.flows[i] = moment{first + heron.Time(k>>indexBits), int(k & indexMask)}
	}
}

// merge joins flows and events, both in order.
func (t *timeline) merge() {
	events := t.events
	for _, f := range t.flows {
		for len(events) > 0 && events[0].at < f.at {
			t.all, events = append(t.all, events[0]), events[1:]
		}
		t.all = append(t.all, f)
	}
	t.all = append(t.all, events...)
}
