package behavior

import (
	"math"
	"math/bits"
)

// sketch estimates how many distinct peers there were in a window, by linear
// counting (Whang et al., 1990): exact enough to 500, and never growing.
type sketch [16]uint64

func (k *sketch) add(tag uint16) {
	i := tag % (uint16(len(k)) * 64)
	k[i/64] |= 1 << (i % 64)
}

func (k *sketch) count() int {
	set := 0
	for _, w := range k {
		set += bits.OnesCount64(w)
	}
	size := float64(len(k) * 64)
	if set == len(k)*64 {
		set--
	}
	return int(math.Round(-size * math.Log(1-float64(set)/size)))
}
