package dissect

import (
	"hash/maphash"
	"net/netip"

	"github.com/heron-iot/heron"
)

// Collector is the Sink of one worker: it gathers what dissectors tell into a
// Round, each fact once with how often it was seen. It remembers nothing from
// one Round to the next; that is for the Memory, which all workers share. One
// goroutine uses it; in steady state it allocates nothing.
type Collector struct {
	round   *Round
	spare   *Round
	place   uint64
	hashing []byte
	records []heron.FlowRecord // of the packet at hand

	message  *heron.Message // that what comes is about; see Begin
	protocol string
	time     heron.Time
	value    []byte
}

var _ Sink = (*Collector)(nil)

// NewCollector returns an empty Collector whose Rounds m understands.
func NewCollector(m *Memory) *Collector {
	return &Collector{round: newRound(m.seed, m.config.MaxEvents), spare: newRound(m.seed, m.config.MaxEvents)}
}

// Place says which packet of the source what follows was learned from, so that
// the rounds of several workers can be put into one order.
func (c *Collector) Place(n uint64) { c.place = n }

// Cut ends the round and begins another. What it returns is valid until the
// next Cut.
func (c *Collector) Cut() *Round {
	r := c.round
	c.round, c.spare = c.spare, r
	c.round.reset()
	return r
}

// Begin implements Sink.
func (c *Collector) Begin(m *heron.Message, protocol string) {
	c.message, c.protocol, c.time = m, protocol, m.Time
}

// Observe implements Emitter.
func (c *Collector) Observe(about heron.Subject, key string, value []byte) {
	if len(value) > 0 && identify(&about) {
		c.see(&about, key, value, false)
	}
}

// ObserveString implements Emitter.
func (c *Collector) ObserveString(about heron.Subject, key, value string) {
	c.value = append(c.value[:0], value...)
	c.Observe(about, key, c.value)
}

// Sighting states that a frame came from e: the flow table's half of presence.
func (c *Collector) Sighting(e heron.Endpoint, at heron.Time) {
	c.protocol, c.message, c.time = "link", nil, at
	about := heron.Subject{Endpoint: e}
	if !identify(&about) {
		return
	}
	if about.IP.IsValid() {
		c.value = e.IP.AppendTo(c.value[:0])
		c.see(&about, heron.KeyFrame, c.value, true)
		return
	}
	c.value = append(c.value[:0], e.MAC.String()...)
	c.see(&about, heron.KeyMAC, c.value, true)
}

// Fact states what somebody else than a dissector learned, of whatever source.
func (c *Collector) Fact(about heron.Subject, at heron.Time, source, key string, value []byte) {
	c.protocol, c.message, c.time = source, nil, at
	c.Observe(about, key, value)
}

// Event implements Emitter: it fills in what ev leaves out from the message at hand.
func (c *Collector) Event(ev heron.Event) {
	if m := c.message; m != nil {
		fillEvent(&ev, m)
	}
	if ev.Protocol == "" {
		ev.Protocol = c.protocol
	}
	clean(ev.Attrs)
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
	to := c.round.event(c.place)
	if to == nil {
		return
	}
	m := c.message
	to.Time, to.Kind, to.Protocol, to.Transport = m.Time, kind, c.protocol, m.Transport
	to.Src, to.Dst, to.SrcPort, to.DstPort = m.Src, m.Dst, m.SrcPort, m.DstPort
	to.Attrs = attrs
}

// maxRecords bounds the flow records of one packet.
const maxRecords = 1 << 12

// Record implements Emitter.
func (c *Collector) Record(rec *heron.FlowRecord) {
	if len(c.records) >= maxRecords {
		c.round.dropped.DroppedFacts++
		return
	}
	c.records = append(c.records, *rec)
}

// Records returns the flow records since the last call, for the flow table.
// They are valid until the next Record.
func (c *Collector) Records() []heron.FlowRecord {
	out := c.records
	c.records = c.records[:0]
	return out
}

func fillEvent(ev *heron.Event, m *heron.Message) {
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

func (c *Collector) see(about *heron.Subject, key string, value []byte, presence bool) {
	c.hashing = appendFact(c.hashing[:0], about, key, value)
	c.round.see(maphash.Bytes(c.round.seed, c.hashing), seen{
		subject: *about, key: key, source: c.protocol, first: c.time, last: c.time, place: c.place, count: 1, presence: presence,
	}, value)
}

// identify drops addresses that are nobody's (0.0.0.0, groups, broadcast), and
// reports whether one is left.
func identify(about *heron.Subject) bool {
	ip := about.IP
	if ip.IsUnspecified() || ip.IsMulticast() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		about.IP = netip.Addr{}
	}
	if about.MAC.IsMulticast() {
		about.MAC = heron.MAC{}
	}
	return about.IP.IsValid() || !about.MAC.IsZero()
}

// appendFact appends what makes a fact the one it is.
func appendFact(b []byte, about *heron.Subject, key string, value []byte) []byte {
	b = appendScope(b, about, key)
	b = append(b, byte(about.Transport), byte(about.Port>>8), byte(about.Port))
	return append(b, value...)
}

// appendScope appends what a fact shares with the other values of its key.
func appendScope(b []byte, about *heron.Subject, key string) []byte {
	ip := about.IP.As16()
	b = append(b, byte(about.VLAN>>8), byte(about.VLAN))
	b = append(b, about.MAC[:]...)
	b = append(b, ip[:]...)
	b = append(b, key...)
	return append(b, 0)
}
