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
	v4 []sightSet[uint32] // of IPv4 addresses, and of stations without an address
	v6 []sightSet[addr]
}

// sightSet fills a cache line with IPv4 addresses, a pair of them with IPv6.
type sightSet[A comparable] [sightWays]sighting[A]

// sighting is one pair, and the minute in which to tell it again.
type sighting[A comparable] struct {
	station uint64 // MAC address, then VLAN
	ip      A      // zero: none
	due     uint32 // 0: unused place
}

// stationOf makes one number of a MAC address and a VLAN.
func stationOf(m *heron.MAC, vlan uint16) uint64 {
	return m.Uint64()<<16 | uint64(vlan)
}

// sight tells the sink who sent the frame at hand, unless it was told within
// this minute of traffic time.
func (t *Table) sight(ip addr, hasIP bool) {
	f := &t.frame
	hasIP = hasIP && ip != (addr{}) && !ip.isGroup(f.v6)
	if f.src.IsMulticast() || !hasIP && f.src.IsZero() {
		return
	}
	station := stationOf(&f.src, f.vlan)
	var told bool
	switch {
	case !hasIP:
		told = t.sightings.look4(station, 0, t.minute)
	case f.v6:
		told = t.sightings.look6(station, ip, t.minute)
	default:
		told = t.sightings.look4(station, uint32(ip.lo), t.minute)
	}
	if !told {
		t.sink.Sighting(t.sender(ip, hasIP), f.time)
	}
}

// sender is who sent the frame at hand, with an address or without.
func (t *Table) sender(ip addr, hasIP bool) heron.Endpoint {
	e := heron.Endpoint{MAC: t.frame.src, VLAN: t.frame.vlan}
	if hasIP {
		e.IP = ip.netip(t.frame.v6)
	}
	return e
}

// look4 is look for IPv4 addresses.
func (c *sightings) look4(station uint64, ip, minute uint32) (told bool) {
	if c.v4 == nil {
		c.v4 = make([]sightSet[uint32], sightSets)
	}
	return c.v4[mix(station, uint64(ip))%sightSets].look(station, ip, minute)
}

// look6 is look for IPv6 addresses.
func (c *sightings) look6(station uint64, ip addr, minute uint32) (told bool) {
	if c.v6 == nil {
		c.v6 = make([]sightSet[addr], sightSets)
	}
	return c.v6[mix(mix(ip.hi, ip.lo), station)%sightSets].look(station, ip, minute)
}

// look finds a pair, or puts it in place of the one that is oldest of its set. It
// reports whether the pair was told in this minute: not so for as long after it was
// told last, for tables which share a source to agree.
func (s *sightSet[A]) look(station uint64, ip A, minute uint32) (told bool) {
	oldest := &s[0]
	for i := range s {
		w := &s[i]
		if w.station == station && w.ip == ip {
			if minute < w.due {
				return true
			}
			oldest = w
			break
		}
		if w.due < oldest.due {
			oldest = w
		}
	}
	*oldest = sighting[A]{station: station, ip: ip, due: minute + 1}
	return false
}
