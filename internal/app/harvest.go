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

// inOrder puts the workers' reports on flows in the order of what made them:
// timers first, then packets, then the end. Those of timers and of the end have
// the order of their ids, which does not depend on how flows are shared.
func inOrder(of []harvest) []heron.Flow {
	if len(of) == 1 {
		h := &of[0]
		timed, ended := 0, len(h.flows)
		for timed < ended && h.places[timed] == placeTimer {
			timed++
		}
		for ended > timed && h.places[ended-1] == placeEnd {
			ended--
		}
		slices.SortFunc(h.flows[:timed], byID)
		slices.SortFunc(h.flows[ended:], byID)
		return h.flows
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
	slices.SortStableFunc(all, func(a, b report) int {
		if a.place == b.place && (a.place == placeTimer || a.place == placeEnd) {
			return byID(*a.flow, *b.flow)
		}
		return cmp.Compare(a.place, b.place)
	})
	out := make([]heron.Flow, len(all))
	for i, r := range all {
		out[i] = *r.flow
	}
	return out
}

func byID(a, b heron.Flow) int { return strings.Compare(a.ID, b.ID) }
