package flow

// pageBytes is what a page costs, pageData what it holds: more than an
// Ethernet frame can bring.
const (
	pageBytes  = 2048
	pageData   = pageBytes - 12
	chunkPages = 64
)

// page holds bytes of a TCP stream that wait.
type page struct {
	next uint32 // in its stream or the free list; 0 = none
	seq  uint32 // of the first byte
	n    uint32 // bytes held
	data [pageData]byte
}

func (p *page) bytes() []byte { return p.data[:p.n] }

// pages is the memory for all waiting bytes. Index 0 is never used.
type pages struct {
	chunks []*[chunkPages]page
	used   int // pages in use
	top    uint32
	free   uint32
	limit  int // pages at most
	// oldest and newest are the ends of the list of flows that hold pages.
	oldest, newest uint32
}

func (s *pages) at(i uint32) *page { return &s.chunks[i/chunkPages][i%chunkPages] }

// alloc returns a page, 0 when the limit is reached.
func (s *pages) alloc() uint32 {
	if s.used >= s.limit {
		return 0
	}
	s.used++
	if i := s.free; i != 0 {
		s.free = s.at(i).next
		return i
	}
	s.top++
	if int(s.top) >= len(s.chunks)*chunkPages {
		s.chunks = append(s.chunks, new([chunkPages]page))
	}
	return s.top
}

// page gets a page for a flow, from the flow that holds pages longest when
// there is none left; 0 when that is the flow itself.
func (t *Table) page(i uint32, e *entry) uint32 {
	n := t.pages.alloc()
	for n == 0 {
		oldest := t.pages.oldest
		if oldest == i || oldest == 0 {
			return 0
		}
		o := t.slab.at(oldest)
		t.giveUp(o, fromClient, 0)
		t.giveUp(o, fromServer, 0)
		n = t.pages.alloc()
	}
	if e.holds == 0 {
		t.hold(i, e)
	}
	e.holds++
	return n
}

// freePage gives a page back and returns the one after it.
func (t *Table) freePage(e *entry, n uint32) uint32 {
	p := t.pages.at(n)
	next := p.next
	p.next = t.pages.free
	t.pages.free = n
	t.pages.used--
	e.holds--
	if e.holds == 0 {
		t.unhold(e)
	}
	return next
}

// hold puts a flow at the end of the list of holders.
func (t *Table) hold(i uint32, e *entry) {
	e.older, e.newer, e.holding = t.pages.newest, 0, true
	if e.older != 0 {
		t.slab.at(e.older).newer = i
	} else {
		t.pages.oldest = i
	}
	t.pages.newest = i
}

func (t *Table) unhold(e *entry) {
	e.holding = false
	if e.older != 0 {
		t.slab.at(e.older).newer = e.newer
	} else {
		t.pages.oldest = e.newer
	}
	if e.newer != 0 {
		t.slab.at(e.newer).older = e.older
	} else {
		t.pages.newest = e.older
	}
}
