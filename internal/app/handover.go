package app

import "time"

// handover takes batches from the goroutine that makes them to one that thinks
// about them, a sheaf at a time: to wake it costs more than a small batch.
type handover struct {
	full, empty chan *sheaf
	fill        *sheaf
	last        time.Time // when one was handed over
}

// Bounds of a handover: sheaves that wait, and how long a batch waits for those
// that fill its sheaf.
const (
	sheaves       = 1
	batchPatience = 100 * time.Millisecond
)

func newHandover() *handover {
	const all = sheaves + 2 // one is being filled, one is thought about
	h := &handover{full: make(chan *sheaf, sheaves), empty: make(chan *sheaf, all), fill: newSheaf(maxBatches), last: time.Now()}
	for range all - 1 {
		h.empty <- newSheaf(maxBatches)
	}
	return h
}

// room is where the next batch is to be made.
func (h *handover) room() *sheaf { return h.fill }

// offer hands over what was made, unless more can wait for it; it reports whether
// it did.
func (h *handover) offer() bool {
	if !h.fill.full() && time.Since(h.last) < batchPatience {
		return false
	}
	h.full <- h.fill
	h.fill, h.last = <-h.empty, time.Now()
	return true
}

// end hands over the last.
func (h *handover) end() {
	h.full <- h.fill
	close(h.full)
}

// each calls take with each batch that is handed over, until the end.
func (h *handover) each(take func(*sheaf)) {
	for s := range h.full {
		take(s)
		s.reset()
		h.empty <- s
	}
}
