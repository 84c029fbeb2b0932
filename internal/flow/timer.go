package flow

import "github.com/heron-iot/heron"

// How long flows wait, in traffic time.
const (
	answerWait = 3 * heron.Second // for an answer, until the flow is told unanswered
	lingerWait = 5 * heron.Second // after the end, for stragglers

	idleTCP     = 10 * heron.Minute
	idleAttempt = heron.Minute // TCP that was never answered: longer than SYNs are repeated
	idleUDP     = 2 * heron.Minute
	idleOther   = 30 * heron.Second

	reportEvery = heron.Minute
)

// wheel has a list of flows for each second ahead. A flow is not moved when
// packets come: its timer looks whether there is something to do, and is set
// again.
type wheel struct {
	second heron.Time // up to which timers ran, in seconds
	heads  [wheelSlots]uint32
}

const wheelSlots = 128

func (w *wheel) start(now heron.Time) { w.second = now / heron.Second }

// schedule puts a flow in the list of the second after at.
func (t *Table) schedule(i uint32, e *entry, at heron.Time) {
	w := &t.wheel
	sec := min(max(at/heron.Second, w.second)+1, w.second+wheelSlots-1)
	slot := sec % wheelSlots
	e.slot = uint8(slot + 1)
	e.prev, e.next = 0, w.heads[slot]
	if e.next != 0 {
		t.slab.at(e.next).prev = i
	}
	w.heads[slot] = i
}

func (t *Table) unschedule(e *entry) {
	if e.slot == 0 {
		return
	}
	if e.prev != 0 {
		t.slab.at(e.prev).next = e.next
	} else {
		t.wheel.heads[e.slot-1] = e.next
	}
	if e.next != 0 {
		t.slab.at(e.next).prev = e.prev
	}
	e.slot = 0
}

// runTimers runs what is due at the present traffic time.
func (t *Table) runTimers() {
	w := &t.wheel
	to := t.now / heron.Second
	if to-w.second > wheelSlots {
		w.second = to - wheelSlots // all lists run once: enough
	}
	for w.second < to {
		w.second++
		slot := w.second % wheelSlots
		i := w.heads[slot]
		w.heads[slot] = 0
		for i != 0 {
			e := t.slab.at(i)
			next := e.next
			e.slot = 0
			t.timer(i, e)
			i = next
		}
	}
}

// timer does what is due for one flow, and sets its timer again.
func (t *Table) timer(i uint32, e *entry) {
	if t.now-e.touched >= e.idle() {
		if e.state == heron.FlowEstablished || e.state == heron.FlowAttempt {
			e.state = heron.FlowExpired
		}
		t.end(i, e)
		return
	}
	if e.state == heron.FlowAttempt && e.awaits && t.now-e.reported >= answerWait {
		e.state = heron.FlowUnanswered
		t.tell(i, e)
	}
	if e.changed && t.now-e.reported >= reportEvery {
		t.tell(i, e)
	}
	t.schedule(i, e, e.deadline(t.now))
}

// deadline is when the flow must be looked at next.
func (e *entry) deadline(now heron.Time) heron.Time {
	report := e.reported + reportEvery
	if report <= now { // nothing to tell now, perhaps in a minute
		report = now + reportEvery
	}
	at := min(e.touched+e.idle(), report)
	if e.state == heron.FlowAttempt && e.awaits { // its one report was at the start
		at = min(at, e.reported+answerWait)
	}
	return at
}

// idle is how long the flow may be quiet before it ends.
func (e *entry) idle() heron.Time {
	switch e.key.proto {
	case protoTCP:
		switch e.state {
		case heron.FlowClosed, heron.FlowReset, heron.FlowRejected:
			return lingerWait
		case heron.FlowAttempt, heron.FlowUnanswered:
			return idleAttempt
		}
		return idleTCP
	case protoUDP:
		return idleUDP
	}
	return idleOther
}
