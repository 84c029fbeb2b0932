package flow

import "github.com/heron-iot/heron"

const (
	sightEvery = heron.Minute
	sightSets  = 1 << 12
	sightWays  = 4
)

// sightings remembers which pairs of MAC and IP were told lately. It is of one
// size for ever: on a network with more pairs than it holds, some are told more
// often than once a minute, and none is missed.
type sightings struct {
	sets []sightSet
}

type sightSet [sightWays]sighting

// sighting is one pair, and the minute in which to tell it again. Four of them
// are a pair of cache lines.
type sighting struct {
	ip      addr
	station uint64 // MAC address, then VLAN
	due     uint32
	kind    uint8 // 0: unused place, else what ip is
}

// stationOf makes one number of a MAC address and a VLAN.
func stationOf(m *heron.MAC, vlan uint16) uint64 {
	return uint64(m[0])<<56 | uint64(m[1])<<48 | uint64(m[2])<<40 | uint64(m[3])<<32 | uint64(m[4])<<24 | uint64(m[5])<<16 | uint64(vlan)
}

// What a sighting knows of the network layer.
const (
	sightLink = iota + 1
	sightIPv4
	sightIPv6
)

// sight tells the sink who sent the frame at hand, unless it was told within
// this minute of traffic time, and returns the minute in which to ask again.
func (t *Table) sight(ip addr, hasIP bool) uint32 {
	f := &t.frame
	s := sighting{station: stationOf(&f.src, f.vlan), kind: sightLink}
	if hasIP && ip != (addr{}) && !ip.isGroup(f.v6) {
		s.ip, s.kind = ip, sightIPv4
		if f.v6 {
			s.kind = sightIPv6
		}
	}
	if f.src.IsMulticast() || s.kind == sightLink && f.src.IsZero() {
		return t.minute + 1
	}
	due, told := t.sightings.look(&s, t.minute)
	if !told {
		e := heron.Endpoint{MAC: f.src, VLAN: f.vlan}
		if s.kind != sightLink {
			e.IP = ip.netip(f.v6)
		}
		t.sink.Sighting(e, f.time)
	}
	return due
}

// look finds s, or puts it in place of the one that is oldest of its set, and
// returns when it is to be told again. told is false when that is now.
func (c *sightings) look(s *sighting, minute uint32) (due uint32, told bool) {
	if c.sets == nil {
		c.sets = make([]sightSet, sightSets)
	}
	set := &c.sets[s.hash()%sightSets]
	oldest := &set[0]
	for i := range set {
		w := &set[i]
		if w.station == s.station && w.ip == s.ip && w.kind == s.kind {
			if minute < w.due {
				return w.due, true
			}
			oldest = w
			break
		}
		if w.due < oldest.due {
			oldest = w
		}
	}
	s.due = minute + 1 // whole minutes, so that tables which share a source agree
	*oldest = *s
	return s.due, false
}

func (s *sighting) hash() uint64 {
	return mix(mix(s.ip.hi, s.ip.lo)^s.station>>16, s.station&0xffff<<8|uint64(s.kind))
}
