package arpspoof

import "github.com/heron-iot/heron"

// maxLately is for how many addresses it is at hand when they were heard of.
const maxLately = 4096

// bits is a set of hashes that has some too many.
type bits [1 << 10]uint64

func (b *bits) add(hash uint64) { b[hash>>6%uint64(len(b))] |= 1 << (hash % 64) }

func (b *bits) has(hash uint64) bool { return b[hash>>6%uint64(len(b))]>>(hash%64)&1 != 0 }

// hearing is when an address was last heard of from a MAC. Bindings, of which
// few are ever contested, are told only when it matters.
type hearing struct {
	address address
	mac     heron.MAC
	last    heron.Time
}

// heard notes that somebody sent from an address.
func (s *state) heard(e *heron.Endpoint, at heron.Time) {
	if !e.IP.Is4() || !e.MAC.IsUnicast() {
		return
	}
	a := addressOf(e.VLAN, e.IP)
	if !s.held.has(a.hash()) {
		return // no binding could be told
	}
	h := s.hearing(a)
	if h.address != a || h.mac != e.MAC {
		s.tell(h)
		*h = hearing{a, e.MAC, at}
		return
	}
	h.last = max(h.last, at)
}

func (s *state) hearing(a address) *hearing { return &s.lately[a.hash()%maxLately] }

// catchUp tells the binding of an address when it was heard of. It must be
// called before a binding is made, changed or judged.
func (s *state) catchUp(a address) {
	if h := s.hearing(a); h.address == a {
		s.tell(h)
		*h = hearing{}
	}
}

// binding returns that of an address, up to date, made where there is none.
func (s *state) binding(a address, now heron.Time) *binding {
	s.catchUp(a)
	s.held.add(a.hash())
	return s.bindings.Get(a, now)
}

// tell notes in a binding that its holder sent from the address.
func (s *state) tell(h *hearing) {
	if b := s.bindings.Find(h.address); b != nil && b.mac == h.mac {
		b.last = max(b.last, h.last)
	}
}
