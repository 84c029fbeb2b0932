package dissect

// tally counts to 255 what is known by a hash: open addressing without pointers
// or deletion. A slot has the hash, but for its lowest octet, and there the count;
// 0 is an empty slot.
type tally struct {
	slots []uint64 // a power of two long
	used  int
}

const maxTally = 0xff

func newTally() tally { return tally{slots: make([]uint64, minIndex)} }

// clear empties the tally, and keeps its memory.
func (t *tally) clear() {
	clear(t.slots)
	t.used = 0
}

// slot returns the slot that a hash has, or would.
func (t *tally) slot(hash uint64) *uint64 {
	mask := uint64(len(t.slots) - 1)
	for at := hash >> 32 & mask; ; at = (at + 1) & mask {
		if s := &t.slots[at]; *s == 0 || (*s^hash)&^maxTally == 0 {
			return s
		}
	}
}

// of returns the count of a hash.
func (t *tally) of(hash uint64) uint8 { return uint8(*t.slot(hash) & maxTally) }

// set sets the count of a hash, which is not 0.
func (t *tally) set(hash uint64, n uint8) {
	s := t.slot(hash)
	if *s == 0 {
		if t.used++; 2*t.used > len(t.slots) {
			t.grow()
			s = t.slot(hash)
		}
	}
	*s = hash&^maxTally | uint64(n)
}

func (t *tally) grow() {
	old := t.slots
	t.slots = make([]uint64, 2*len(old))
	for _, s := range old {
		if s != 0 {
			*t.slot(s) = s
		}
	}
}
