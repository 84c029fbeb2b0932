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
//
// A list is numbers of entries, those that come last first in turn. It may name
// entries that are in it no more, which have another slot by now, or twice, of
// which the later one counts.
type wheel struct {
	second heron.Time // up to which timers ran, in seconds
	slots  [wheelSlots][]uint32
	named  int // in all lists together
}

const (
	wheelSlots = 128
	// minSwept is how many numbers there must be before those that count for
	// nothing are looked for.
	minSwept = 1 << 12
)

func (w *wheel) start(now heron.Time) { w.second = now / heron.Second }

// schedule puts a flow in the list of the second after at.
func (t *Table) schedule(i uint32, e *entry, at heron.Time) {
	w := &t.wheel
	if w.named > minSwept && w.named > 4*t.slab.live {
		t.sweep()
	}
	sec := min(max(at/heron.Second, w.second)+1, w.second+wheelSlots-1)
	slot := sec % wheelSlots
	e.slot = uint8(slot + 1)
	w.slots[slot] = append(w.slots[slot], i)
	w.named++
}

func (t *Table) unschedule(e *entry) { e.slot = 0 }

// sweep takes out of the lists what counts for nothing, so that they are no
// longer than the table.
func (t *Table) sweep() {
	w := &t.wheel
	w.named = 0
	for slot := range w.slots {
		list := w.slots[slot]
		at := len(list)
		for k := len(list) - 1; k >= 0; k-- {
			if e := t.slab.at(list[k]); e.slot == uint8(slot+1) {
				e.slot = 0 // once is enough
				at--
				list[at] = list[k]
			}
		}
		n := copy(list, list[at:])
		w.slots[slot] = list[:n]
		for _, i := range list[:n] {
			t.slab.at(i).slot = uint8(slot + 1)
		}
		w.named += n
	}
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
		t.runSlot(int(w.second % wheelSlots))
	}
}

// runSlot runs the timers of one list.
func (t *Table) runSlot(slot int) {
	w := &t.wheel
	list := w.slots[slot]
	w.slots[slot] = list[:0] // nothing comes into it while it runs
	w.named -= len(list)
	for len(list) > 0 {
		from := max(len(list)-MaxAhead, 0)
		t.fetchTimers(list[from:])
		for k := len(list) - 1; k >= from; k-- {
			i := list[k]
			if e := t.slab.at(i); e.slot == uint8(slot+1) {
				e.slot = 0
				t.timer(i, e)
			}
		}
		list = list[:from]
	}
}

// fetchTimers fetches entries whose timers run next: of most what says when they are
// due again, and all of those that end.
func (t *Table) fetchTimers(list []uint32) {
	sum := uint64(0)
	for _, i := range list {
		sum += uint64(t.slab.at(i).touched)
	}
	for _, i := range list {
		if e := t.slab.at(i); e.live() && t.now-e.touched >= e.idle() {
			sum += e.near() + t.index.home(e.key.hash(&t.index.seed))
		}
	}
	t.ahead.fetched += sum
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
	if e.news&newsSinceReport != 0 && t.now-e.reported >= reportEvery {
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
	switch e.key.proto() {
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
