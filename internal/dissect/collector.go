package dissect

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Defaults of CollectorConfig.
const (
	defaultMaxFacts  = 1 << 17
	defaultMaxEvents = 1 << 16
	defaultRefresh   = heron.Hour
	presenceRefresh  = heron.Minute
)

// CollectorConfig sets a Collector's limits; zero fields mean the defaults.
type CollectorConfig struct {
	// Sensor is the name put into observations.
	Sensor string
	// MaxFacts bounds the facts remembered as known; twice as many at most are
	// held. What is forgotten is told again when it is seen again. 0: 131,072.
	MaxFacts int
	// MaxEvents bounds the events held between two drains. 0: 65,536.
	MaxEvents int
	// Refresh is the traffic time after which a known fact is told again. 0: one hour.
	Refresh heron.Time
}

// CollectorStats counts what a Collector kept and what it had no room for.
type CollectorStats struct {
	Distinct      uint64 // facts that were new
	DroppedValues uint64 // sightings beyond heron.MaxValuesPerKey values of one endpoint and key
	DroppedEvents uint64 // events beyond MaxEvents
	Generations   uint64 // times that the oldest half of the known facts was forgotten
}

// Collector is the Sink that makes observations distinct: a fact that was told
// within the last hour only counts. It knows a fact by a hash, so that one seen
// again costs no allocation and a known one no string. One goroutine uses it.
//
// Facts about presence (heron.KeyFrame, heron.KeyMAC) are told again each minute.
type Collector struct {
	config  CollectorConfig
	hash    maphash.Hash
	now     generation
	before  generation
	round   uint32 // grows with each drain
	pending []heron.Observation
	events  []heron.Event
	stats   CollectorStats

	message  *heron.Message // that what comes is about; see Begin
	protocol string
	time     heron.Time
	value    []byte
}

var _ Sink = (*Collector)(nil)

// generation is a half of what is known: when one is full the other is dropped.
type generation struct {
	index  map[uint64]int32 // hash of the whole fact → place in facts
	facts  []fact
	values map[uint64]uint8 // hash of endpoint and key → values seen
}

// fact is what must be remembered of an observation to tell it again.
type fact struct {
	first, last heron.Time // since it was last told
	told        heron.Time
	count       uint32 // since it was last told
	round       uint32 // of the drain that place belongs to
	place       int32  // in pending
}

// NewCollector returns an empty Collector.
func NewCollector(c CollectorConfig) *Collector {
	if c.MaxFacts <= 0 {
		c.MaxFacts = defaultMaxFacts
	}
	if c.MaxEvents <= 0 {
		c.MaxEvents = defaultMaxEvents
	}
	if c.Refresh <= 0 {
		c.Refresh = defaultRefresh
	}
	return &Collector{config: c, now: newGeneration(), before: newGeneration(), round: 1}
}

func newGeneration() generation {
	return generation{index: make(map[uint64]int32), values: make(map[uint64]uint8)}
}

// Stats returns the counters.
func (c *Collector) Stats() CollectorStats { return c.stats }

// Begin implements Sink.
func (c *Collector) Begin(m *heron.Message, protocol string) {
	c.message, c.protocol, c.time = m, protocol, m.Time
}

// Observe implements Emitter.
func (c *Collector) Observe(about heron.Subject, key string, value []byte) {
	if len(value) == 0 || !identify(&about) {
		return
	}
	c.see(&about, key, value, c.config.Refresh)
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

// ObserveString implements Emitter.
func (c *Collector) ObserveString(about heron.Subject, key, value string) {
	c.value = append(c.value[:0], value...)
	c.Observe(about, key, c.value)
}

// Event implements Emitter: it fills in what ev leaves out from the message at hand.
func (c *Collector) Event(ev heron.Event) {
	if len(c.events) >= c.config.MaxEvents {
		c.stats.DroppedEvents++
		return
	}
	if m := c.message; m != nil {
		fillEvent(&ev, m)
	}
	if ev.Protocol == "" {
		ev.Protocol = c.protocol
	}
	for k, v := range ev.Attrs {
		if clean := wire.Text([]byte(v), heron.MaxObservationValue); clean != v {
			ev.Attrs[k] = clean
		}
	}
	c.events = append(c.events, ev)
	if ev.Kind == heron.KeyClearLogin {
		// What happened once stays true of the service that took it.
		server := heron.Subject{Endpoint: ev.Dst, Transport: ev.Transport, Port: ev.DstPort}
		c.ObserveString(server, heron.KeyClearLogin, ev.Attrs["scheme"])
	}
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

// Sighting states that a frame came from e: the flow table's half of presence.
func (c *Collector) Sighting(e heron.Endpoint, at heron.Time) {
	c.protocol, c.message, c.time = "link", nil, at
	about := heron.Subject{Endpoint: e}
	if !identify(&about) {
		return
	}
	switch {
	case about.IP.IsValid():
		c.value = e.IP.AppendTo(c.value[:0])
		c.see(&about, heron.KeyFrame, c.value, presenceRefresh)
	default:
		c.value = append(c.value[:0], e.MAC.String()...)
		c.see(&about, heron.KeyMAC, c.value, presenceRefresh)
	}
}

// Flow states that the server of an answered flow offers a service on its port,
// and that the client uses one. UDP counts only below the ports that clients are
// given, since both sides of a peer-to-peer exchange look like servers.
func (c *Collector) Flow(f *heron.Flow) {
	const ephemeral = 32768 // the lowest port that common systems give to clients
	if f.Transport != heron.TCP && (f.Transport != heron.UDP || f.ServerPort >= ephemeral) {
		return
	}
	c.protocol, c.message, c.time = "flow", nil, f.Last
	c.value = append(c.value[:0], f.Transport.String()...)
	c.value = append(c.value, '/')
	c.value = strconv.AppendUint(c.value, uint64(f.ServerPort), 10)
	if f.State == heron.FlowEstablished {
		server := heron.Subject{Endpoint: f.Server, Transport: f.Transport, Port: f.ServerPort}
		c.Observe(server, heron.KeyService, c.value)
	}
	if f.State == heron.FlowEstablished || f.Transport == heron.UDP {
		c.Observe(heron.Subject{Endpoint: f.Client}, heron.KeyClientPort, c.value)
	}
}

// Drain returns the observations that are new, or due to be told again, and the
// events, since the last call, in the order they came. The caller owns them. An
// observation's Count and First cover what happened since it was last told, so
// that counts of one fact add up.
func (c *Collector) Drain(now heron.Time) ([]heron.Observation, []heron.Event) {
	obs, events := c.pending, c.events
	c.pending, c.events = nil, nil
	c.round++
	c.time = max(c.time, now)
	return obs, events
}

// see notes one sighting of a fact.
func (c *Collector) see(about *heron.Subject, key string, value []byte, refresh heron.Time) {
	scope, id := c.hashes(about, key, value)
	if f := c.find(id); f != nil {
		c.again(f, about, key, value, refresh)
		return
	}
	text := wire.Text(value, heron.MaxObservationValue)
	if text == "" {
		return
	}
	if text != string(value) { // two spellings of one text are one fact
		_, clean := c.hashes(about, key, []byte(text))
		if f := c.find(clean); f != nil {
			c.now.index[id] = c.now.index[clean]
			c.again(f, about, key, value, refresh)
			return
		}
		if c.learn(scope, clean, about, key, text) {
			c.now.index[id] = c.now.index[clean]
		}
		return
	}
	c.learn(scope, id, about, key, text)
}

// learn makes a new fact known, unless its endpoint has too many of the key.
func (c *Collector) learn(scope, id uint64, about *heron.Subject, key, text string) bool {
	n := max(c.now.values[scope], c.before.values[scope])
	if n >= heron.MaxValuesPerKey {
		c.stats.DroppedValues++
		return false
	}
	if len(c.now.index) >= c.config.MaxFacts {
		c.before, c.now = c.now, newGeneration()
		c.stats.Generations++
	}
	c.now.values[scope] = n + 1
	c.stats.Distinct++
	c.now.index[id] = int32(len(c.now.facts))
	c.now.facts = append(c.now.facts, fact{first: c.time, last: c.time, count: 1})
	c.tell(&c.now.facts[len(c.now.facts)-1], about, key, text)
	return true
}

// again counts a known fact, and tells it again when that is due.
func (c *Collector) again(f *fact, about *heron.Subject, key string, value []byte, refresh heron.Time) {
	if f.round == c.round {
		o := &c.pending[f.place]
		o.Count++
		o.Last = max(o.Last, c.time)
		return
	}
	if f.count == 0 {
		f.first = c.time
	}
	f.count++
	f.last = max(f.last, c.time)
	if c.time-f.told >= refresh {
		c.tell(f, about, key, wire.Text(value, heron.MaxObservationValue))
	}
}

// tell puts an observation of f into what the next drain returns.
func (c *Collector) tell(f *fact, about *heron.Subject, key, text string) {
	f.round, f.place, f.told = c.round, int32(len(c.pending)), c.time
	c.pending = append(c.pending, heron.Observation{
		Subject: *about, Key: key, Value: text, Source: c.protocol, Sensor: c.config.Sensor,
		First: f.first, Last: f.last, Count: uint64(f.count),
	})
	f.count = 0
}

// find returns the fact with that hash, moved into the newer generation, or nil.
func (c *Collector) find(id uint64) *fact {
	if i, ok := c.now.index[id]; ok {
		return &c.now.facts[i]
	}
	i, ok := c.before.index[id]
	if !ok {
		return nil
	}
	c.now.index[id] = int32(len(c.now.facts))
	c.now.facts = append(c.now.facts, c.before.facts[i])
	return &c.now.facts[len(c.now.facts)-1]
}

// hashes returns the hash of endpoint and key, and that of the whole fact.
func (c *Collector) hashes(about *heron.Subject, key string, value []byte) (scope, id uint64) {
	h := &c.hash
	h.Reset()
	ip := about.IP.As16()
	var nums [2 + 6]byte
	copy(nums[2:], about.MAC[:])
	binary.BigEndian.PutUint16(nums[:], about.VLAN)
	writeAll(h, nums[:], ip[:])
	_, _ = h.WriteString(key)
	scope = h.Sum64()
	var port [4]byte
	port[1] = byte(about.Transport)
	binary.BigEndian.PutUint16(port[2:], about.Port)
	writeAll(h, port[:], value)
	return scope, h.Sum64()
}

// writeAll adds the parts to h, which never fails.
func writeAll(h *maphash.Hash, parts ...[]byte) {
	for _, p := range parts {
		_, _ = h.Write(p)
	}
}
