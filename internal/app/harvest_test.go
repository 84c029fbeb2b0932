package app

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
)

func TestReportsOfOnePlaceAreSortedByID(t *testing.T) {
	t.Parallel()
	var order idOrder
	for n := range 40 {
		h := harvest{}
		for i, at := range rand.Perm(n) {
			id := heron.FlowID{0: byte(at), 15: byte(at)}
			if n%2 == 1 { // ids that begin alike
				id[0] = byte(at % 2)
			}
			h.flows = append(h.flows, heron.Flow{ID: id, ClientPackets: uint64(at)})
			h.places = append(h.places, uint64(2*i/max(n, 1))) // two places
		}
		want := slices.Clone(h.flows)
		for _, half := range [][]heron.Flow{want[:(n+1)/2], want[(n+1)/2:]} {
			slices.SortFunc(half, func(a, b heron.Flow) int { return a.ID.Compare(b.ID) })
		}
		order.sortRuns(&h)
		if !slices.Equal(h.flows, want) {
			t.Fatalf("%d reports: %v, want %v", n, h.flows, want)
		}
	}
}
