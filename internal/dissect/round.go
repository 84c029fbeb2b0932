package dissect

import (
	"hash/maphash"

	"github.com/heron-iot/heron"
)

// Bounds of a Round.
const (
	maxRoundFacts = 1 << 17
	maxRoundText  = 16 << 20
	// maxRaw is how much of a value is kept: more never shows in its text.
	maxRaw = 2 * heron.MaxObservationValue
)

// Round is what one worker learned between two cuts, in the order of packets.
type Round struct {
	seed      maphash.Seed
	maxEvents int
	facts     []seen
	table     []int32 // place in facts plus one, by hash; a power of two long
	text      []byte  // values, as they came
	events    []heron.Event
	places    []uint64 // of the packets that the events came from
	dropped   CollectorStats
}

// seen is one fact of a round.
type seen struct {
	id          uint64
	subject     heron.Subject
	key, source string
	at, size    int32 // of the value in text
	first, last heron.Time
	place       uint64 // of the packet that it was first seen in
	count       uint32
	presence    bool
}

func newRound(seed maphash.Seed, maxEvents int) *Round {
	return &Round{seed: seed, maxEvents: maxEvents, table: make([]int32, 1<<10)}
}

// reset empties the round and keeps its memory.
func (r *Round) reset() {
	if len(r.facts) > 0 {
		clear(r.table)
	}
	r.facts, r.text, r.places = r.facts[:0], r.text[:0], r.places[:0]
	r.events = nil // whoever took the round keeps them
	r.dropped = CollectorStats{}
}

// see notes one sighting of the fact with that hash.
func (r *Round) see(id uint64, s seen, value []byte) {
	slot := r.slot(id)
	if i := r.table[slot]; i != 0 {
		f := &r.facts[i-1]
		f.last = max(f.last, s.last)
		if !f.presence {
			f.count++
		}
		return
	}
	value = value[:min(len(value), maxRaw)]
	if len(r.facts) >= maxRoundFacts || len(r.text)+len(value) > maxRoundText {
		r.dropped.DroppedFacts++
		return
	}
	s.id, s.at, s.size = id, int32(len(r.text)), int32(len(value))
	r.text = append(r.text, value...)
	r.facts = append(r.facts, s)
	r.table[slot] = int32(len(r.facts))
	if len(r.facts)*2 > len(r.table) {
		r.grow()
	}
}

// slot finds where the fact with that hash is, or would be.
func (r *Round) slot(id uint64) int {
	mask := len(r.table) - 1
	for at := int(id) & mask; ; at = (at + 1) & mask {
		if i := r.table[at]; i == 0 || r.facts[i-1].id == id {
			return at
		}
	}
}

func (r *Round) grow() {
	r.table = make([]int32, 2*len(r.table))
	for i := range r.facts {
		r.table[r.slot(r.facts[i].id)] = int32(i + 1)
	}
}

func (r *Round) event(ev heron.Event, place uint64) {
	if len(r.events) >= r.maxEvents {
		r.dropped.DroppedEvents++
		return
	}
	r.events = append(r.events, ev)
	r.places = append(r.places, place)
}

// value is the value of a fact of this round.
func (r *Round) value(s *seen) []byte { return r.text[s.at : s.at+s.size] }
