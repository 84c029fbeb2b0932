package app

import "github.com/heron-iot/heron"

// sheaf is batches that follow one another, in room that they share: captures of
// little traffic make very many batches with next to nothing in them.
type sheaf struct {
	batches      []heron.Batch
	items        int // in all batches
	flows        room[heron.Flow]
	events       room[heron.Event]
	observations room[heron.Observation]
	layers       room[heron.ProtocolCount]
}

// Bounds of a sheaf that is used again: it is full with so many batches, or items
// in them.
const (
	maxBatches = 128
	maxItems   = 512
)

// newSheaf returns a sheaf for so many batches.
func newSheaf(batches int) *sheaf { return &sheaf{batches: make([]heron.Batch, 0, batches)} }

// full reports whether another batch should go into another sheaf.
func (s *sheaf) full() bool { return len(s.batches) == cap(s.batches) || s.items >= maxItems }

// add puts a batch into the sheaf, and returns it.
func (s *sheaf) add(b heron.Batch) *heron.Batch {
	s.batches = append(s.batches, b)
	s.items += len(b.Flows) + len(b.Events) + len(b.Observations)
	return &s.batches[len(s.batches)-1]
}

// reset empties a sheaf of which nobody needs the batches any more.
func (s *sheaf) reset() {
	s.batches, s.items = s.batches[:0], 0
	s.flows.reset()
	s.events.reset()
	s.observations.reset()
	s.layers.reset()
}

// room is where the lists of a sheaf's batches are: the short ones one behind the
// other.
type room[T any] struct {
	list        []T
	long, spare [][]T // in use, and not
}

// Bounds of a room that is used again: how large a list in it may be, and how many
// long ones it has.
const (
	maxRoom  = 1 << 12
	maxSpare = 8
)

// more returns a list of n that were in use before, or never.
func (r *room[T]) more(n int) []T {
	if n == 0 {
		return nil
	}
	if cap(r.list)-len(r.list) < n {
		r.list = make([]T, 0, max(n, min(2*cap(r.list), maxRoom))) // who has a list of the one before keeps it
	}
	from := len(r.list)
	r.list = r.list[:from+n]
	return r.list[from : from+n : from+n]
}

// keep returns a copy of a list.
func (r *room[T]) keep(list []T) []T {
	out := r.more(len(list))
	copy(out, list)
	return out
}

// swap is keep for a list that nobody needs after: a long one is kept as it is, and
// an empty one returned for it.
func (r *room[T]) swap(list []T) (kept, empty []T) {
	const (
		few    = 32
		enough = 256 // to begin another with
	)
	if len(list) <= few {
		return r.keep(list), list[:0]
	}
	r.long = append(r.long, list)
	if n := len(r.spare); n > 0 {
		empty, r.spare = r.spare[n-1], r.spare[:n-1]
		return list, empty
	}
	return list, make([]T, 0, min(len(list)+len(list)/4, enough))
}

func (r *room[T]) reset() {
	if cap(r.list) > maxRoom {
		r.list = nil
	}
	r.list = r.list[:0]
	for _, l := range r.long {
		if cap(l) <= maxRoom && len(r.spare) < maxSpare {
			r.spare = append(r.spare, l[:0])
		}
	}
	clear(r.long)
	r.long = r.long[:0]
}
