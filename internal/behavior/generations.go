package behavior

// generations is a map that forgets what was not used lately: when the young
// half is full, the old half is dropped.
type generations[K comparable, V any] struct {
	limit      int
	young, old generation[K, V]
}

// generation is a map whose values lie in a slab, so that they are changed in
// place and the map itself stays small.
type generation[K comparable, V any] struct {
	index  map[K]uint32
	values []V
	free   []uint32
}

func newGeneration[K comparable, V any]() generation[K, V] {
	return generation[K, V]{index: map[K]uint32{}}
}

func newGenerations[K comparable, V any](limit int) generations[K, V] {
	return generations[K, V]{limit: limit, young: newGeneration[K, V](), old: newGeneration[K, V]()}
}

// get returns the value of k without making it young.
func (g *generations[K, V]) get(k K) (v V, known bool) {
	if i, ok := g.young.index[k]; ok {
		return g.young.values[i], true
	}
	if i, ok := g.old.index[k]; ok {
		return g.old.values[i], true
	}
	return v, false
}

// at returns the value of k, to be changed before the next call, and whether it
// was known. It is young then.
func (g *generations[K, V]) at(k K) (v *V, known bool) {
	if i, ok := g.young.index[k]; ok {
		return &g.young.values[i], true
	}
	if len(g.young.index) >= g.limit {
		g.old, g.young = g.young, newGeneration[K, V]()
	}
	v = g.young.add(k)
	if i, ok := g.old.index[k]; ok {
		*v = g.old.values[i]
		return v, true
	}
	return v, false
}

// take returns the value of k and forgets it.
func (g *generations[K, V]) take(k K) (v V, known bool) {
	v, known = g.get(k)
	if known {
		g.young.remove(k)
		g.old.remove(k)
	}
	return v, known
}

// add makes room for a new value, which is zero.
func (g *generation[K, V]) add(k K) *V {
	i := uint32(len(g.values))
	if last := len(g.free) - 1; last >= 0 {
		i, g.free = g.free[last], g.free[:last]
		g.values[i] = *new(V)
	} else {
		g.values = append(g.values, *new(V))
	}
	g.index[k] = i
	return &g.values[i]
}

func (g *generation[K, V]) remove(k K) {
	if i, ok := g.index[k]; ok {
		delete(g.index, k)
		g.free = append(g.free, i)
	}
}
