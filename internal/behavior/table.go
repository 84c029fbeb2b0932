package behavior

// table finds values by the hash of their key, which stands for the key: 64 bits
// are enough that no two share it. It holds no pointers where its values hold
// none, and a look-up costs one cache line of the index and one of the value.
type table[V any] struct {
	index []uint64 // open addressing: the upper half of a hash over the number of a row from 1; 0 is free
	rows  []row[V]
	count int
}

type row[V any] struct {
	hash  uint64
	value V
}

// find returns the value of a hash, or nil. It stays where it is until the next add.
func (t *table[V]) find(hash uint64) *V {
	if t.count == 0 {
		return nil
	}
	for i := t.home(hash); t.index[i] != 0; i = t.after(i) {
		if e := t.index[i]; e>>32 == hash>>32 && t.row(e).hash == hash {
			return &t.row(e).value
		}
	}
	return nil
}

// add makes room for a value, which is zero, of a hash that is not there.
func (t *table[V]) add(hash uint64) *V {
	if 2*(t.count+1) > len(t.index) {
		t.grow()
	}
	n := uint32(len(t.rows)) + 1
	t.rows = append(t.rows, row[V]{hash: hash})
	t.count++
	t.enter(hash>>32<<32 | uint64(n))
	return &t.rows[n-1].value
}

// grow doubles the index.
func (t *table[V]) grow() {
	old := t.index
	t.index = make([]uint64, max(16, 2*len(old)))
	for _, e := range old {
		if e != 0 {
			t.enter(e)
		}
	}
}

// enter files an entry in the first place that is free.
func (t *table[V]) enter(e uint64) {
	i := t.home(e)
	for t.index[i] != 0 {
		i = t.after(i)
	}
	t.index[i] = e
}

func (t *table[V]) row(e uint64) *row[V] { return &t.rows[uint32(e)-1] }

// home is where a hash, or an entry that begins with one, is looked for first.
func (t *table[V]) home(hash uint64) int { return int(hash>>32) & (len(t.index) - 1) }

func (t *table[V]) after(i int) int { return (i + 1) & (len(t.index) - 1) }

// generations is a table that forgets what was not used lately: when the young
// half is full, the old half is dropped.
type generations[V any] struct {
	limit      int
	young, old table[V]
}

// find returns the value of a hash without making it young, or nil.
func (g *generations[V]) find(hash uint64) *V {
	if v := g.young.find(hash); v != nil {
		return v
	}
	return g.old.find(hash)
}

// at returns the value of a hash, to be changed before the next call, and
// whether it was known. It is young then.
func (g *generations[V]) at(hash uint64) (v *V, known bool) {
	if v := g.young.find(hash); v != nil {
		return v, true
	}
	if g.young.count >= g.limit {
		g.old, g.young = g.young, table[V]{}
	}
	v = g.young.add(hash)
	if old := g.old.find(hash); old != nil {
		*v = *old
		return v, true
	}
	return v, false
}
