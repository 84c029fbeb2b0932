package flow

// holdBack keeps bytes that came before those that they follow. Where they
// overlap with bytes held already, those count that came first.
func (t *Table) holdBack(i uint32, e *entry, dir int, seq uint32, data []byte) {
	s, w := &e.streams[dir], &e.backlogs[dir]
	if w.stalled == 0 && len(data) > 0 {
		w.stalled = momentOf(t.now)
	}
	from := seq - s.next // counted from the gap: no wrapping within 2 GiB
	to := from + uint32(len(data))
	at, prev := w.held, uint32(0)
	for from < to && !s.dead {
		end := to
		if at != 0 {
			end = min(to, max(from, t.pages.at(at).seq-s.next))
		}
		if from < end {
			n := end - from
			prev = t.insertHeld(i, e, dir, prev, s.next+from, data[:n])
			data, from = data[n:], end
			continue
		}
		p := t.pages.at(at)
		if covered := p.seq - s.next + p.n; covered > from {
			n := min(covered, to) - from
			data, from = data[n:], from+n
		}
		at, prev = p.next, at
	}
	if e.half(1-dir).packets == 0 && momentOf(t.now).since(w.stalled) > oneWayWait {
		t.skipGap(i, e, dir)
	}
	for w.held != 0 && !s.dead && !e.settled && (w.heldLen > maxHeld || e.holds > maxHolds) {
		t.skipGap(i, e, dir)
	}
}

// insertHeld puts bytes into new pages behind prev, and returns the last of them.
func (t *Table) insertHeld(i uint32, e *entry, dir int, prev, seq uint32, data []byte) uint32 {
	w := &e.backlogs[dir]
	for len(data) > 0 {
		n := t.page(i, e)
		if n == 0 {
			t.giveUp(e, dir, len(data))
			return 0
		}
		p := t.pages.at(n)
		m := copy(p.data[:], data)
		p.seq, p.n = seq, uint32(m)
		if prev == 0 {
			p.next, w.held = w.held, n
		} else {
			before := t.pages.at(prev)
			p.next, before.next = before.next, n
		}
		prev = n
		w.heldLen += uint32(m)
		seq += uint32(m)
		data = data[m:]
	}
	return prev
}

// release gives the sink the held bytes whose turn has come.
func (t *Table) release(i uint32, e *entry, dir int) {
	if !e.holding {
		return
	}
	s, w := &e.streams[dir], &e.backlogs[dir]
	for w.held != 0 && !s.dead && !e.settled {
		n := w.held
		p := t.pages.at(n)
		old := int32(s.next - p.seq)
		if old < 0 {
			return
		}
		w.held = p.next // the page is ours until it is freed
		w.heldLen -= p.n
		if uint32(old) < p.n {
			t.inOrder(i, e, dir, p.bytes()[old:], 0)
		}
		t.freePage(e, n)
	}
	if w.held == 0 {
		w.stalled = 0
	}
}

// skipGap gives up the bytes before the first held one.
func (t *Table) skipGap(i uint32, e *entry, dir int) {
	s, w := &e.streams[dir], &e.backlogs[dir]
	if w.held == 0 || s.dead || e.settled {
		return
	}
	gap := t.pages.at(w.held).seq - s.next
	s.next += gap
	t.stats.Gaps++
	t.lost(e, dir, int(gap))
	t.release(i, e, dir)
}

// acknowledged skips the gaps of a direction up to what its receiver has: what
// it acknowledged it got, so the capture lost it.
func (t *Table) acknowledged(i uint32, e *entry, dir int, ack uint32) {
	if !e.holding {
		return
	}
	s, w := &e.streams[dir], &e.backlogs[dir]
	for w.held != 0 && !s.dead && !e.settled && int32(ack-t.pages.at(w.held).seq) > 0 {
		t.skipGap(i, e, dir)
	}
}

// drain gives the sink what is still held of a flow that ends, and gives its
// pages back.
func (t *Table) drain(i uint32, e *entry) {
	if !e.holding {
		return
	}
	at := t.frame.time
	t.frame.time = e.last()
	for dir := range e.streams {
		s, w := &e.streams[dir], &e.backlogs[dir]
		for w.held != 0 && !s.dead && !e.settled {
			t.skipGap(i, e, dir)
		}
		t.forget(e, dir)
	}
	t.frame.time = at
}
