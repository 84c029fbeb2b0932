package app

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
)

func TestBatchesOfASheafShareNothingButRoom(t *testing.T) {
	t.Parallel()
	s := newSheaf(40)
	for round := range 3 {
		for n := range cap(s.batches) {
			events := make([]heron.Event, n)
			for i := range events {
				events[i].Time = heron.Time(round + n)
			}
			b := s.add(heron.Batch{Seq: uint64(n), Events: s.events.keep(events)})
			if len(b.Events) != n || cap(b.Events) != n {
				t.Fatalf("batch %d: %d events in room for %d", n, len(b.Events), cap(b.Events))
			}
		}
		for n, b := range s.batches {
			for i := range b.Events {
				if b.Events[i].Time != heron.Time(round+n) {
					t.Fatalf("round %d: event %d of batch %d is overwritten", round, i, n)
				}
			}
		}
		s.reset()
	}
}

func TestBatchesAreHandedOverInOrderToTheLast(t *testing.T) {
	t.Parallel()
	const all = 5*maxBatches + 7
	h := newHandover()
	var got []uint64
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.each(func(s *sheaf) {
			for i := range s.batches {
				got = append(got, s.batches[i].Seq)
			}
		})
	}()
	for n := range uint64(all) {
		h.room().add(heron.Batch{Seq: n})
		h.offer()
	}
	h.end()
	<-done
	if len(got) != all || !slices.IsSorted(got) {
		t.Errorf("%d batches of %d: %v", len(got), all, got)
	}
}
