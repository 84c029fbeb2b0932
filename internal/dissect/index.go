package dissect

// index finds places in a list by hash: open addressing without pointers or
// deletion, so that it costs the garbage collector nothing and a look one cache
// line. A slot has half of the hash: whoever looks goes from slot to slot and
// compares the whole with what the list has in the place.
type index struct {
	slots []slot // a power of two long
	used  int
}

// slot holds a place plus one; 0 is an empty slot.
type slot struct {
	half  uint32
	place int32
}

const minIndex = 1 << 8

func newIndex() index { return index{slots: make([]slot, minIndex)} }

// clear empties the index, and keeps its memory.
func (x *index) clear() {
	clear(x.slots)
	x.used = 0
}

// half is the part of a hash that an index has.
func half(hash uint64) uint32 { return uint32(hash >> 32) }

// next is the slot after another; the first is the one after a half less one.
func (x *index) next(at uint32) (uint32, slot) {
	at = (at + 1) & uint32(len(x.slots)-1)
	return at, x.slots[at]
}

// put files a place under a hash that has none yet.
func (x *index) put(hash uint64, place int32) {
	if 4*(x.used+1) > 3*len(x.slots) {
		x.grow()
	}
	x.fill(slot{half(hash), place + 1})
	x.used++
}

func (x *index) fill(s slot) {
	at, other := x.next(s.half - 1)
	for other.place != 0 {
		at, other = x.next(at)
	}
	x.slots[at] = s
}

func (x *index) grow() {
	old := x.slots
	x.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s.place != 0 {
			x.fill(s)
		}
	}
}
