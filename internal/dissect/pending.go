package dissect

import "github.com/heron-iot/heron"

// maxPending is how many facts are looked for together.
const maxPending = 32

// pending are facts on their way to the book. Each is about another device than
// the one before, and far from it in memory: the processor waits for all that are
// looked for together as long as for one.
type pending struct {
	facts []stated // of room for maxPending
	text  []byte   // their values, as they came
	notes [maxPending]int32
}

// stated is a fact as a dissector stated it.
type stated struct {
	id, scope   uint64 // hashes of the fact, and of what it shares with the others of its key
	subject     heron.Subject
	key, source string
	at, size    int32 // of the value in text
	time        heron.Time
	place       uint64 // of the packet
}

func newPending() pending { return pending{facts: make([]stated, 0, maxPending)} }

// state notes that a fact was stated. It returns where its value must be put into
// the text of what waits, as far as its size says; nil when it is about nobody, or
// counted already.
func (c *Collector) state(about *heron.Subject, key string, value uint64, size int) *stated {
	if !c.clean(&about.Endpoint) {
		return nil
	}
	scope := c.hasher.scope(c.who.hash, key)
	id := c.hasher.fact(scope, about, value)
	if c.counted(id, key) {
		return nil
	}
	f := c.wait(about, key, id)
	f.scope, f.size = scope, int32(min(size, maxRaw))
	return f
}

// wait adds a fact to those that wait. Its value comes next into their text.
func (c *Collector) wait(about *heron.Subject, key string, id uint64) *stated {
	w := &c.pending
	if len(w.facts) == maxPending {
		c.look()
	}
	w.facts = w.facts[:len(w.facts)+1]
	f := &w.facts[len(w.facts)-1]
	f.id, f.subject, f.key, f.source, f.time, f.place = id, *about, key, c.protocol, c.time, c.place
	f.at = int32(len(w.text))
	return f
}

// counted counts a fact that was seen lately, as far as it need not be told: those
// that a poll or a flood repeats. So is counted before what waits, as Same does it.
func (c *Collector) counted(id uint64, key string) bool {
	s := c.book.latest[id%latestNotes]
	if s.half != half(id) || s.place == 0 {
		return false
	}
	i := s.place - 1
	n := c.book.notes.at(i)
	if n.id != id || !c.needless(n, c.time) {
		return false
	}
	presence := isPresence(key)
	if !presence && n.count == 0 {
		return false
	}
	if c.memo.on {
		c.memo.told = append(c.memo.told, i)
	}
	if !presence {
		c.count(i, c.time, c.place)
	}
	return true
}

// look puts what waits into the book, and into the round what must be told.
func (c *Collector) look() {
	w := &c.pending
	if len(w.facts) == 0 {
		return
	}
	c.room(len(w.facts))
	c.book.find(w.facts, w.notes[:])
	for i := range w.facts {
		c.see(&w.facts[i], w.notes[i])
	}
	w.facts, w.text = w.facts[:0], w.text[:0]
}

// room makes room for so many new notes: a full book begins anew.
func (c *Collector) room(n int) {
	if c.book.notes.len+n <= maxNotes {
		return
	}
	for _, list := range c.book.due {
		for _, i := range list {
			c.book.carry(i, true, c.round)
		}
	}
	c.book.forget()
	c.memo = memo{}
}

// see notes a sighting of a fact, whose note has that place as far as it was known.
func (c *Collector) see(f *stated, i int32) {
	if i == noPlace {
		i = c.book.note(f.id)
	}
	if c.memo.on {
		c.memo.told = append(c.memo.told, i)
	}
	c.book.latest[f.id%latestNotes] = slot{half(f.id), i + 1}
	n := c.book.notes.at(i)
	switch {
	case c.needless(n, f.time):
		if !isPresence(f.key) {
			c.count(i, f.time, f.place)
		}
	case n.turn == c.turn && n.at != noPlace:
		c.round.again(n.at, f.time)
	default:
		if at := c.round.add(f, c.pending.text[f.at:f.at+f.size], i); at != noPlace {
			n.turn, n.at = c.turn, at
		}
	}
}

// needless reports whether a fact that is seen at a time need not be told now.
func (c *Collector) needless(n *note, at heron.Time) bool { return n.until > c.minute && at < c.end }

// count counts a sighting of a fact that is not told.
func (c *Collector) count(i int32, at heron.Time, place uint64) {
	c.book.count(i, at, sighting(c.turn, place))
	n := c.book.notes.at(i)
	n.turn, n.at = c.turn, noPlace
}
