package flow

// index finds entries by key: open addressing with linear probing. A place
// holds the upper half of the hash and the number of the entry, so that a
// wrong entry is hardly ever looked at.
type index struct {
	seed   [2]uint64
	places []uint64
	count  int
}

const minPlaces = 1 << 10

func place(hash, entry uint32) uint64 { return uint64(hash)<<32 | uint64(entry) }

// find returns the entry with key k, and with f where the key goes on in that; 0
// when there is none.
func (x *index) find(s *slab, k *key, f *far, hash uint32) uint32 {
	if len(x.places) == 0 {
		return 0
	}
	mask := uint32(len(x.places) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		p := x.places[i]
		if p == 0 {
			return 0
		}
		if uint32(p>>32) == hash {
			if e := s.at(uint32(p)); e.key == *k && (k.rest&keyFar == 0 || e.far == *f) {
				return uint32(p)
			}
		}
	}
}

// home is the place where the search for a hash begins.
func (x *index) home(hash uint32) uint64 {
	if len(x.places) == 0 {
		return 0
	}
	return x.places[hash&uint32(len(x.places)-1)]
}

// likely returns the first entry with a hash, and looks at no entry for it; 0
// when there is none.
func (x *index) likely(hash uint32) uint32 {
	if len(x.places) == 0 {
		return 0
	}
	mask := uint32(len(x.places) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		p := x.places[i]
		if p == 0 || uint32(p>>32) == hash {
			return uint32(p)
		}
	}
}

func (x *index) insert(hash, entry uint32) {
	if 2*(x.count+1) > len(x.places) {
		x.grow()
	}
	x.count++
	x.put(place(hash, entry))
}

func (x *index) put(p uint64) {
	mask := uint32(len(x.places) - 1)
	i := uint32(p>>32) & mask
	for x.places[i] != 0 {
		i = (i + 1) & mask
	}
	x.places[i] = p
}

func (x *index) grow() {
	old := x.places
	x.places = make([]uint64, max(2*len(old), minPlaces))
	for _, p := range old {
		if p != 0 {
			x.put(p)
		}
	}
}

// remove takes an entry out and closes the hole, so that no search stops short.
func (x *index) remove(hash, entry uint32) {
	mask := uint32(len(x.places) - 1)
	i := hash & mask
	for x.places[i] != place(hash, entry) {
		i = (i + 1) & mask
	}
	x.count--
	for j := i; ; {
		j = (j + 1) & mask
		p := x.places[j]
		if p == 0 {
			break
		}
		// p may move to i unless its own place lies between them.
		if home := uint32(p>>32) & mask; (j-home)&mask >= (j-i)&mask {
			x.places[i] = p
			i = j
		}
	}
	x.places[i] = 0
}
