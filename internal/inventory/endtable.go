package inventory

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"net/netip"

	"github.com/heron-iot/heron"
)

// endKey is what an observation is filed under. Either part may be missing.
type endKey struct {
	mac heron.MAC
	ip  netip.Addr
}

// endSlot holds an endpoint with its key in plain numbers: two take one line of
// a processor's cache.
type endSlot struct {
	hi, lo, mac uint64
	end         *endpoint // nil in an empty slot
}

// slot returns the slot of a key, empty as yet. All forms in which one address
// may be written have one slot.
func (k endKey) slot() endSlot {
	ip := k.ip.As16() // an address is never 0 here, and none is
	return endSlot{
		hi: binary.BigEndian.Uint64(ip[:8]), lo: binary.BigEndian.Uint64(ip[8:]),
		mac: k.mac.Uint64(),
	}
}

// endTable finds endpoints by their keys: open addressing, never more than
// three quarters full. Nothing is ever taken out.
type endTable struct {
	slots []endSlot // a power of two
	count int
	seed  [3]uint64 // so that nobody can choose addresses that meet
}

func newEndTable() endTable {
	return endTable{slots: make([]endSlot, 64), seed: [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64() | 1}}
}

// find returns the endpoint of a key, or nil.
func (t *endTable) find(k endKey) *endpoint {
	s := k.slot()
	return t.at(&s).end
}

// at returns the slot in which a key is, or the empty one in which it would be.
func (t *endTable) at(want *endSlot) *endSlot {
	for i := t.hash(want); ; i++ {
		s := &t.slots[i&uint64(len(t.slots)-1)]
		if s.end == nil || (s.lo == want.lo && s.mac == want.mac && s.hi == want.hi) {
			return s
		}
	}
}

// hash is where the search for a key begins.
func (t *endTable) hash(s *endSlot) uint64 {
	a, b := bits.Mul64(s.hi^t.seed[0], s.lo^t.seed[1])
	a, b = bits.Mul64(a^b^s.mac, t.seed[2])
	return a ^ b
}

// add adds an endpoint under a key that is not in the table.
func (t *endTable) add(k endKey, end *endpoint) {
	if t.count++; t.count > len(t.slots)/4*3 {
		old := t.slots
		t.slots = make([]endSlot, 2*len(old))
		for i := range old {
			if old[i].end != nil {
				*t.at(&old[i]) = old[i]
			}
		}
	}
	s := k.slot()
	s.end = end
	*t.at(&s) = s
}
