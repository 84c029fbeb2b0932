package dissect

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
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
	maxEvents int
	turn      uint32        // its number
	carried   room[carried] // counts of facts from the rounds before
	facts     pile[seen]
	text      room[byte] // values, as they came
	events    room[heron.Event]
	places    room[uint64] // of the packets that the events came from
	dropped   CollectorStats
	forgot    uint64 // answer of the Memory: how many generations it has forgotten
}

// seen is one fact of a round.
type seen struct {
	id, scope   uint64 // hashes of the fact, and of what it shares with the others of its key
	subject     heron.Subject
	key, source string
	at, size    int32 // of the value in text
	first, last heron.Time
	place       uint64 // of the packet that it was first seen in
	note        int32  // its place in the book of the Collector
	count       uint32
	until       uint32 // answer of the Memory: the minute until which it need not hear of it again
	presence    bool
}

func newRound(maxEvents int) *Round { return &Round{maxEvents: maxEvents} }

// reset empties the round and keeps its memory.
func (r *Round) reset() {
	r.carried.empty()
	r.facts.empty()
	r.text.empty()
	r.events.empty()
	r.places.empty()
	r.dropped = CollectorStats{}
}

// add adds a fact and returns it, whatever is in it, and its place; nil when there is
// no room.
func (r *Round) add() (*seen, int32) {
	if r.facts.len >= maxRoundFacts || len(r.text.list)+maxRaw > maxRoundText {
		r.dropped.DroppedFacts++
		return nil, noPlace
	}
	return r.facts.next(), int32(r.facts.len - 1)
}

// write writes the value of a fact.
func (r *Round) write(f *seen, value []byte) {
	f.at, f.size = int32(len(r.text.list)), int32(len(value))
	r.text.add(value)
}

// again counts a fact of this round once more.
func (r *Round) again(i int32, at heron.Time) {
	f := r.facts.at(i)
	f.last = max(f.last, at)
	if !f.presence {
		f.count++
	}
}

// event returns where to put an event of the packet with that place, whatever is
// there now; nil when there is no room.
func (r *Round) event(place uint64) *heron.Event {
	if len(r.events.list) >= r.maxEvents {
		r.dropped.DroppedEvents++
		return nil
	}
	*r.places.next() = place
	return r.events.next()
}

// value is the value of a fact of this round.
func (r *Round) value(s *seen) []byte { return r.text.list[s.at : s.at+s.size] }

// text is the value as it is told. That of presence follows from the end.
func (s *seen) text(value []byte) string {
	switch {
	case !s.presence:
		return wire.Text(value, heron.MaxObservationValue)
	case s.key == heron.KeyFrame:
		return s.subject.IP.String()
	}
	return s.subject.MAC.String()
}
