package app

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
)

// senders counts frames by source address.
func senders(t *testing.T, s *Simulation, n int) map[heron.MAC]int {
	t.Helper()
	out := map[heron.MAC]int{}
	var p heron.Packet
	for range n {
		if err := s.Next(&p); err != nil {
			t.Fatal(err)
		}
		out[heron.MAC(p.Data[6:12])]++
	}
	return out
}

func TestAHeldDeviceFallsSilentAndComesBack(t *testing.T) {
	t.Parallel()
	s, err := Simulate(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var busiest heron.MAC
	most := 0
	for m, n := range senders(t, s, 5000) {
		if n > most {
			busiest, most = m, n
		}
	}
	x := s.executor()
	target := action.Target{Device: heron.Device{ID: "d", MACs: []heron.MAC{busiest}}}
	ctx := t.Context()
	if _, err := x.Verify(ctx, target); err == nil {
		t.Error("verified before anything was done")
	}
	backup, err := x.Backup(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Do(ctx, target); err != nil {
		t.Fatal(err)
	}
	if n := senders(t, s, 5000)[busiest]; n != 0 {
		t.Errorf("a held device sent %d frames", n)
	}
	if text, err := x.Verify(ctx, target); err != nil || text == "" {
		t.Errorf("Verify = %q, %v", text, err)
	}
	if err := x.Undo(ctx, target, backup); err != nil {
		t.Fatal(err)
	}
	if n := senders(t, s, 20000)[busiest]; n == 0 {
		t.Error("a released device stays silent")
	}
}

func TestTheSimulationsPlanSaysThatNothingIsReal(t *testing.T) {
	t.Parallel()
	s, err := Simulate(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := s.executor()
	p, err := x.Plan(t.Context(), action.Target{Device: heron.Device{MACs: []heron.MAC{{2, 0, 0, 0, 0, 1}}}})
	if err != nil || !slices.Contains(p.Limits, "this is a simulation: nothing real is touched") {
		t.Errorf("plan %+v, %v", p, err)
	}
	if _, err := x.Plan(t.Context(), action.Target{}); heron.ErrorCode(err) != heron.CodeUnsupported {
		t.Errorf("a device without MAC address: %v", err)
	}
}

// FuzzDrops feeds frames of any length to the filter of held devices.
func FuzzDrops(f *testing.F) {
	f.Add([]byte{1, 2, 3})
	f.Add(make([]byte, 60))
	f.Fuzz(func(t *testing.T, frame []byte) {
		s := &Simulation{held: map[heron.MAC]bool{{}: true}}
		if s.drops(frame) && len(frame) < 12 {
			t.Fatal("a frame without addresses was dropped")
		}
	})
}
