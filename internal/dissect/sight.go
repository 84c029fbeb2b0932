package dissect

// sight notes a sighting of the fact with that hash, of presence or not. It returns
// the fact of the round that is to be told, or nil when it need not be.
func (c *Collector) sight(id uint64, presence bool) *seen {
	i := c.book.place(id)
	if i == noPlace {
		i = c.note(id)
	}
	if c.memo.on {
		c.memo.told = append(c.memo.told, i)
	}
	n := c.book.notes.at(i)
	switch {
	case c.needless(n):
		if !presence {
			c.count(i, n)
		}
	case n.turn == c.turn && n.at != noPlace:
		c.round.again(n.at, c.time)
	default:
		return c.tell(i, n, presence)
	}
	return nil
}

// needless reports whether a fact need not be told now.
func (c *Collector) needless(n *note) bool { return n.until > c.minute && c.time < c.end }

// count counts a sighting of a fact that is not told.
func (c *Collector) count(i int32, n *note) {
	if n.count == 0 {
		c.book.begin(i, n, c.time, sighting(c.turn, c.place))
	}
	n.count++
	n.last = max(n.last, c.time)
	n.turn, n.at = c.turn, noPlace
}

// note adds the note of a fact to the book: a full one begins anew.
func (c *Collector) note(id uint64) int32 {
	if c.book.notes.len == maxNotes {
		for _, list := range c.book.due {
			for _, i := range list {
				c.book.carry(i, true, c.round)
			}
		}
		c.book.forget()
		c.memo = memo{}
	}
	return c.book.add(id)
}

// tell adds a fact to the round: whoever asks fills in what it is, and writes its
// value. It returns nil when there is no room.
func (c *Collector) tell(i int32, n *note, presence bool) *seen {
	f, at := c.round.add()
	if f == nil {
		return nil
	}
	n.turn, n.at = c.turn, at
	f.id, f.note, f.presence = n.id, i, presence
	f.first, f.last, f.place, f.count = c.time, c.time, c.place, 1
	return f
}
