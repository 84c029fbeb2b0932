package dissect

import "slices"

// room is a list that is filled and emptied again and again, in memory that stays:
// a flood fills it many times, with little between.
type room[T any] struct {
	list  []T
	most  int // that were in it, since its memory was judged
	times int // that it was emptied since
}

// Bounds of the memory of a room: what is no matter, and how many times it must
// have been more than four times too much before some is given back.
const (
	smallRoom = 1 << 10
	roomTimes = 1 << 10
)

// next adds an item and returns it, whatever is in it.
func (r *room[T]) next() *T {
	n := len(r.list)
	if n == cap(r.list) {
		r.grow(1)
	}
	r.list = r.list[:n+1]
	return &r.list[n]
}

// add adds items.
func (r *room[T]) add(items []T) {
	if cap(r.list)-len(r.list) < len(items) {
		r.grow(len(items))
	}
	r.list = append(r.list, items...)
}

// grow makes room for n more. Where there is too little, it becomes at least twice as
// much, so that what is there is moved seldom.
func (r *room[T]) grow(n int) {
	if cap(r.list)-len(r.list) < n {
		r.list = slices.Grow(r.list, max(n, len(r.list)))
	}
}

// empty empties the list.
func (r *room[T]) empty() {
	r.most = max(r.most, len(r.list))
	if r.times++; r.times >= roomTimes {
		if cap(r.list) > smallRoom && cap(r.list) > 4*r.most {
			r.list = make([]T, 0, r.most+r.most/4)
		}
		r.most, r.times = 0, 0
	}
	r.list = r.list[:0]
}
