package app

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// timeline goes through the flows and events of a batch in the order of their
// times. It is re-used from batch to batch.
type timeline struct {
	flows, events []int    // their numbers in the batch, in order
	keys          []uint64 // of flows: times since the first of them, and behind those which flow it is
}

// each calls flow and event in the order of time. Of what was at one time, flows
// come first, and else what is first in the batch.
func (t *timeline) each(b *heron.Batch, flow func(*heron.Flow), event func(*heron.Event)) {
	t.sortFlows(b.Flows)
	t.sortEvents(b.Events)
	events := t.events
	for _, i := range t.flows {
		f := &b.Flows[i]
		for len(events) > 0 && b.Events[events[0]].Time < f.Last {
			event(&b.Events[events[0]])
			events = events[1:]
		}
		flow(f)
	}
	for _, i := range events {
		event(&b.Events[i])
	}
}

// sortEvents puts the events in order, in which they nearly always are.
func (t *timeline) sortEvents(events []heron.Event) {
	t.events = t.events[:0]
	sorted, last := true, heron.Time(0)
	for i := range events {
		at := events[i].Time
		t.events = append(t.events, i)
		sorted, last = sorted && (i == 0 || at >= last), at
	}
	if !sorted {
		slices.SortFunc(t.events, func(a, b int) int { return cmp.Or(cmp.Compare(events[a].Time, events[b].Time), a-b) })
	}
}

// sortFlows puts the flows in order, as numbers wherever they are near enough in
// time.
func (t *timeline) sortFlows(flows []heron.Flow) {
	t.flows = t.flows[:0]
	if len(flows) == 0 {
		return
	}
	first, last := flows[0].Last, flows[0].Last
	for i := range flows {
		first, last = min(first, flows[i].Last), max(last, flows[i].Last)
		t.flows = append(t.flows, i)
	}
	if uint64(last-first)>>(64-indexBits) != 0 || len(flows) > indexMask {
		slices.SortFunc(t.flows, func(a, b int) int { return cmp.Or(cmp.Compare(flows[a].Last, flows[b].Last), a-b) })
		return
	}
	t.keys = t.keys[:0]
	for i := range flows {
		t.keys = append(t.keys, uint64(flows[i].Last-first)<<indexBits|uint64(i))
	}
	slices.Sort(t.keys)
	for i, k := range t.keys {
		t.flows[i] = int(k & indexMask)
	}
}
