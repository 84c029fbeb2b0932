package flow

import (
	"github.com/heron-iot/heron"
)

const (
	// maxPrefix is how many bytes of a direction wait for the rest of a message.
	maxPrefix = 16 << 10
	// maxHeld is how many bytes of a direction wait for bytes before them.
	maxHeld = 32 << 10
	// maxHolds is how many pages a flow may hold when it holds back more: each
	// segment that comes too early has one, however short, and where it belongs is
	// looked for page by page.
	maxHolds = 256
	// oneWayWait is how long bytes wait for a gap to fill when the other
	// direction, whose acknowledgements would tell, was not captured.
	oneWayWait = 2 * heron.Second
)

// stream is one direction of a TCP connection, as far as its bytes are given to
// the sink. Of bytes that come twice, the first ones count.
type stream struct {
	next      uint32 // sequence number expected
	calls     uint32 // messages given so far
	prefixLen uint32 // bytes in the prefix of its backlog
	started   bool   // next is known
	synced    bool
	gap       bool // bytes before the next message were not seen
	dead      bool // given up: only counted
}

// backlog is what of a direction waits. While the flow holds no pages it is zero,
// but for isn, so that nobody need look.
type backlog struct {
	isn uint32 // sequence number of the SYN, when synced
	// prefix lists the pages with bytes that the sink did not consume yet.
	prefix, prefixEnd uint32
	// held lists the pages with bytes after a gap, by sequence number.
	held, heldLen uint32
	stalled       moment // since when nothing came in order; 0 when nothing is held
}

// moment is a time in milliseconds, as far as it fits: what is between two of
// them is right below three weeks.
type moment uint32

// momentOf is never 0, which means none.
func momentOf(at heron.Time) moment { return moment(at/heron.Millisecond) | 1 }

// since is the time from one moment to another.
func (m moment) since(from moment) heron.Time { return heron.Time(int32(m-from)) * heron.Millisecond }

// stream takes a segment of a flow.
func (t *Table) stream(i uint32, e *entry, dir int, g *segment) {
	s, seq := &e.streams[dir&1], g.seq
	if g.flags&flagSYN != 0 {
		if s.calls == 0 && s.prefixLen == 0 {
			s.next, s.synced, s.started = seq+1, true, true
			e.backlogs[dir].isn = seq
		}
		seq++
	}
	if e.settled {
		return
	}
	if e.holding && g.flags&flagACK != 0 {
		t.acknowledged(i, e, 1-dir, g.ack)
	}
	if g.length == 0 || g.flags&flagRST != 0 || s.dead || e.settled {
		return
	}
	if !s.started {
		s.started, s.gap, s.next = true, true, seq
	}
	if seq == s.next && !e.holding && len(g.data) == g.length && g.length < maxPrefix {
		t.whole(i, e, dir, g.data)
		return
	}
	t.segment(i, e, dir, seq, g)
}

// whole gives the sink the bytes that come next when nothing waits in the flow.
func (t *Table) whole(i uint32, e *entry, dir int, data []byte) {
	s := &e.streams[dir&1]
	s.next += uint32(len(data))
	if e.scratch.Quiet && !s.gap && t.quiet(e, dir, data) {
		s.calls++
		return
	}
	if consumed := t.offer(e, dir, data); consumed < len(data) && !e.settled {
		t.keep(i, e, dir, data[consumed:])
	}
}

// segment takes a segment when it is not simply the next, or something waits.
func (t *Table) segment(i uint32, e *entry, dir int, seq uint32, g *segment) {
	s := &e.streams[dir]
	data, missing := g.data, g.length-len(g.data)
	ahead := int32(seq - s.next)
	if ahead > 0 {
		t.holdBack(i, e, dir, seq, data)
		return
	}
	old := int(-int64(ahead))
	if old >= g.length {
		return
	}
	if old > len(data) {
		missing -= old - len(data)
	}
	t.inOrder(i, e, dir, data[min(old, len(data)):], missing)
	t.release(i, e, dir)
}

// inOrder gives the sink the bytes that follow those before, of which the last
// missing ones were not captured.
func (t *Table) inOrder(i uint32, e *entry, dir int, data []byte, missing int) {
	s := &e.streams[dir]
	s.next += uint32(len(data) + missing)
	if e.holding && e.backlogs[dir].stalled != 0 {
		e.backlogs[dir].stalled = momentOf(t.now)
	}
	t.deliver(i, e, dir, data)
	if missing > 0 {
		t.lost(e, dir, missing)
	}
}

// deliver offers bytes to the sink, behind those that it did not consume yet.
func (t *Table) deliver(i uint32, e *entry, dir int, data []byte) {
	s := &e.streams[dir]
	for len(data) > 0 && !e.settled && !s.dead {
		waiting := int(s.prefixLen)
		n := min(len(data), maxPrefix-waiting)
		offer := data[:n]
		if waiting > 0 {
			offer = t.gather(&e.backlogs[dir], offer)
		}
		consumed := t.offer(e, dir, offer)
		rest := data[n:]
		switch {
		case e.settled:
			t.forget(e, dir)
			t.forget(e, 1-dir)
			return
		case consumed == 0 && len(offer) == maxPrefix:
			t.giveUp(e, dir, len(data)) // full, and no message came of it
			return
		case consumed >= waiting:
			t.forgetPrefix(e, dir)
			data = data[consumed-waiting:]
			if len(rest) == 0 {
				t.keep(i, e, dir, data)
				return
			}
		default:
			if consumed > 0 {
				t.forgetPrefix(e, dir)
				t.keep(i, e, dir, offer[consumed:])
			} else {
				t.keep(i, e, dir, data[:n])
			}
			data = rest
		}
	}
}

// offer calls the sink and returns how many bytes it is done with.
func (t *Table) offer(e *entry, dir int, b []byte) int {
	s := &e.streams[dir&1]
	src, dst := e.ports()
	if dir == fromServer {
		src, dst = dst, src
	}
	m := t.message(e, dir, heron.TCP, src, dst)
	m.Payload, m.Sequence, m.Gap = b, s.calls, s.gap
	s.calls++
	s.gap = false
	v := t.sink.Message(m)
	if v.Done || e.scratch.Settled {
		e.settled = true
	}
	return min(max(v.Consumed, 0), len(b))
}

// gather makes one piece of the waiting bytes and those behind them. It is
// valid until the next call.
func (t *Table) gather(w *backlog, behind []byte) []byte {
	b := t.scratch[:0]
	for n := w.prefix; n != 0; n = t.pages.at(n).next {
		b = append(b, t.pages.at(n).bytes()...)
	}
	return append(b, behind...)
}

// keep puts bytes behind those that wait for the rest of their message.
func (t *Table) keep(i uint32, e *entry, dir int, b []byte) {
	s, w := &e.streams[dir], &e.backlogs[dir]
	for len(b) > 0 {
		if w.prefixEnd == 0 || t.pages.at(w.prefixEnd).n == pageData {
			n := t.page(i, e)
			if n == 0 {
				t.giveUp(e, dir, len(b))
				return
			}
			p := t.pages.at(n)
			p.next, p.n = 0, 0
			if w.prefixEnd == 0 {
				w.prefix = n
			} else {
				t.pages.at(w.prefixEnd).next = n
			}
			w.prefixEnd = n
		}
		p := t.pages.at(w.prefixEnd)
		m := copy(p.data[p.n:], b)
		p.n += uint32(m)
		s.prefixLen += uint32(m)
		b = b[m:]
	}
}

// lost notes that bytes of a direction will not come: what waits for them is
// no message any more.
func (t *Table) lost(e *entry, dir, n int) {
	t.stats.StreamGaps += uint64(n)
	e.streams[dir].gap = true
	t.forgetPrefix(e, dir)
}

// giveUp stops to follow a direction for want of memory, n bytes at hand
// included.
func (t *Table) giveUp(e *entry, dir, n int) {
	s := &e.streams[dir]
	t.stats.StreamDrops += uint64(n) + uint64(s.prefixLen) + uint64(e.backlogs[dir].heldLen)
	t.forget(e, dir)
	s.dead = true
}

// forget gives back the pages of a direction.
func (t *Table) forget(e *entry, dir int) {
	if !e.holding {
		return
	}
	t.forgetPrefix(e, dir)
	w := &e.backlogs[dir]
	for w.held != 0 {
		w.held = t.freePage(e, w.held)
	}
	w.heldLen, w.stalled = 0, 0
}

func (t *Table) forgetPrefix(e *entry, dir int) {
	s := &e.streams[dir]
	if s.prefixLen == 0 {
		return
	}
	w := &e.backlogs[dir]
	for w.prefix != 0 {
		w.prefix = t.freePage(e, w.prefix)
	}
	w.prefixEnd, s.prefixLen = 0, 0
}
