package cluster

import (
	"cmp"
	"container/heap"
	"slices"
)

// How alike devices must be: tight to their group when groups are begun, loose the
// groups on average when they are merged.
const (
	tight = 0.6
	loose = 0.45
)

// How many of the heaviest facts of something lead to what it is compared with,
// how many things one fact leads to at most, and with how many of what they lead
// to it is compared. They bound the work; what is alike shares many facts, and is
// found by one or another.
const (
	leads   = 16
	perKey  = 32
	nearest = 12
)

// group is devices that are alike.
type group struct {
	members []int // in the order of ids
	centre  vector
	gone    bool // merged into another
}

// index finds what shares a heavy fact.
type index map[uint32][]int

// add lets facts lead to one more; those that are gone make room.
func (x index) add(v vector, i int, gone func(int) bool) {
	for _, f := range v.heaviest(leads) {
		if len(x[f]) >= perKey {
			x[f] = slices.DeleteFunc(x[f], gone)
		}
		if len(x[f]) < perKey {
			x[f] = append(x[f], i)
		}
	}
}

// near returns what shares most heavy facts with a vector.
func (x index) near(v vector) []int {
	var all []int
	for _, f := range v.heaviest(leads) {
		all = append(all, x[f]...)
	}
	slices.Sort(all)
	var found []hit
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n] == all[0] {
			n++
		}
		found = append(found, hit{all[0], n})
		all = all[n:]
	}
	slices.SortFunc(found, func(a, b hit) int { return cmp.Or(cmp.Compare(b.facts, a.facts), cmp.Compare(a.what, b.what)) })
	out := make([]int, 0, nearest)
	for _, h := range found[:min(nearest, len(found))] {
		out = append(out, h.what)
	}
	return out
}

// hit is something, and how many heavy facts it shares.
type hit struct{ what, facts int }

// gather begins groups: each device that is no example, those of which most is known
// first, joins the group whose first device it is most like, or begins one.
func (w *weighed) gather() []*group {
	order := make([]int, 0, len(w.members))
	rich := make([]float64, len(w.members))
	for i := range w.members {
		if w.members[i].isExample() {
			continue
		}
		order = append(order, i)
		for _, x := range w.vectors[i] {
			if w.spread[x.fact] > 1 {
				rich[i] += float64(x.weight)
			}
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(rich[b], rich[a]), cmp.Compare(a, b)) })
	var groups []*group
	x := index{}
	for _, m := range order {
		v := w.vectors[m]
		best, likeness := -1, tight
		for _, i := range x.near(v) {
			if l := alike(v, groups[i].centre); l > likeness {
				best, likeness = i, l
			}
		}
		if best >= 0 {
			groups[best].members = append(groups[best].members, m)
			continue
		}
		x.add(v, len(groups), func(int) bool { return false })
		groups = append(groups, &group{members: []int{m}, centre: v})
	}
	for _, g := range groups {
		g.centre = w.centre(g.members)
	}
	return groups
}

// rare is the share of a group below which its centre forgets a fact.
const rare = 0.1

// centre is the mean of the members' vectors.
func (w *weighed) centre(members []int) vector {
	if len(members) == 1 {
		return w.vectors[members[0]]
	}
	sum, count := map[uint32]float64{}, map[uint32]int{}
	for _, m := range members {
		for _, x := range w.vectors[m] {
			sum[x.fact] += float64(x.weight)
			count[x.fact]++
		}
	}
	var out vector
	for f, n := range count {
		if float64(n) >= rare*float64(len(members)) {
			out = append(out, term{f, float32(sum[f] / float64(len(members)))})
		}
	}
	slices.SortFunc(out, func(a, b term) int { return cmp.Compare(a.fact, b.fact) })
	return out
}

// pair is two groups that may be one.
type pair struct {
	a, b     int
	likeness float64
}

// pairs is a heap: the most alike first.
type pairs []pair

func (p pairs) Len() int { return len(p) }
func (p pairs) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(p[j].likeness, p[i].likeness), cmp.Compare(p[i].a, p[j].a), cmp.Compare(p[i].b, p[j].b)) < 0
}
func (p pairs) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

// Push implements heap.Interface.
func (p *pairs) Push(x any) { *p = append(*p, x.(pair)) }

// Pop implements heap.Interface.
func (p *pairs) Pop() any {
	last := len(*p) - 1
	x := (*p)[last]
	*p = (*p)[:last]
	return x
}

// merge merges groups, the most alike first, until none are alike enough
// (agglomerative clustering by centres).
func (w *weighed) merge(groups []*group) []*group {
	x, todo := index{}, &pairs{}
	meet := func(i int) {
		for _, j := range x.near(groups[i].centre) {
			if groups[j].gone || i == j {
				continue
			}
			if l := alike(groups[i].centre, groups[j].centre); l >= loose {
				heap.Push(todo, pair{j, i, l})
			}
		}
		x.add(groups[i].centre, i, func(j int) bool { return groups[j].gone })
	}
	for i := range groups {
		meet(i)
	}
	for todo.Len() > 0 {
		p := heap.Pop(todo).(pair)
		a, b := groups[p.a], groups[p.b]
		if a.gone || b.gone {
			continue
		}
		a.gone, b.gone = true, true
		g := &group{members: slices.Sorted(slices.Values(append(slices.Clone(a.members), b.members...)))}
		g.centre = w.centre(g.members)
		groups = append(groups, g)
		meet(len(groups) - 1)
	}
	return slices.DeleteFunc(groups, func(g *group) bool { return g.gone })
}
