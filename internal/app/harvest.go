package app

import (
	"cmp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
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

// report is one on a flow, and where it comes from.
type report struct {
	place uint64
	flow  *heron.Flow
}

// inOrder puts the workers' reports on flows in the order of their places, and
// those of one place in that of their ids: it does not depend on how flows are
// shared.
func (o *idOrder) inOrder(of []*harvest, in *room[heron.Flow]) []heron.Flow {
	if len(of) == 1 {
		o.sortRuns(of[0])
		out, room := in.swap(of[0].flows)
		of[0].flows = room
		return out
	}
	o.reports = o.reports[:0]
	for _, h := range of {
		for i := range h.flows {
			o.reports = append(o.reports, report{h.places[i], &h.flows[i]})
		}
	}
	slices.SortFunc(o.reports, func(a, b report) int {
		return cmp.Or(cmp.Compare(a.place, b.place), a.flow.ID.Compare(b.flow.ID))
	})
	out := in.more(len(o.reports))
	for i, r := range o.reports {
		out[i] = *r.flow
	}
	clear(o.reports)
	return out
}
