package detect

import (
	"cmp"
	"maps"
	"slices"

	"github.com/heron-iot/heron"
)

// Table is a bounded map in which a detector keeps state for each source,
// address or pair. When it is full, what was not used for longest makes room.
type Table[K comparable, V any] struct {
	limit   int
	compare func(a, b K) int
	rows    map[K]*row[V]
	swept   heron.Time
}

type row[V any] struct {
	used  heron.Time
	value V
}

// NewTable returns a table for at most limit keys, with their order.
func NewTable[K comparable, V any](limit int, compare func(a, b K) int) *Table[K, V] {
	return &Table[K, V]{limit: limit, compare: compare, rows: map[K]*row[V]{}}
}

// Get returns the value of a key, a zero one made for it where there is none.
func (t *Table[K, V]) Get(k K, now heron.Time) *V {
	r := t.rows[k]
	if r == nil {
		if len(t.rows) >= t.limit {
			t.evict()
		}
		r = &row[V]{}
		t.rows[k] = r
	}
	r.used = max(r.used, now)
	return &r.value
}

// Find returns the value of a key, or nil.
func (t *Table[K, V]) Find(k K) *V {
	if r := t.rows[k]; r != nil {
		return &r.value
	}
	return nil
}

// Remove forgets a key.
func (t *Table[K, V]) Remove(k K) { delete(t.rows, k) }

// Sweep calls done for each key, in order, and forgets those for which it
// reports true. It does so at most once a minute of traffic time.
func (t *Table[K, V]) Sweep(now heron.Time, done func(k K, v *V) bool) {
	if now-t.swept < heron.Minute {
		return
	}
	t.swept = now
	for _, k := range slices.SortedFunc(maps.Keys(t.rows), t.compare) {
		if done(k, &t.rows[k].value) {
			delete(t.rows, k)
		}
	}
}

// evict forgets an eighth of the table, the longest unused: doing it in one
// go keeps a flood of new keys from costing a search each.
func (t *Table[K, V]) evict() {
	type use struct {
		key  K
		last heron.Time
	}
	list := make([]use, 0, len(t.rows))
	for k, r := range t.rows {
		list = append(list, use{k, r.used})
	}
	slices.SortFunc(list, func(a, b use) int {
		if c := cmp.Compare(a.last, b.last); c != 0 {
			return c
		}
		return t.compare(a.key, b.key)
	})
	for _, u := range list[:max(1, len(list)/8)] {
		delete(t.rows, u.key)
	}
}

// Name is what a person should read for an end of traffic: the device's name
// with its address, or the address.
func Name(d *heron.Device, address string) string {
	switch {
	case d == nil:
		return address
	case address == "" || d.Title() == address:
		return d.Title()
	}
	return d.Title() + " (" + address + ")"
}
