package inventory

import (
	"cmp"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/heron-iot/heron"
)

// outranks says in its own words what timeline works out: whether e rather than
// o had their address at a time.
func (e *endpoint) outranks(o *endpoint, at heron.Time) bool {
	alive := func(x *endpoint) bool { return x.first <= at && at <= x.last+unheard }
	lease := func(x *endpoint) heron.Time {
		if x.leased <= at {
			return x.leased
		}
		return 0
	}
	switch here, there := alive(e), alive(o); {
	case here != there:
		return here
	case here:
		return cmp.Or(cmp.Compare(lease(e), lease(o)), compareBool(e.claimed, o.claimed), cmp.Compare(o.first, e.first)) > 0
	}
	if past, other := e.last < at, o.last < at; past != other {
		return past
	} else if past {
		return cmp.Or(cmp.Compare(e.last, o.last), cmp.Compare(o.first, e.first)) > 0
	}
	return e.first < o.first
}

func foremost(list []*endpoint, at heron.Time) (best *endpoint) {
	for _, e := range list {
		if best == nil || e.outranks(best, at) {
			best = e
		}
	}
	return best
}

// Who had an address is the same as if each were compared with each.
func TestTimeline(t *testing.T) {
	t.Parallel()
	var line timeline
	var spans []span
	for seed := range 20_000 {
		r := rand.New(rand.NewPCG(1, uint64(seed)))
		step := heron.Time(1+r.IntN(90)) * heron.Minute
		list := make([]*endpoint, r.IntN(9))
		for i := range list {
			e := &endpoint{first: step * heron.Time(r.IntN(9)), claimed: r.IntN(2) == 0}
			e.last = e.first + step*heron.Time(r.IntN(5))
			if r.IntN(3) == 0 {
				e.leased = step * heron.Time(1+r.IntN(14))
			}
			list[i] = e
		}
		spans = line.paint(spans[:0], list)
		moments := []heron.Time{math.MinInt64, 0, 30 * step, math.MaxInt64 / 2}
		for _, e := range list {
			for _, at := range []heron.Time{e.first, e.last, e.silent(), e.leased} {
				moments = append(moments, at-1, at, at+1)
			}
		}
		for _, at := range moments {
			if got, want := ownerIn(spans, at), foremost(list, at); got != want {
				t.Fatalf("seed %d, at %v: %+v had it, want %+v", seed, at, got, want)
			}
		}
		for i := 1; i < len(spans); i++ {
			if spans[i].from <= spans[i-1].from || spans[i].owner == spans[i-1].owner {
				t.Fatalf("seed %d: spans %v", seed, spans)
			}
		}
	}
}
