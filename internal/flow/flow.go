// Package flow turns frames into flows and messages: it decodes link, network
// and transport headers in one pass, puts IP fragments and TCP streams together
// again within bounded memory, and keeps the table of flows.
//
// Everything is decided by the bytes and the times of the frames: the same
// frames in the same order give the same calls of the Sink, read from a file or
// from a wire. Timers run on traffic time, the largest time seen so far. In
// steady state a frame costs no allocation.
package flow

import (
	"math/rand/v2"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Sink receives what the table finds, in the order of the frames. Everything
// that a pointer leads to is borrowed for the call.
type Sink interface {
	// Message takes application payload, or a frame that is not IP. For ICMP the
	// payload starts with the ICMP header, and the ports are type and code. A
	// flow that is done with, by the verdict or by its scratch, is only counted
	// from then on.
	Message(m *heron.Message) heron.Verdict
	// Sighting tells that a frame came from e: the first time a source MAC and
	// source IP are seen together, or a MAC on a frame that is not IP, in each
	// minute of traffic time.
	Sighting(e heron.Endpoint, at heron.Time)
	// Direct tells that a frame from e, an IPv4 address of the Internet, came straight
	// from it: its hop limit, ttl, is one that systems begin with. It is told once a
	// minute of traffic time of each side of each flow to another such address or a group.
	Direct(e heron.Endpoint, ttl uint8, at heron.Time)
	// Handshake tells how a TCP stack opens a connection, of each SYN.
	Handshake(h *Handshake)
	// Flow takes a report on a flow: when it ends at once, and with Report when it
	// opened, its state changed, or it had packets in a minute of traffic time.
	Flow(f *heron.Flow)
}

// Keeper is a Sink that keeps reports: each is written where it says, and so
// need not be copied.
type Keeper interface {
	// FlowRoom returns where to write the report that Flow takes next. Whatever is
	// there is overwritten.
	FlowRoom() *heron.Flow
}

// Listener is a Sink that knows messages which tell nothing, of flows whose scratch
// says Quiet.
type Listener interface {
	// Quiet reports that a message need not be given to the sink, which has noted
	// in the flow's scratch that it came.
	Quiet(f *heron.FlowScratch, payload []byte, fromClient bool) bool
}

// Config bounds a Table. The zero value means the defaults.
type Config struct {
	// MaxFlows is how many flows are followed at once; 0 means 262,144. When it
	// is reached the one that was quiet longest makes room.
	MaxFlows int
	// MaxStreamBytes is the memory for TCP bytes that wait: for the rest of a
	// message, or for bytes that come before them; 0 means 16 MiB.
	MaxStreamBytes int
	// ServerPort reports whether a port is one of a service's, beside those that
	// the table knows itself; nil: it is not.
	ServerPort func(port uint16) bool
	// ProtocolName names the protocol whose FlowScratch.Protocol is i+1; nil
	// leaves flows unnamed.
	ProtocolName func(i uint16) string
}

const (
	defaultFlows       = 1 << 18
	defaultStreamBytes = 16 << 20
	// reordering is how much earlier than the latest a frame may be and not
	// count as late.
	reordering = 2 * heron.Second
)

// Table decodes frames and follows their flows. It is for one goroutine. What each
// frame needs stands together, first.
type Table struct {
	frame frame
	now   heron.Time
	// nextSecond is when the second after now begins.
	nextSecond heron.Time
	minute     uint32 // of now
	seen       uint16 // the same for an entry: never 0, and the same again in three weeks
	fresh      bool   // the packet at hand opened its flow
	stats      heron.Stats
	slab       slab
	index      index
	ahead      ahead

	cfg      Config
	sink     Sink
	keeper   Keeper     // the sink, nil when it keeps no reports
	listener Listener   // the sink, nil when it is none
	first    heron.Time // of the first frame

	wheel     wheel
	pages     pages
	fragments fragments
	sightings sightings

	hand uint32 // where the search for a flow to evict goes on

	layers    [layerKinds]heron.ProtocolCount // since the last call of AppendLayers
	layered   uint32                          // which of them are not 0
	exporters exporters
	queue     []queued // flows to be reported
	place     uint64   // of the packet at hand

	scratch    []byte        // where waiting bytes become one piece
	msg        heron.Message // given to the sink again and again
	shake      Handshake
	signatures signatures
	report     heron.Flow
}

// frame is what is known of the frame at hand, layer by layer.
type frame struct {
	time     heron.Time
	src, dst heron.MAC
	vlan     uint16
	cut      bool // fewer bytes were captured than were on the wire
	faulty   bool // counted as such already
	quoting  bool // only the flow that an ICMP error is about matters; see Quote
	// veiled tells that more than an IP header stood before the transport's:
	// extensions, or pieces put together.
	veiled bool
	ah     bool // an authentication header was passed
	// odd tells that more may be set than plainPacket sets for each frame.
	odd   bool
	depth uint8
	v6    bool
	// packets and bytes are what this adds to the counters of its flow: more
	// than one packet for a reassembled datagram.
	packets int
	bytes   int
	// length is how long the network payload was on the wire, payload how long
	// what is behind the transport header.
	length, payload int

	srcIP, dstIP addr
	tunnel       uint64 // in which tunnels it came; 0 = in none
	// counted is the set of layers that it was counted for.
	counted uint32
	id      uint32 // of the IPv4 packet, or its IPv6 flow label
	df      bool
	ttl     uint8
	tos     uint8
}

// New returns an empty table that tells what it finds to s.
func New(c Config, s Sink) *Table {
	if c.MaxFlows <= 0 {
		c.MaxFlows = defaultFlows
	}
	if c.MaxStreamBytes <= 0 {
		c.MaxStreamBytes = defaultStreamBytes
	}
	t := &Table{cfg: c, sink: s, scratch: make([]byte, maxPrefix), frame: frame{odd: true}}
	t.keeper, _ = s.(Keeper)
	t.listener, _ = s.(Listener)
	t.shake.Options = make([]byte, 0, maxOptions)
	// The seeds keep strangers from choosing addresses that fall on one place of
	// the index. They decide nothing else: results do not depend on them.
	t.index.seed = [2]uint64{rand.Uint64(), rand.Uint64()}
	t.pages.limit = max(c.MaxStreamBytes/pageBytes, 16)
	return t
}

// Packet takes the next frame; p and its data are not kept.
func (t *Table) Packet(p *heron.Packet) {
	g := t.ahead.turn(p)
	if g == nil {
		g = t.unannounced(p)
	}
	t.stats.Packets++
	t.stats.Bytes += uint64(p.OrigLen)
	at := p.Time
	if at <= 0 {
		at = t.now
	}
	if at > t.now && at < t.nextSecond { // as clock does
		t.now = at
	} else {
		t.clock(at)
	}
	if g.plain {
		t.plainPacket(p, g, at)
		return
	}
	t.frame = frame{time: at, cut: len(p.Data) < p.OrigLen, packets: 1, odd: true}
	r := wire.NewReader(p.Data)
	t.link(&r, p.Link)
}

// Advance moves traffic time on with no frame: when frames of the same source
// went to another table.
func (t *Table) Advance(at heron.Time) { t.clock(at) }

// clock moves traffic time on, and runs the timers that are due: those of a
// second run with the first frame of the next, whichever table it goes to.
func (t *Table) clock(at heron.Time) {
	switch {
	case t.now == 0:
		t.now, t.first = at, at
		t.wheel.start(at)
		t.turn(at)
	case at > t.now:
		t.now = at
		if at >= t.nextSecond {
			t.second(at)
		}
	case at < t.now-reordering:
		t.stats.Late++
	}
}

// second begins another second.
func (t *Table) second(at heron.Time) {
	t.turn(at)
	t.runTimers()
}

// turn notes which second and which minute it is.
func (t *Table) turn(at heron.Time) {
	t.nextSecond = (at/heron.Second + 1) * heron.Second
	t.minute = uint32(at / sightEvery)
	t.seen = uint16(t.minute) | 1<<15
}

// Flush ends all flows, as at the end of a capture. The table may be used again.
func (t *Table) Flush() {
	for i := range t.slab.len() {
		if e := t.slab.at(uint32(i)); e.live() {
			t.end(uint32(i), e)
		}
	}
	t.fragments.flush()
}

// Len returns how many flows the table holds.
func (t *Table) Len() int { return t.slab.live }

// Now is the traffic time: the largest time of a frame so far.
func (t *Table) Now() heron.Time { return t.now }

// Stats counts what the table has seen.
func (t *Table) Stats() (s heron.Stats) {
	t.StatsTo(&s)
	return s
}

// StatsTo is Stats for who asks often: it puts them where they are wanted.
func (t *Table) StatsTo(s *heron.Stats) {
	*s = t.stats
	s.Fragments = t.fragments.dropped
	s.CaptureSeconds = t.now.Sub(t.first).Seconds()
}

// fault counts a frame that could not be decoded: malformed, unless it was cut
// short by the capture and so could not be. Each frame counts once. It is kept out
// of the way of the many frames that have none.
//
//go:noinline
func (t *Table) fault() {
	switch {
	case t.frame.faulty:
	case t.frame.cut:
		t.stats.Undecoded++
	default:
		t.stats.Malformed++
	}
	t.frame.faulty, t.frame.odd = true, true
}

// unsupported counts a frame in an encapsulation that is not known, or cannot
// be read.
func (t *Table) unsupported() {
	if !t.frame.faulty {
		t.stats.Unsupported++
	}
	t.undecoded()
}

// undecoded counts a frame with content that is not known, or cannot be read.
func (t *Table) undecoded() {
	if !t.frame.faulty {
		t.stats.Undecoded++
	}
	t.frame.faulty, t.frame.odd = true, true
}
