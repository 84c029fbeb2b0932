package capture

import (
	"container/heap"
	"errors"
	"io"
	"slices"

	"github.com/heron-iot/heron"
)

// maxOpen bounds how many files are open, with a buffer each. More may overlap
// in time: those whose next frame is furthest away are parked.
const maxOpen = 64

// merge gives the frames of several files in the order of time. Files are
// opened when the stream reaches their first frame, so that any number may
// follow one another.
type merge struct {
	waiting []*file // not reached yet, latest first
	active  fileHeap
	open    int     // how many of active are not parked
	lent    *file   // whose frame was given last
	faults  []error // to be told before the next frame
	stats   Stats
}

// begin sorts the files by their first frame. A single file is not looked into
// twice.
func (m *merge) begin(files []*file) {
	for _, f := range files {
		switch err := f.start(); {
		case errors.Is(err, errNoCapture) || isEnd(err):
			f.park()
		case err != nil:
			f.park()
			m.fault(err)
		case f.once || len(files) == 1:
			m.add(f)
		default:
			f.park()
			m.waiting = append(m.waiting, f)
		}
	}
	slices.SortFunc(m.waiting, func(a, b *file) int {
		if earlier(b, a) {
			return -1
		}
		return 1
	})
}

func (m *merge) fault(err error) {
	m.faults = append(m.faults, err)
	if len(m.stats.Damaged) < maxDamaged {
		m.stats.Damaged = append(m.stats.Damaged, err)
	}
}

// Next implements Source.
func (m *merge) Next(p *heron.Packet) error {
	if m.lent != nil {
		m.advance()
	}
	m.wake()
	if len(m.faults) > 0 {
		err := m.faults[0]
		m.faults = m.faults[1:]
		return err
	}
	if len(m.active) == 0 {
		return io.EOF
	}
	f := m.active[0]
	m.lent = f
	*p = f.packet
	m.stats.Packets++
	m.stats.Bytes += uint64(p.OrigLen)
	return nil
}

// NextBlock fills ps with the next frames, at least one and as many as were read
// from one file already, and returns how many. All are valid until the next call
// of NextBlock or Next. The error is that of Next, and then there is none.
func (m *merge) NextBlock(ps []heron.Packet) (int, error) {
	if err := m.Next(&ps[0]); err != nil {
		return 0, err
	}
	if len(m.active) > 1 || len(m.waiting) > 0 {
		return 1, nil // the next frame may be of another file
	}
	f := m.lent
	n := f.dec.ahead(ps[1:])
	f.frames += uint64(n)
	m.stats.Packets += uint64(n)
	for i := range ps[1 : 1+n] {
		m.stats.Bytes += uint64(ps[1+i].OrigLen)
	}
	return 1 + n, nil
}

// advance takes the frame that was lent out of its file.
func (m *merge) advance() {
	f := m.lent
	m.lent = nil
	if err := f.advance(); err != nil {
		m.drop(err)
	} else if len(m.active) > 1 {
		heap.Fix(&m.active, 0)
	}
}

// drop ends the first active file.
func (m *merge) drop(err error) {
	f := m.active[0]
	heap.Pop(&m.active)
	if !f.parked() {
		m.open--
	}
	f.park()
	if !isEnd(err) {
		m.fault(err)
	}
}

// wake makes the first active file ready to be read: it starts the files whose
// time has come, and resumes the first one when it is parked.
func (m *merge) wake() {
	for n := len(m.waiting); n > 0; n = len(m.waiting) {
		if len(m.active) > 0 && !earlier(m.waiting[n-1], m.active[0]) {
			break
		}
		m.add(m.waiting[n-1])
		m.waiting = m.waiting[:n-1]
	}
	for len(m.active) > 0 && m.active[0].parked() {
		if err := m.active[0].resume(); err != nil {
			m.drop(err)
			continue
		}
		m.open++
		m.limit()
	}
}

// add puts a file among the active ones.
func (m *merge) add(f *file) {
	heap.Push(&m.active, f)
	if !f.parked() {
		m.open++
	}
}

// limit parks the file whose next frame is furthest away when too many are open.
func (m *merge) limit() {
	if m.open <= maxOpen {
		return
	}
	var last *file
	for _, f := range m.active[1:] {
		if !f.parked() && !f.once && (last == nil || earlier(last, f)) {
			last = f
		}
	}
	if last != nil {
		last.park()
		m.open--
	}
}

// Stats implements Source.
func (m *merge) Stats() Stats { return m.stats }

// Close implements Source.
func (m *merge) Close() error {
	for _, f := range m.active {
		f.park()
	}
	m.active, m.waiting, m.lent = nil, nil, nil
	return nil
}

// fileHeap orders files by their next frame.
type fileHeap []*file

func earlier(a, b *file) bool {
	if a.packet.Time != b.packet.Time {
		return a.packet.Time < b.packet.Time
	}
	return a.order < b.order
}

func (h fileHeap) Len() int           { return len(h) }
func (h fileHeap) Less(i, j int) bool { return earlier(h[i], h[j]) }
func (h fileHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *fileHeap) Push(x any) { *h = append(*h, x.(*file)) }

// Pop implements heap.Interface.
func (h *fileHeap) Pop() any {
	old := *h
	f := old[len(old)-1]
	*h = old[:len(old)-1]
	return f
}
