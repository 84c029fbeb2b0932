package httpapi

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/heron-iot/heron"
)

// Bounds of the live stream.
const (
	maxReaders = 512      // readers at a time
	maxPending = 20_000   // unsent messages of one reader
	maxUnsent  = 16 << 20 // their bytes
)

// Why a stream ends, beside the reader's own wish.
var (
	errSessionOver = errors.New("the session is over")
	errStopping    = errors.New("the server stops")
	errTooSlow     = errors.New("the reader is too slow")
)

// hub hands every live message to all readers. It never waits for one: each
// reader has a bounded box of unsent messages, in which a newer message about
// the same thing takes the older one's place.
type hub struct {
	latest atomic.Int64 // highest sequence number seen

	mu      sync.Mutex
	readers map[*reader]struct{}
	gap     bool // the subscription broke: what comes next is not all
}

func newHub() *hub { return &hub{readers: map[*reader]struct{}{}} }

// publish hands l to all readers. After a gap they are told to resume instead:
// the store has what they missed.
func (h *hub) publish(l heron.Live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.latest.Store(max(h.latest.Load(), l.Seq))
	if len(h.readers) == 0 {
		h.gap = false
		return
	}
	text, err := json.Marshal(l)
	if err != nil {
		// Data is not JSON: a fault of the publisher that no reader can mend.
		return
	}
	for r := range h.readers {
		if h.gap {
			r.overrun()
			continue
		}
		r.put(message{seq: l.Seq, kind: l.Kind, id: l.ID, text: text})
	}
	h.gap = false
}

// broken notes that messages may be missing from here on.
func (h *hub) broken() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gap = true
}

// join adds a reader unless there are too many.
func (h *hub) join(r *reader) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.readers) >= maxReaders {
		return heron.Errorf(heron.CodeUnavailable, "too many readers of the live stream (%d); close some", maxReaders)
	}
	h.readers[r] = struct{}{}
	return nil
}

func (h *hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, r)
}

// drop ends the streams of the principals that match: their session is over.
func (h *hub) drop(match func(*principal) bool) { h.end(errSessionOver, match) }

// close ends all streams: the server stops.
func (h *hub) close() { h.end(errStopping, func(*principal) bool { return true }) }

func (h *hub) end(why error, match func(*principal) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		if match(r.who) {
			r.end(why)
		}
	}
}

// message is one live message as it goes out; text is shared by all readers.
type message struct {
	seq  int64
	kind heron.LiveKind
	id   string
	text []byte
}

// subject is what a message is about; a newer one replaces an older one.
type subject struct {
	kind heron.LiveKind
	id   string
}

// reader is one connection's box of unsent messages.
type reader struct {
	who   *principal
	kinds map[heron.LiveKind]bool // nil: all
	wake  chan struct{}           // holds one token while there is something to do
	ended chan error              // holds why the stream ends, once it must

	mu    sync.Mutex
	box   []message       // in order of arrival; text is nil where replaced
	index map[subject]int // where in box
	bytes int
	over  bool // too slow: the box was emptied, the reader must resume
}

func newReader(who *principal, kinds map[heron.LiveKind]bool) *reader {
	return &reader{
		who: who, kinds: kinds, index: map[subject]int{},
		wake: make(chan struct{}, 1), ended: make(chan error, 1),
	}
}

func (r *reader) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// put adds a message, in place of an older one about the same thing. Entries
// of a timeline are each their own.
func (r *reader) put(m message) {
	if r.kinds != nil && !r.kinds[m.kind] {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return
	}
	if m.kind != heron.LiveTimeline {
		about := subject{m.kind, m.id}
		if i, ok := r.index[about]; ok {
			r.bytes -= len(r.box[i].text)
			r.box[i] = message{}
		}
		r.index[about] = len(r.box)
	}
	r.box = append(r.box, m)
	r.bytes += len(m.text)
	if len(r.box) > maxPending {
		r.compactLocked()
	}
	if len(r.box) > maxPending || r.bytes > maxUnsent {
		r.overrunLocked()
	}
	r.signal()
}

// compactLocked closes the holes that replaced messages left.
func (r *reader) compactLocked() {
	kept := r.box[:0]
	for _, m := range r.box {
		if m.text == nil {
			continue
		}
		if m.kind != heron.LiveTimeline {
			r.index[subject{m.kind, m.id}] = len(kept)
		}
		kept = append(kept, m)
	}
	clear(r.box[len(kept):])
	r.box = kept
}

func (r *reader) overrun() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.overrunLocked()
	r.signal()
}

func (r *reader) overrunLocked() {
	r.over, r.box, r.bytes = true, nil, 0
	clear(r.index)
}

// take empties the box; over tells that messages were lost.
func (r *reader) take() (box []message, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.compactLocked()
	box, r.box, r.bytes = r.box, nil, 0
	clear(r.index)
	return box, r.over
}

// end tells the connection to end, and why; the first reason counts.
func (r *reader) end(why error) {
	select {
	case r.ended <- why:
	default:
	}
}
