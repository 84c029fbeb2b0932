package app

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
)

// addLayers adds counts of protocols to a list that is sorted by name.
func addLayers(list, more []heron.ProtocolCount) []heron.ProtocolCount {
	for _, c := range more {
		i, found := slices.BinarySearchFunc(list, c, func(a, b heron.ProtocolCount) int { return strings.Compare(a.Name, b.Name) })
		if !found {
			list = slices.Insert(list, i, c)
			continue
		}
		list[i].Flows += c.Flows
		list[i].Packets += c.Packets
		list[i].Bytes += c.Bytes
	}
	return list
}

// inOrder puts the workers' reports on flows in the order of their places, and
// those of one place in that of their ids: it does not depend on how flows are
// shared.
func (o *idOrder) inOrder(of []harvest) []heron.Flow {
	if len(of) == 1 {
		o.sortRuns(&of[0])
		return of[0].flows
	}
	type report struct {
		place uint64
		flow  *heron.Flow
	}
	var all []report
	for i := range of {
		for k := range of[i].flows {
			all = append(all, report{of[i].places[k], &of[i].flows[k]})
		}
	}
	slices.SortFunc(all, func(a, b report) int {
		return cmp.Or(cmp.Compare(a.place, b.place), a.flow.ID.Compare(b.flow.ID))
	})
	out := make([]heron.Flow, len(all))
	for i, r := range all {
		out[i] = *r.flow
	}
	return out
}

// spareFlows is room that was given back.
var spareFlows sync.Pool

// recycle gives back the room of a batch that nobody needs any more. What is in
// it is overwritten, or goes with it when the collector takes the room.
func recycle(b *heron.Batch) {
	dissect.Recycle(b.Events)
	if flows := b.Flows; cap(flows) > 0 {
		spareFlows.Put(&flows)
	}
}

// flowRoom returns room for n reports: what was given back, where that is enough.
func flowRoom(n int) []heron.Flow {
	if s, ok := spareFlows.Get().(*[]heron.Flow); ok && cap(*s) >= n {
		return (*s)[:0]
	}
	return make([]heron.Flow, 0, n)
}
