package dissect

import (
	"hash/maphash"
	"sync"

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
	index     index  // place in facts by hash
	text      []byte // values, as they came
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
	return &Round{seed: seed, maxEvents: maxEvents}
}

// reset empties the round and keeps its memory.
func (r *Round) reset() {
	r.index.reset()
	r.facts, r.text, r.places = r.facts[:0], r.text[:0], r.places[:0]
	r.events = eventRoom(cap(r.events)) // whoever took the round keeps them
	r.dropped = CollectorStats{}
}

// spareEvents is room that was given back.
var spareEvents sync.Pool

// Recycle gives back events that nobody needs any more, for their room.
func Recycle(events []heron.Event) {
	if cap(events) > 0 {
		clear(events)
		spareEvents.Put(&events)
	}
}

// eventRoom returns room for n events: what was given back, where that is enough.
func eventRoom(n int) []heron.Event {
	if s, ok := spareEvents.Get().(*[]heron.Event); ok && cap(*s) >= n {
		return (*s)[:0]
	}
	return make([]heron.Event, 0, n)
}

// see notes one sighting of the fact with that hash.
func (r *Round) see(id uint64, s seen, value []byte) {
	if i, ok := r.index.get(id); ok {
		f := &r.facts[i]
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
	r.index.put(id, int32(len(r.facts)))
	r.facts = append(r.facts, s)
}

// event returns where to put an event of the packet with that place, nil when
// there is no room.
func (r *Round) event(place uint64) *heron.Event {
	if len(r.events) >= r.maxEvents {
		r.dropped.DroppedEvents++
		return nil
	}
	r.places = append(r.places, place)
	r.events = append(r.events, heron.Event{})
	return &r.events[len(r.events)-1]
}

// value is the value of a fact of this round.
func (r *Round) value(s *seen) []byte { return r.text[s.at : s.at+s.size] }
