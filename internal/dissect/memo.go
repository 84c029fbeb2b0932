package dissect

// Bounds of a memo: messages, and facts of one.
const (
	maxMemo      = 1 << 13
	maxMemoFacts = 64
)

// memo is what plain messages told, by a hash of the message: devices announce
// the same of themselves for ever.
type memo struct {
	known map[uint64][]int32 // places in the book, one for each fact that was told
	key   uint64             // of the message at hand
	told  []int32
	on    bool // what the message at hand tells is taken down
}

// Same reports whether a payload of that sender was seen before and tells nothing
// that must be told now; then it counts what it told.
func (c *Collector) Same(payload []byte) bool {
	if c.minute == anyTime {
		return false // all must be told, and so taken apart
	}
	from := c.message.Src
	c.clean(&from)
	c.memo.key = c.hasher.numbers(c.hasher.scope(c.who.hash, c.protocol), c.hasher.text(payload))
	told := c.memo.known[c.memo.key]
	if len(told) == 0 || !c.keptBack(told) {
		c.memo.told, c.memo.on = c.memo.told[:0], true
		return false
	}
	for _, i := range told {
		c.count(i, c.book.notes.at(i))
	}
	return true
}

// keptBack reports whether none of those facts need be told now.
func (c *Collector) keptBack(places []int32) bool {
	for _, i := range places {
		if !c.needless(c.book.notes.at(i)) {
			return false
		}
	}
	return true
}

// Keep remembers what was told since Same as what that payload tells.
func (c *Collector) Keep() {
	m := &c.memo
	if !m.on || len(m.told) == 0 || len(m.told) > maxMemoFacts {
		return
	}
	if m.known == nil || len(m.known) >= maxMemo {
		m.known = make(map[uint64][]int32)
	}
	m.known[m.key] = append(m.known[m.key][:0], m.told...)
}
