package dissect

// index finds places by hash: open addressing without pointers or deletion, so
// that it costs the garbage collector nothing and a look one cache line.
type index struct {
	slots []slot // a power of two long
	used  int
}

// slot holds a place plus one; 0 is an empty slot.
type slot struct {
	hash  uint64
	place int32
}

const minIndex = 1 << 8

// get returns the place that was put under a hash.
func (x *index) get(hash uint64) (place int32, ok bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	s := x.slots[x.find(hash)]
	return s.place - 1, s.place != 0
}

// put files a place under a hash that has none yet.
func (x *index) put(hash uint64, place int32) {
	if 2*(x.used+1) > len(x.slots) {
		x.grow()
	}
	x.slots[x.find(hash)] = slot{hash, place + 1}
	x.used++
}

// find returns where a hash stands, or would.
func (x *index) find(hash uint64) int {
	mask := uint64(len(x.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		if s := &x.slots[at]; s.place == 0 || s.hash == hash {
			return int(at)
		}
	}
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, max(minIndex, 2*len(old)))
	for _, s := range old {
		if s.place != 0 {
			x.slots[x.find(s.hash)] = s
		}
	}
}

// reset forgets all and keeps the memory.
func (x *index) reset() {
	if x.used > 0 {
		clear(x.slots)
	}
	x.used = 0
}
