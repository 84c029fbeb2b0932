package behavior_test

import (
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron/internal/behavior"
)

// TestTableIsAMap does what it is told at random, beside a map. Hashes differ
// in few bits, so that they crowd the index.
func TestTableIsAMap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	tab, want := behavior.Table{}, map[uint64]int{}
	for i := range 20_000 {
		k := r.Uint64N(50)<<32 | r.Uint64N(4)
		v := tab.Find(k)
		if w, known := want[k]; known != (v != nil) || known && *v != w {
			t.Fatalf("step %d: %x is %v, want %v %v", i, k, v, known, w)
		}
		if v == nil {
			v = tab.Add(k)
		}
		*v, want[k] = i, i
	}
}
