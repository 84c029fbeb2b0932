package detect

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// Table is a bounded map in which a detector keeps state for each source,
// address or pair. When it is full, what was not used for longest makes room.
//
// Its values lie side by side and never move; they are found by an index of
// hashes, in which a look-up costs one cache line.
type Table[K comparable, V any] struct {
	limit   int
	hash    func(K) uint64
	compare func(a, b K) int
	index   []uint64 // open addressing: the upper half of a hash over the number of a row from 1; 0 is free
	rows    []*[chunk]row[K, V]
	free    []uint32 // numbers of rows
	made    int      // rows so far, free ones among them
	count   int
	marked  []uint32 // numbers of rows to sweep, and of some that are to be no more
	looks   int      // since the last sweep
	swept   heron.Time
}

// chunk is how many rows are made at once.
const chunk = 16

type row[K comparable, V any] struct {
	key   K
	live  bool
	mark  bool // in Table.marked
	used  heron.Time
	value V
}

// NewTable returns a table for at most limit keys, with their hash and order.
func NewTable[K comparable, V any](limit int, hash func(K) uint64, compare func(a, b K) int) *Table[K, V] {
	return &Table[K, V]{limit: limit, hash: hash, compare: compare, index: make([]uint64, 16)}
}

// Get returns the value of a key, a zero one made for it where there is none.
func (t *Table[K, V]) Get(k K, now heron.Time) *V {
	hash := t.hash(k)
	i := t.look(k, hash)
	if t.index[i] == 0 {
		if t.count >= t.limit {
			t.evict()
		}
		i = t.add(k, hash)
	}
	r := t.row(t.index[i])
	r.used = max(r.used, now)
	return &r.value
}

// Find returns the value of a key, or nil.
func (t *Table[K, V]) Find(k K) *V {
	if i := t.look(k, t.hash(k)); t.index[i] != 0 {
		return &t.row(t.index[i]).value
	}
	return nil
}

// Remove forgets a key.
func (t *Table[K, V]) Remove(k K) {
	if i := t.look(k, t.hash(k)); t.index[i] != 0 {
		t.remove(i)
	}
}

// Mark has the value of a key, which must be there, swept for as long as it is of
// concern.
func (t *Table[K, V]) Mark(k K) {
	n := uint32(t.index[t.look(k, t.hash(k))])
	if r := t.row(uint64(n)); !r.mark {
		r.mark = true
		t.marked = append(t.marked, n)
	}
	if len(t.marked) > 2*t.limit {
		t.rake(func(*V) bool { return true })
	}
}

// rake leaves in the list of marked rows, once each, those whose value is of
// concern.
func (t *Table[K, V]) rake(concerns func(v *V) bool) {
	t.marked = slices.DeleteFunc(t.marked, func(n uint32) bool {
		r := t.row(uint64(n))
		keep := r.mark && concerns(&r.value)
		r.mark = false // it may be in the list again, if it was forgotten in between
		return !keep
	})
	for _, n := range t.marked {
		t.row(uint64(n)).mark = true
	}
}

// A sweep goes through fewSwept marked values at any time, and through one more
// for each time that the table was looked into sixteen times over: who fills a
// table must not make the time that goes by cost more than the traffic.
const (
	fewSwept    = 1 << 10
	sweptByLook = 16
)

// Sweep calls done, in the order of keys, for each marked value that is of concern,
// and forgets those for which it reports true. Those that are of no concern are
// marked no more. It does so at most once a minute of traffic time, and later
// where there is much to go through and little traffic.
func (t *Table[K, V]) Sweep(now heron.Time, concerns func(v *V) bool, done func(k K, v *V) bool) {
	if now-t.swept < heron.Minute || len(t.marked) > fewSwept+sweptByLook*t.looks {
		return
	}
	t.rake(concerns)
	list := make([]*row[K, V], len(t.marked))
	for i, n := range t.marked {
		list[i] = t.row(uint64(n))
	}
	slices.SortFunc(list, func(a, b *row[K, V]) int { return t.compare(a.key, b.key) })
	for _, r := range list {
		if done(r.key, &r.value) {
			t.Remove(r.key)
		}
	}
	t.swept, t.looks = now, 0
}

// evict forgets an eighth of the table, the longest unused: doing it in one
// go keeps a flood of new keys from costing a search each.
func (t *Table[K, V]) evict() {
	list := make([]*row[K, V], 0, t.count)
	for r := range t.each {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *row[K, V]) int {
		if c := cmp.Compare(a.used, b.used); c != 0 {
			return c
		}
		return t.compare(a.key, b.key)
	})
	for _, r := range list[:max(1, len(list)/8)] {
		t.Remove(r.key)
	}
}

// each yields the rows in use, in no order that means anything.
func (t *Table[K, V]) each(yield func(*row[K, V]) bool) {
	for n := range t.made {
		if r := &t.rows[n/chunk][n%chunk]; r.live && !yield(r) {
			return
		}
	}
}

// look returns where in the index a key is, or where it may be entered.
func (t *Table[K, V]) look(k K, hash uint64) int {
	t.looks++
	i := t.home(hash)
	for ; t.index[i] != 0; i = t.after(i) {
		if e := t.index[i]; e>>32 == hash>>32 && t.row(e).key == k {
			break
		}
	}
	return i
}

// add makes a row for a key that is not there, and returns its place in the index.
func (t *Table[K, V]) add(k K, hash uint64) int {
	if t.count++; 2*t.count > len(t.index) {
		t.grow()
	}
	n := uint32(t.made + 1)
	if last := len(t.free) - 1; last >= 0 {
		n, t.free = t.free[last], t.free[:last]
	} else {
		if t.made%chunk == 0 {
			t.rows = append(t.rows, new([chunk]row[K, V]))
		}
		t.made++
	}
	e := hash>>32<<32 | uint64(n)
	r := t.row(e)
	r.key, r.live = k, true
	return t.enter(e)
}

// remove forgets what is at a place of the index, and closes the gap there.
func (t *Table[K, V]) remove(gap int) {
	n := uint32(t.index[gap])
	*t.row(uint64(n)) = row[K, V]{}
	t.free = append(t.free, n)
	t.count--
	for i := t.after(gap); t.index[i] != 0; i = t.after(i) {
		if t.distance(t.home(t.index[i]), i) >= t.distance(gap, i) {
			t.index[gap] = t.index[i]
			gap = i
		}
	}
	t.index[gap] = 0
}

// grow doubles the index.
func (t *Table[K, V]) grow() {
	old := t.index
	t.index = make([]uint64, 2*len(old))
	for _, e := range old {
		if e != 0 {
			t.enter(e)
		}
	}
}

// enter files an entry in the first place that is free.
func (t *Table[K, V]) enter(e uint64) int {
	i := t.home(e)
	for t.index[i] != 0 {
		i = t.after(i)
	}
	t.index[i] = e
	return i
}

func (t *Table[K, V]) row(e uint64) *row[K, V] {
	n := uint32(e) - 1
	return &t.rows[n/chunk][n%chunk]
}

// home is where a hash, or an entry that begins with one, is looked for first.
func (t *Table[K, V]) home(hash uint64) int { return int(hash>>32) & (len(t.index) - 1) }

func (t *Table[K, V]) after(i int) int { return (i + 1) & (len(t.index) - 1) }

// distance is how many steps it takes from one place to another.
func (t *Table[K, V]) distance(from, to int) int { return (to - from) & (len(t.index) - 1) }
