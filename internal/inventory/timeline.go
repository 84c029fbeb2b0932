package inventory

import (
	"cmp"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// timeline works out who had an address when, of those that contend for it.
//
// Of several that were alive then, the one with the latest lease has it, then
// one that claimed it over one that only used it, then the incumbent: an
// address is not lost to a newcomer while its holder still speaks, which is
// what keeps an ARP spoofer from becoming its victim. When none was alive, it
// is still with the last that had it, and before all with the first. A holder
// that has gone silent keeps its address for as long as it may go unheard,
// unless a lease says otherwise.
//
// Time is cut where any of them comes, goes or gets a lease. Those that take
// precedence take their parts first, and the others what is left, so that n
// contenders take n log n steps. The fields are room that is kept.
type timeline struct {
	cuts    []heron.Time
	strokes []stroke
	owners  []*endpoint // of the time from each cut to the next
	next    []int32     // a part from here on that is nobody's; see free
	gone    []*endpoint // in the order in which they fell silent
}

// stroke is a time in which an endpoint is alive and its precedence stays.
type stroke struct {
	from, to heron.Time // to is not in it
	lease    heron.Time // 0 for none
	end      *endpoint
}

// silent is the first time at which an endpoint is no longer alive, for all we know.
func (e *endpoint) silent() heron.Time { return e.last + unheard + 1 }

// paint adds the spans of an address to out; of equals, the first of the list
// has it.
func (t *timeline) paint(out []span, list []*endpoint) []span {
	switch len(list) {
	case 0:
		return out
	case 1:
		return append(out, span{math.MinInt64, list[0]})
	}
	t.cut(list)
	t.take()
	t.inherit(list)
	out = append(out, span{math.MinInt64, slices.MinFunc(list, func(a, b *endpoint) int { return cmp.Compare(a.first, b.first) })})
	for i, e := range t.owners {
		if e != out[len(out)-1].owner {
			out = append(out, span{t.cuts[i], e})
		}
	}
	return out
}

// cut makes the strokes of all, and the cuts between them.
func (t *timeline) cut(list []*endpoint) {
	t.cuts, t.strokes = t.cuts[:0], t.strokes[:0]
	for _, e := range list {
		from, to := e.first, e.silent()
		lease := e.leased
		if lease > from {
			t.strokes = append(t.strokes, stroke{from, min(lease, to), 0, e})
			t.cuts = append(t.cuts, from)
			from = lease
		}
		if from < to {
			t.strokes = append(t.strokes, stroke{from, to, lease, e})
			t.cuts = append(t.cuts, from)
		}
		t.cuts = append(t.cuts, to)
	}
	slices.Sort(t.cuts)
	t.cuts = slices.Compact(t.cuts)
	slices.SortStableFunc(t.strokes, func(a, b stroke) int {
		return cmp.Or(cmp.Compare(b.lease, a.lease), compareBool(b.end.claimed, a.end.claimed), cmp.Compare(a.end.first, b.end.first))
	})
}

// take gives each part to the stroke with the highest precedence that has it.
func (t *timeline) take() {
	n := len(t.cuts)
	t.owners = append(t.owners[:0], make([]*endpoint, n)...)
	t.next = t.next[:0]
	for i := range n + 1 {
		t.next = append(t.next, int32(i))
	}
	for _, s := range t.strokes {
		from, _ := slices.BinarySearch(t.cuts, s.from)
		to, _ := slices.BinarySearch(t.cuts, s.to)
		for i := t.free(from); i < to; i = t.free(i + 1) {
			t.owners[i], t.next[i] = s.end, int32(i+1)
		}
	}
}

// free returns the first part from i on that is nobody's, and shortens the way
// there for the next time.
func (t *timeline) free(i int) int {
	for int(t.next[i]) != i {
		t.next[i] = t.next[t.next[i]]
		i = int(t.next[i])
	}
	return i
}

// inherit gives the parts in which nobody was alive to the last that fell silent.
func (t *timeline) inherit(list []*endpoint) {
	t.gone = append(t.gone[:0], list...)
	slices.Reverse(t.gone) // of equals the first comes last, and has it
	slices.SortStableFunc(t.gone, func(a, b *endpoint) int {
		return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(b.first, a.first))
	})
	var heir *endpoint
	silent := t.gone
	for i, at := range t.cuts {
		for len(silent) > 0 && silent[0].silent() <= at {
			heir, silent = silent[0], silent[1:]
		}
		if t.owners[i] == nil {
			t.owners[i] = heir
		}
	}
}
