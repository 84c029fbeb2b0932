package dissect

import "github.com/heron-iot/heron"

// maxNotes bounds the facts that one book knows.
const maxNotes = 1 << 17

// book is what a Collector knows of the facts that it told: until when nobody
// needs to hear of them again, and what was seen of them since. The facts of one
// message stand beside each other and come again in that order, so that most are
// found where they are expected.
type book struct {
	index  index
	notes  []note
	counts []count            // of the notes, by their place
	last   int                // place of the note that was asked for last
	due    map[uint32][]int32 // places of notes that count, by the minute until which they may
}

// note is what is known of one fact.
type note struct {
	id    uint64     // its hash
	last  heron.Time // of what is counted
	until uint32     // the traffic minute from which on it must be told; 0: always
	count uint32     // sightings that were not told
	turn  uint32     // the round that it was seen in last
	at    int32      // its place in that round, where it was told, or noPlace
}

const noPlace = -1

// count is where what a note counts begins.
type count struct {
	first heron.Time
	since uint64 // which sighting of all that was
}

// carried are sightings of a fact in rounds before, in which they were not told.
type carried struct {
	id          uint64
	first, last heron.Time
	since       uint64
	count       uint32
	alive       bool // some are younger than what the Memory forgot last
}

func newBook() book {
	return book{index: newIndex(), last: -1, due: make(map[uint32][]int32)}
}

// find returns the note with that hash; nil when there is none.
func (b *book) find(id uint64) *note {
	if i := b.last + 1; i < len(b.notes) && b.notes[i].id == id {
		b.last = i
		return &b.notes[i]
	}
	for at, s := b.index.next(half(id) - 1); s.place != 0; at, s = b.index.next(at) {
		if s.half == half(id) && b.notes[s.place-1].id == id {
			b.last = int(s.place - 1)
			return &b.notes[b.last]
		}
	}
	return nil
}

// add adds a note for a hash that has none.
func (b *book) add(id uint64) *note {
	b.last = len(b.notes)
	b.index.put(id, int32(b.last))
	b.notes = append(b.notes, note{id: id})
	b.counts = append(b.counts, count{})
	return &b.notes[b.last]
}

// count counts a sighting of the note that was asked for last.
func (b *book) count(n *note, at heron.Time, since uint64) {
	if n.count == 0 {
		b.counts[b.last] = count{at, since}
		b.due[n.until] = append(b.due[n.until], int32(b.last))
		n.last = at
	}
	n.count++
	n.last = max(n.last, at)
}

// carry puts what a note counts into a round.
func (b *book) carry(i int32, alive bool, to *Round) {
	n, from := &b.notes[i], &b.counts[i]
	if n.count == 0 {
		return
	}
	to.carried = append(to.carried, carried{
		id: n.id, first: from.first, last: n.last, since: from.since, count: n.count, alive: alive,
	})
	n.count = 0
}
