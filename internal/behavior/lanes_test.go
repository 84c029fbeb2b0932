package behavior_test

import (
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron/internal/behavior"
)

// TestLanesDoNotMix compares what is done to four counters at once with what is
// done to each, close to all bounds.
func TestLanesDoNotMix(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	edges := []uint16{0, 1, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff}
	for range 20_000 {
		var now, before, want [8]uint16
		for i := range now {
			now[i], before[i] = edges[r.IntN(len(edges))], edges[r.IntN(len(edges))]
			want[i] = now[i] - min(now[i], before[i])
		}
		if got := behavior.Lanes(now, before); got != want {
			t.Fatalf("%v since %v is %v, want %v", now, before, got, want)
		}
	}
}
