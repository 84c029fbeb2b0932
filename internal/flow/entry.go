package flow

import (
	"math/bits"

	"github.com/heron-iot/heron"
)

// The two directions of a flow.
const (
	fromClient = 0
	fromServer = 1

	bothSides = 1<<fromClient | 1<<fromServer // as a set
)

// key names a flow whichever way a packet goes: a is the lower end.
type key struct {
	a, b   addr
	tunnel uint64 // see enter; 0 = in none
	ports  uint32 // a's, then b's; for ICMP type and code, for other protocols 0
	vlan   uint16
	proto  uint8
	v6     bool
}

// entry is one flow. It holds no pointers, so that a table of many costs the
// garbage collector nothing. It begins with what each packet needs, and fills
// cache lines: memory is what a packet waits for, so that each looks at the
// first line, that of its half, the fourth, and while it is not settled the fifth.
type entry struct {
	key  key
	live bool
	// clientIsA tells which end of the key began.
	clientIsA bool
	state     heron.FlowState
	// settled flows are only counted.
	settled bool
	// carries is the tunnel whose datagrams these are.
	carries layer
	// used is set by each packet but the first, and cleared when the search for
	// a flow to evict passes by.
	used bool
	// changed tells that packets came since the last report.
	changed bool
	// awaits tells that an answer is expected: not so of multicast and errors.
	awaits bool
	// bare tells that its datagrams are of no tunnel, unless carries says so.
	bare   bool
	fin    uint8 // who sent a FIN, a set of bits by direction
	queued bool  // to be reported
	slot   uint8 // of the timer wheel, plus one; 0 = in none
	hash   uint32

	halves [2]half // of client and server

	// touched is the traffic time when the last packet came.
	touched  heron.Time
	ends     [2]end
	reported heron.Time // traffic time when the sink was told last
	first    heron.Time // time of the first packet
	resets   uint16
	exporter uint16 // who told of the flow; 0 = its packets did
	holds    uint32 // how many pages

	// What those need that are not settled.
	scratch heron.FlowScratch
	streams [2]stream

	backlogs [2]backlog
	// older and newer link the flows that hold pages.
	older, newer uint32
	next         uint32 // in the free list
	_            uint32
}

// half counts what one side of a flow sent.
type half struct {
	packets, bytes, payload uint64
	last                    heron.Time // time of the last packet
	// sizes and gaps count packets by length and by the time since the one before.
	sizes, gaps [heron.FlowBuckets]uint16
}

// end is what else is known of one side of a flow.
type end struct {
	sight uint32 // the minute from which on its address pair must be looked up again
	top   uint32 // the highest TCP sequence number sent; 0: none
	mac   heron.MAC
	again uint16 // TCP segments that brought nothing new
}

// ports are those of client and server. Those of ICMP are type and code.
func (e *entry) ports() (client, server uint16) {
	a, b := uint16(e.key.ports>>16), uint16(e.key.ports)
	if e.clientIsA || e.key.proto == protoICMP || e.key.proto == protoICMPv6 {
		return a, b
	}
	return b, a
}

// last is the time of the last packet.
func (e *entry) last() heron.Time { return max(e.halves[fromClient].last, e.halves[fromServer].last) }

// slab holds the entries, in chunks that never move. Index 0 is never used, so
// that 0 can mean "none".
type slab struct {
	chunks []*[chunkEntries]entry
	used   uint32 // next entry never used yet
	free   uint32 // head of the free list
	live   int
}

const chunkEntries = 1 << 10

func (s *slab) at(i uint32) *entry { return &s.chunks[i/chunkEntries][i%chunkEntries] }

func (s *slab) len() int { return int(s.used) }

// alloc returns a zero entry.
func (s *slab) alloc() (uint32, *entry) {
	s.live++
	if i := s.free; i != 0 {
		e := s.at(i)
		s.free = e.next
		*e = entry{}
		return i, e
	}
	if s.used == 0 {
		s.used = 1
	}
	if int(s.used) >= len(s.chunks)*chunkEntries {
		s.chunks = append(s.chunks, new([chunkEntries]entry))
	}
	i := s.used
	s.used++
	return i, s.at(i)
}

func (s *slab) release(i uint32, e *entry) {
	s.live--
	e.live = false
	e.next = s.free
	s.free = i
}

// hash mixes the key with a seed.
func (k *key) hash(seed [2]uint64) uint64 {
	h := mix(k.a.lo^seed[0], k.b.lo^seed[1])
	rest := uint64(k.ports)<<32 | uint64(k.vlan)<<16 | uint64(k.proto)<<8
	if k.v6 || k.tunnel != 0 {
		h = mix(h^k.a.hi, k.b.hi^seed[0])
		h = mix(h^k.tunnel, seed[1])
		rest |= 1
	}
	return mix(h^rest, seed[1]^0x9e3779b97f4a7c15)
}

// hash4 is hash of a key with two IPv4 addresses, in no tunnel.
func (k *key) hash4(seed *[2]uint64) uint64 {
	h := mix(k.a.lo^seed[0], k.b.lo^seed[1])
	return mix(h^(uint64(k.ports)<<32|uint64(k.vlan)<<16|uint64(k.proto)<<8), seed[1]^0x9e3779b97f4a7c15)
}

// is reports whether two keys are the same.
func (k *key) is(o *key) bool {
	return k.a.lo == o.a.lo && k.b.lo == o.b.lo && k.ports == o.ports && k.proto == o.proto && k.vlan == o.vlan &&
		k.tunnel == o.tunnel && k.a.hi == o.a.hi && k.b.hi == o.b.hi && k.v6 == o.v6
}

// is4 is is for a key with two IPv4 addresses, in no tunnel.
func (k *key) is4(o *key) bool {
	return k.a.lo == o.a.lo && k.b.lo == o.b.lo && k.ports == o.ports && k.proto == o.proto && k.vlan == o.vlan &&
		k.tunnel == 0 && !k.v6
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
