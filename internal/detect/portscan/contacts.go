package portscan

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// contact is a first contact, a host and a port, as a number that is not 0.
type contact uint64

func contactOf(f *heron.Flow) contact {
	host := detect.HashAddress(f.Server.IP)
	return contact(max(1, detect.HashNumbers(host, uint64(f.Transport)<<16|uint64(f.ServerPort))))
}

// contacts is a set of contacts, of maxContacts at most: in open addressing, so
// that to find one there costs one cache line.
type contacts struct {
	list  []contact // 0 is free
	count int
}

// add reports whether the contact was not there. A set that is full is emptied
// first: a contact may count twice, but only after so many others.
func (s *contacts) add(c contact) bool {
	if len(s.list) == 0 {
		s.list = make([]contact, 8)
	}
	i := s.place(c)
	if s.list[i] == c {
		return false
	}
	switch {
	case s.count >= maxContacts:
		clear(s.list)
		s.count = 0
		i = s.place(c)
	case 4*(s.count+1) > 3*len(s.list):
		s.grow()
		i = s.place(c)
	}
	s.list[i] = c
	s.count++
	return true
}

// place is where a contact is, or where there is room for it.
func (s *contacts) place(c contact) int {
	i := int(c) & (len(s.list) - 1)
	for s.list[i] != 0 && s.list[i] != c {
		i = (i + 1) & (len(s.list) - 1)
	}
	return i
}

func (s *contacts) grow() {
	old := s.list
	s.list = make([]contact, 2*len(old))
	for _, c := range old {
		if c != 0 {
			s.list[s.place(c)] = c
		}
	}
}
