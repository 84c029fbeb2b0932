package flow

import "github.com/heron-iot/heron"

// The two directions of a flow.
const (
	fromClient = 0
	fromServer = 1

	bothSides = 1<<fromClient | 1<<fromServer // as a set
)

// entry is one flow. It holds no pointers, so that a table of many costs the
// garbage collector nothing. It is ordered by who needs it, and fills cache lines:
// memory is what a packet waits for, so that each looks at the first line and that
// of its half, and while the flow is not settled at the fourth.
type entry struct {
	key key // zero: no flow
	// touched is the traffic time when the last packet came.
	touched  heron.Time
	reported heron.Time // traffic time when the sink was told last
	ends     [2]end     // of the key
	client   uint8      // which end of the key began
	state    heron.FlowState
	// settled flows are only counted.
	settled bool
	// bare tells that its datagrams are of no tunnel, unless carries says so.
	bare    bool
	holding bool  // pages: holds says how many
	news    uint8 // that packets came: a set of those below
	fin     uint8 // who sent a FIN, a set of bits by direction
	slot    uint8 // of the timer wheel, plus one; 0 = in none

	halves [2]half // of the ends of the key

	// What those need that are not settled.
	scratch heron.FlowScratch
	streams [2]stream

	first    heron.Time // time of the first packet
	serial   uint32     // tells it from the flow that had the entry before
	holds    uint32     // how many pages
	again    [2]uint16  // TCP segments of each side that brought nothing new
	resets   uint16
	exporter uint16 // who told of the flow; 0 = its packets did
	// carries is the tunnel whose datagrams these are.
	carries layer
	// awaits tells that an answer is expected: not so of multicast and errors.
	awaits bool
	queued bool // to be reported
	// older and newer link the flows that hold pages.
	older, newer uint32
	next         uint32 // in the free list
	far          far    // of keyFar
	backlogs     [2]backlog
}

// What a packet tells of its flow, until somebody takes note of it.
const (
	newsSinceReport = 1 << iota // until the next report
	newsSincePassed             // until the search for a flow to evict passes by: of each but the first
)

// half counts what one side of a flow sent.
type half struct {
	packets, bytes, payload uint64
	last                    heron.Time // time of the last packet
	// sizes and gaps count packets by length and by the time since the one before.
	sizes, gaps [heron.FlowBuckets]uint16
}

// end is what else each packet needs of its side of a flow.
type end struct {
	top  uint32 // the highest TCP sequence number sent; 0: none
	mac  heron.MAC
	seen uint16 // when its address pair was looked up; see Table.seen
}

// ports are those of client and server. Those of ICMP are type and code.
func (e *entry) ports() (client, server uint16) {
	a, b := e.key.ports()
	if p := e.key.proto(); e.client == lower || p == protoICMP || p == protoICMPv6 {
		return a, b
	}
	return b, a
}

// live reports whether there is a flow in the entry.
func (e *entry) live() bool { return e.key.rest != 0 }

// last is the time of the last packet.
func (e *entry) last() heron.Time { return max(e.halves[lower].last, e.halves[upper].last) }

// direction is that of a packet from one end of the key or the other.
func (e *entry) direction(sender uint8) int { return int((sender ^ e.client) & 1) }

// half and end are those of the packets in one direction.
func (e *entry) half(dir int) *half { return &e.halves[(uint8(dir)^e.client)&1] }
func (e *entry) end(dir int) *end   { return &e.ends[(uint8(dir)^e.client)&1] }

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
	e.key = key{}
	e.next = s.free
	s.free = i
}
