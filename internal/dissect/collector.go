package dissect

import (
	"math"
	"strconv"

	"github.com/heron-iot/heron"
)

// Collector is the Emitter of one worker: it gathers what dissectors tell into a
// Round, each fact once with how often it was seen. What the Memory, which all
// workers share, has heard already and need not hear again for a while, is only
// counted. One goroutine uses it; in steady state it allocates nothing.
type Collector struct {
	hasher  hasher
	round   *Round
	spare   *Round
	book    book
	memo    memo
	turn    uint32 // number of the round
	forgot  uint64 // generations that the Memory forgot, as far as the book heard
	place   uint64
	minute  uint32             // of traffic, of all that comes until the next Tick; anyTime: not known
	end     heron.Time         // of that minute
	records []heron.FlowRecord // of the packet at hand
	who     subject
	value   []byte // re-used to build values

	message  *heron.Message // that what comes is about; see Begin
	protocol string
	time     heron.Time
}

// anyTime is the minute of a Collector that nobody told the time.
const anyTime = math.MaxUint32

// minuteOf returns the traffic minute of a time.
func minuteOf(at heron.Time) uint32 { return uint32(min(max(at, 0)/heron.Minute, anyTime-1)) }

// subject is the end of traffic that was told of last.
type subject struct {
	asked heron.Endpoint
	clean heron.Endpoint // without the addresses that are nobody's
	hash  uint64         // of what is left
	known bool           // an address is
}

var _ Emitter = (*Collector)(nil)

// NewCollector returns an empty Collector whose Rounds m understands.
func NewCollector(m *Memory) *Collector {
	return &Collector{
		hasher: m.hasher, round: newRound(m.config.MaxEvents), spare: newRound(m.config.MaxEvents),
		book: newBook(), turn: 1, minute: anyTime,
	}
}

// Place says which packet of the source what follows was learned from, so that
// the rounds of several workers can be put into one order.
func (c *Collector) Place(n uint64) { c.place = n }

// Tick promises that what follows, until the next Tick, comes before the end of
// the traffic minute of now, whichever Collector of the Memory it comes to. All
// of them must hear it, after a Cut. What then need not be told is kept back;
// without any Tick nothing is.
func (c *Collector) Tick(now heron.Time) {
	minute := minuteOf(now)
	if minute == c.minute {
		return
	}
	c.minute, c.end = minute, heron.Time(minute+1)*heron.Minute
	for until, list := range c.book.due {
		if until > c.minute {
			continue
		}
		c.round.carried.grow(len(list)) // at once: what devices told first is due together
		for _, i := range list {
			c.book.carry(i, true, c.round)
		}
		delete(c.book.due, until)
	}
}

// Cut ends the round and begins another. What it returns is valid until the
// next Cut.
func (c *Collector) Cut() *Round {
	r := c.round
	r.turn = c.turn
	c.hear(c.spare, r)
	c.round, c.spare = c.spare, r
	c.round.reset()
	c.turn++
	return r
}

// hear takes what the Memory answered to the facts of a round. What is carried
// goes with the next.
func (c *Collector) hear(answered, next *Round) {
	for i := range int32(answered.facts.len) {
		f := answered.facts.at(i)
		if int(f.note) < c.book.notes.len && c.book.notes.at(f.note).id == f.id {
			c.book.notes.at(f.note).until = f.until
		}
	}
	if answered.forgot == c.forgot {
		return
	}
	c.forgot = answered.forgot
	// The Memory forgot what it had not heard of for long: it must hear of all that
	// was seen since, and all may be new to it.
	for i := range int32(c.book.notes.len) {
		n := c.book.notes.at(i)
		n.until = 0
		c.book.carry(i, n.turn >= answered.turn, next)
	}
	clear(c.book.due)
}

// Begin says that what follows, until the next Begin, was learned from m by the
// named protocol. m is borrowed until then.
func (c *Collector) Begin(m *heron.Message, protocol string) {
	c.message, c.protocol, c.time = m, protocol, m.Time
	c.memo.on = false
}

// Observe implements Emitter.
func (c *Collector) Observe(about heron.Subject, key string, value []byte) {
	if len(value) == 0 || !c.clean(&about.Endpoint) {
		return
	}
	scope := c.hasher.scope(c.who.hash, key)
	if f := c.sight(c.hasher.fact(scope, &about, c.hasher.text(value)), false); f != nil {
		f.scope, f.subject, f.key, f.source = scope, about, key, c.protocol
		c.round.write(f, value[:min(len(value), maxRaw)])
	}
}

// ObserveString implements Emitter.
func (c *Collector) ObserveString(about heron.Subject, key, value string) {
	c.Observe(about, key, []byte(value))
}

// Speaks states that the sender of the message speaks its protocol: as the server on
// its port, or as a client. The value follows from what the fact is known by, and is
// written only when it must be told.
func (c *Collector) Speaks(server bool) {
	m := c.message
	about, key := heron.Subject{Endpoint: m.Src}, heron.KeyClientProtocol
	if server {
		about.Transport, about.Port, key = m.Transport, m.SrcPort, heron.KeyServiceProtocol
	}
	if !c.clean(&about.Endpoint) {
		return
	}
	f := c.sight(c.hasher.fact(c.who.hash, &about, c.hasher.text([]byte(c.protocol))), false)
	if f == nil {
		return
	}
	f.scope, f.subject, f.key, f.source = c.hasher.scope(c.who.hash, key), about, key, c.protocol
	if c.value = c.value[:0]; server {
		c.value = append(append(c.value, m.Transport.String()...), '/')
		c.value = append(strconv.AppendUint(c.value, uint64(m.SrcPort), 10), '/')
	}
	c.value = append(c.value, c.protocol...)
	c.round.write(f, c.value)
}

// Sighting states that a frame came from e: the flow table's half of presence.
func (c *Collector) Sighting(e heron.Endpoint, at heron.Time) {
	c.message, c.time = nil, at
	if !c.clean(&e) {
		return
	}
	key, of := heron.KeyMAC, uint64(ofMAC)
	if e.IP.IsValid() {
		key, of = heron.KeyFrame, ofFrame
	}
	if f := c.sight(c.hasher.numbers(c.who.hash, of), true); f != nil {
		f.scope, f.subject, f.key, f.source = f.id, heron.Subject{Endpoint: e}, key, "link" // there is no other value
		c.round.write(f, nil)
	}
}

// What the hash of a fact about presence is of, besides the end; no fact about a port
// has such a number.
const (
	ofFrame = 1<<40 + iota
	ofMAC
)

// Fact states what somebody else than a dissector learned, of whatever source.
func (c *Collector) Fact(about heron.Subject, at heron.Time, source, key string, value []byte) {
	c.protocol, c.message, c.time = source, nil, at
	c.Observe(about, key, value)
}

// Event implements Emitter: it fills in what ev leaves out from the message at hand.
func (c *Collector) Event(ev heron.Event) {
	clean(ev.Attrs)
	c.memo.on = false
	c.fill(&ev)
	if to := c.round.event(c.place); to != nil {
		*to = ev
	}
	if ev.Kind == heron.KeyClearLogin {
		// What happened once stays true of the service that took it.
		server := heron.Subject{Endpoint: ev.Dst, Transport: ev.Transport, Port: ev.DstPort}
		c.ObserveString(server, heron.KeyClearLogin, ev.Attrs["scheme"])
	}
}

// Act implements Emitter.
func (c *Collector) Act(kind string, attrs map[string]string) {
	c.act(kind, attrs, &c.message.Src, &c.message.Dst)
}

// Between implements Emitter.
func (c *Collector) Between(src, dst heron.Endpoint, kind string, attrs map[string]string) {
	c.act(kind, attrs, &src, &dst)
}

// act writes an event where it is kept.
func (c *Collector) act(kind string, attrs map[string]string, src, dst *heron.Endpoint) {
	c.memo.on = false
	to, m := c.round.event(c.place), c.message
	if to == nil {
		return
	}
	to.Time, to.Kind, to.Protocol, to.Transport, to.Attrs = m.Time, kind, c.protocol, m.Transport, attrs
	to.Src, to.Dst, to.SrcPort, to.DstPort = *src, *dst, m.SrcPort, m.DstPort
}

// maxRecords bounds the flow records of one packet.
const maxRecords = 1 << 12

// Record implements Emitter.
func (c *Collector) Record(rec *heron.FlowRecord) {
	if len(c.records) >= maxRecords {
		c.round.dropped.DroppedFacts++
		return
	}
	c.memo.on = false
	c.records = append(c.records, *rec)
}

// Records returns the flow records since the last call, for the flow table.
// They are valid until the next Record.
func (c *Collector) Records() []heron.FlowRecord {
	out := c.records
	c.records = c.records[:0]
	return out
}

// fill fills in what an event leaves out from the message at hand.
func (c *Collector) fill(ev *heron.Event) {
	if ev.Protocol == "" {
		ev.Protocol = c.protocol
	}
	m := c.message
	if m == nil {
		return
	}
	if ev.Time == 0 {
		ev.Time = m.Time
	}
	if ev.Transport == heron.TransportUnknown {
		ev.Transport = m.Transport
	}
	if ev.Src == (heron.Endpoint{}) && ev.Dst == (heron.Endpoint{}) {
		ev.Src, ev.Dst = m.Src, m.Dst
		ev.SrcPort, ev.DstPort = m.SrcPort, m.DstPort
	}
}

// sighting numbers the sightings of facts: those of a round after those of the
// rounds before, and in a round those of a packet after those of the packets before.
func sighting(turn uint32, place uint64) uint64 {
	const places = 40 // bits
	return uint64(turn)<<places | place&(1<<places-1)
}

// clean drops addresses that are nobody's, and reports whether one is left.
func (c *Collector) clean(e *heron.Endpoint) bool {
	w := &c.who
	if *e == w.asked {
		*e = w.clean
		return w.known
	}
	w.asked = *e
	w.hash, w.known = c.hasher.identify(e)
	w.clean = *e
	return w.known
}
