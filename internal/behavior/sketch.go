package behavior

import "math"

// sketch estimates how many distinct peers there were in a window, by linear
// counting (Whang et al., 1990): exact enough to 500, and never growing.
type sketch struct {
	bits [places / 64]uint64
	set  int
}

const places = 1024

func (k *sketch) add(tag uint16) {
	word, bit := &k.bits[tag%places/64], uint64(1)<<(tag%64)
	if *word&bit == 0 {
		*word |= bit
		k.set++
	}
}

func (k *sketch) count() int {
	set := float64(min(k.set, places-1))
	return int(math.Round(-places * math.Log(1-set/places)))
}
