package dissect

import "github.com/heron-iot/heron"

// generation is a half of what a Memory knows: when one is full the other is
// dropped.
type generation struct {
	index   index // place in facts by hash
	facts   pile[fact]
	values  tally             // hash of endpoint and key → values seen
	aliases map[uint64]uint64 // hash of a value as it came → that of its text
}

// fact is what must be remembered of an observation to tell it again. It fills a
// cache line, for a look at it is a wait for memory.
type fact struct {
	id          uint64     // its hash
	first, last heron.Time // since it was last told
	since       uint64     // which sighting was the first
	told        heron.Time
	count       uint32 // since it was last told
	round       uint32 // of the drain that place belongs to
	place       int32  // in pending
	_           [12]byte
}

func newGeneration() generation {
	return generation{index: newIndex(), values: newTally(), aliases: make(map[uint64]uint64)}
}

// forget forgets all, and keeps the memory.
func (g *generation) forget() {
	g.index.clear()
	g.values.clear()
	clear(g.aliases)
	g.facts.len = 0
}

// used is how much of the generation's room is taken.
func (g *generation) used() int { return g.facts.len + len(g.aliases) }

// add adds a fact that is not there.
func (g *generation) add(f fact) *fact {
	g.index.put(f.id, int32(g.facts.len))
	added := g.facts.next()
	*added = f
	return added
}

// place returns the place of the fact with that hash, or noPlace.
func (g *generation) place(id uint64) int32 {
	for at, s := g.index.next(half(id) - 1); s.place != 0; at, s = g.index.next(at) {
		if s.half == half(id) && g.facts.at(s.place-1).id == id {
			return s.place - 1
		}
	}
	return noPlace
}

// find returns the fact with that hash, or nil.
func (g *generation) find(id uint64) *fact {
	if i := g.place(id); i != noPlace {
		return g.facts.at(i)
	}
	return nil
}

// known is find for the hash of a value as it came.
func (g *generation) known(id uint64) *fact {
	if f := g.find(id); f != nil {
		return f
	}
	if clean, ok := g.aliases[id]; ok {
		return g.find(clean)
	}
	return nil
}

// place returns the place of the fact with that hash, moved into the newer
// generation, or noPlace.
func (m *Memory) place(id uint64) int32 {
	if i := m.now.place(id); i != noPlace {
		return i
	}
	f := m.before.find(id)
	if f == nil {
		return noPlace
	}
	m.now.add(*f)
	return int32(m.now.facts.len - 1)
}

// find returns the fact with that hash, moved into the newer generation, or nil.
func (m *Memory) find(id uint64) *fact {
	if i := m.place(id); i != noPlace {
		return m.now.facts.at(i)
	}
	return nil
}

// known is find for the hash of a value as it came.
func (m *Memory) known(id uint64) *fact {
	if f := m.find(id); f != nil {
		return f
	}
	clean, ok := m.now.aliases[id]
	if !ok {
		clean, ok = m.before.aliases[id]
	}
	if !ok {
		return nil
	}
	f := m.find(clean)
	if f != nil {
		m.alias(id, clean)
	}
	return f
}
