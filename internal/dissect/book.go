package dissect

import "github.com/heron-iot/heron"

// maxNotes bounds the facts that one book knows.
const maxNotes = 1 << 17

// book is what a Collector knows of the facts that it told: until when nobody
// needs to hear of them again, and what was seen of them since.
type book struct {
	index  index
	notes  pile[note]
	counts pile[count]        // of the notes, by their place
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
	return book{index: newIndex(), due: make(map[uint32][]int32)}
}

// forget forgets all, and keeps the memory.
func (b *book) forget() {
	b.index.clear()
	clear(b.due)
	b.notes.len, b.counts.len = 0, 0
}

// place returns the place of the note with that hash, or noPlace.
func (b *book) place(id uint64) int32 {
	for at, s := b.index.next(half(id) - 1); s.place != 0; at, s = b.index.next(at) {
		if s.half == half(id) && b.notes.at(s.place-1).id == id {
			return s.place - 1
		}
	}
	return noPlace
}

// add adds the note of a fact that has none, and returns its place.
func (b *book) add(id uint64) int32 {
	i := int32(b.notes.len)
	b.index.put(id, i)
	*b.notes.next() = note{id: id}
	*b.counts.next() = count{}
	return i
}

// begin begins to count sightings of a note.
func (b *book) begin(i int32, n *note, at heron.Time, since uint64) {
	*b.counts.at(i) = count{at, since}
	b.due[n.until] = append(b.due[n.until], i)
	n.last = at
}

// carry puts what a note counts into a round.
func (b *book) carry(i int32, alive bool, to *Round) {
	n, from := b.notes.at(i), b.counts.at(i)
	if n.count == 0 {
		return
	}
	*to.carried.next() = carried{
		id: n.id, first: from.first, last: n.last, since: from.since, count: n.count, alive: alive,
	}
	n.count = 0
}
