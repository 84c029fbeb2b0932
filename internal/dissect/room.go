package dissect

import "slices"

// need is how much of the memory of a list that is filled and emptied again and
// again was needed lately: a flood fills it many times, with little between.
type need struct {
	most  int // that were in it, since its memory was judged
	times int // that it was emptied since
}

// Bounds of memory that stays: what is no matter, and how many times it must have
// been more than four times too much before some is given back.
const (
	smallRoom = 1 << 10
	roomTimes = 1 << 12
)

// of returns for how many items to keep memory, now that so many were there and
// there is memory for size; -1 means all.
func (n *need) of(items, size int) int {
	n.most = max(n.most, items)
	if n.times++; n.times < roomTimes {
		return -1
	}
	most := n.most
	*n = need{}
	if size <= smallRoom || size <= 4*most {
		return -1
	}
	return most + most/4
}

// room is such a list.
type room[T any] struct {
	list []T
	need need
}

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
		r.list = slices.Grow(r.list, max(n, 2*cap(r.list)-len(r.list)))
	}
}

// empty empties the list.
func (r *room[T]) empty() {
	if size := r.need.of(len(r.list), cap(r.list)); size >= 0 {
		r.list = make([]T, 0, size)
	}
	r.list = r.list[:0]
}
