package app

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
)

// speech is what a flow spoke.
type speech struct {
	protocol, before string
	transport        heron.Transport
}

// names returns the protocols that a flow counts for: what it spoke, what that
// rides on, and what it spoke before.
func (s speech) names(within map[string][]string) []string {
	names := append([]string{cmp.Or(s.protocol, s.transport.String())}, within[s.protocol]...)
	if s.before != "" && !slices.Contains(names, s.before) {
		names = append(names, s.before)
	}
	return names
}

// speeches counts flows by what they spoke.
type speeches struct {
	of     map[speech]*heron.ProtocolCount
	lately [64]spoken // there are few, which are mostly found at one glance
}

type spoken struct {
	speech
	count *heron.ProtocolCount
}

// add counts a flow that ended.
func (s *speeches) add(f *heron.Flow) {
	what := speech{f.Protocol, f.Before, f.Transport}
	l := &s.lately[what.place()]
	if l.count == nil || l.speech != what {
		*l = spoken{what, s.count(what)}
	}
	l.count.Flows++
	l.count.Packets += f.ClientPackets + f.ServerPackets
	l.count.Bytes += f.ClientBytes + f.ServerBytes
}

// place is where a speech is among the latest.
func (s *speech) place() int {
	n := 7*len(s.protocol) + 5*len(s.before) + int(s.transport)
	if s.protocol != "" {
		n += int(s.protocol[0]) + 3*int(s.protocol[len(s.protocol)-1])
	}
	return n % len(speeches{}.lately)
}

func (s *speeches) count(what speech) *heron.ProtocolCount {
	c := s.of[what]
	if c == nil {
		c = &heron.ProtocolCount{}
		if s.of == nil {
			s.of = map[speech]*heron.ProtocolCount{}
		}
		s.of[what] = c
	}
	return c
}
