package dissect

import (
	"hash/maphash"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Defaults of CollectorConfig.
const (
	defaultMaxFacts  = 1 << 17
	defaultMaxEvents = 1 << 16
	defaultRefresh   = heron.Hour
)

// CollectorConfig sets the limits of a Memory and its Collectors; zero fields
// mean the defaults.
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

// CollectorStats counts what was kept and what there was no room for.
type CollectorStats struct {
	Distinct      uint64 // facts that were new
	DroppedValues uint64 // sightings beyond heron.MaxValuesPerKey values of one endpoint and key
	DroppedFacts  uint64 // sightings beyond the facts of one round
	DroppedEvents uint64 // events beyond MaxEvents
	Generations   uint64 // times that the oldest half of the known facts was forgotten
}

// Memory makes observations distinct: of the facts in the rounds that it is
// given it tells those that are new, and those told an hour ago. It knows a
// fact by a hash, so that one seen again costs no allocation. One goroutine
// uses it; its answers do not depend on how the traffic was spread over
// Collectors.
//
// Facts about presence (heron.KeyFrame, heron.KeyMAC) are told once in each
// minute of traffic time.
type Memory struct {
	config  CollectorConfig
	seed    maphash.Seed
	now     generation
	before  generation
	round   uint32 // grows with each drain
	pending []heron.Observation
	events  []heron.Event
	stats   CollectorStats
	hashing []byte
	value   []byte
	next    []int // of each round to be merged
}

// generation is a half of what is known: when one is full the other is dropped.
type generation struct {
	index  index // place in facts by the hash of the whole fact
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

// NewMemory returns a Memory that knows nothing yet.
func NewMemory(c CollectorConfig) *Memory {
	if c.MaxFacts <= 0 {
		c.MaxFacts = defaultMaxFacts
	}
	if c.MaxEvents <= 0 {
		c.MaxEvents = defaultMaxEvents
	}
	if c.Refresh <= 0 {
		c.Refresh = defaultRefresh
	}
	return &Memory{config: c, seed: maphash.MakeSeed(), now: newGeneration(), before: newGeneration(), round: 1}
}

func newGeneration() generation {
	return generation{values: make(map[uint64]uint8)}
}

// Stats returns the counters.
func (m *Memory) Stats() CollectorStats { return m.stats }

// Take learns what the rounds of the workers hold, as if it came in the order
// of the packets.
func (m *Memory) Take(rounds ...*Round) {
	m.merge(rounds, func(r *Round) int { return len(r.facts) }, func(r *Round, i int) uint64 { return r.facts[i].place },
		func(r *Round, i int) { m.see(&r.facts[i], r.value(&r.facts[i])) })
	if len(rounds) == 1 && len(m.events) == 0 {
		m.events = rounds[0].events
	} else {
		m.merge(rounds, func(r *Round) int { return len(r.events) }, func(r *Round, i int) uint64 { return r.places[i] },
			func(r *Round, i int) { m.event(&r.events[i]) })
	}
	for _, r := range rounds {
		m.stats.DroppedFacts += r.dropped.DroppedFacts
		m.stats.DroppedEvents += r.dropped.DroppedEvents
	}
}

// merge calls take for what is in the rounds, in the order of places.
func (m *Memory) merge(rounds []*Round, length func(*Round) int, place func(*Round, int) uint64, take func(*Round, int)) {
	if len(rounds) == 1 {
		for i := range length(rounds[0]) {
			take(rounds[0], i)
		}
		return
	}
	m.next = append(m.next[:0], make([]int, len(rounds))...)
	for {
		first := -1
		for k, r := range rounds {
			if m.next[k] < length(r) && (first < 0 || place(r, m.next[k]) < place(rounds[first], m.next[first])) {
				first = k
			}
		}
		if first < 0 {
			return
		}
		take(rounds[first], m.next[first])
		m.next[first]++
	}
}

func (m *Memory) event(ev *heron.Event) {
	if len(m.events) >= m.config.MaxEvents {
		m.stats.DroppedEvents++
		return
	}
	m.events = append(m.events, *ev)
}

// port states a fact of a flow whose value is its transport and server port.
func (m *Memory) port(about heron.Subject, key string, f *heron.Flow) {
	if !identify(&about) {
		return
	}
	m.value = append(m.value[:0], f.Transport.String()...)
	m.value = append(m.value, '/')
	m.value = strconv.AppendUint(m.value, uint64(f.ServerPort), 10)
	s := seen{subject: about, key: key, source: "flow", first: f.Last, last: f.Last, count: 1}
	m.hashing = appendFact(m.hashing[:0], &about, key, m.value)
	s.id = maphash.Bytes(m.seed, m.hashing)
	m.see(&s, m.value)
}

// Flow states that the server of an answered flow offers a service on its port,
// and that the client uses one. UDP counts only below the ports that clients are
// given, since both sides of a peer-to-peer exchange look like servers.
func (m *Memory) Flow(f *heron.Flow) {
	const ephemeral = 32768 // the lowest port that common systems give to clients
	answered := f.Answered()
	if f.Transport != heron.TCP && (f.Transport != heron.UDP || f.ServerPort >= ephemeral) || !answered && f.Transport != heron.UDP {
		return
	}
	if answered {
		m.port(heron.Subject{Endpoint: f.Server, Transport: f.Transport, Port: f.ServerPort}, heron.KeyService, f)
	}
	m.port(heron.Subject{Endpoint: f.Client}, heron.KeyClientPort, f)
}

// Inbound states that a host on the Internet reached the server of a flow.
func (m *Memory) Inbound(f *heron.Flow) {
	m.port(heron.Subject{Endpoint: f.Server, Transport: f.Transport, Port: f.ServerPort}, heron.KeyInbound, f)
}

// Outbound states that the client of a flow reached a host on the Internet.
func (m *Memory) Outbound(f *heron.Flow) {
	m.port(heron.Subject{Endpoint: f.Client}, heron.KeyOutbound, f)
}

// Drain returns the observations that are new, or due to be told again, and the
// events, since the last call, in the order they came. The caller owns them. An
// observation's Count and First cover what happened since it was last told, so
// that counts of one fact add up.
func (m *Memory) Drain() ([]heron.Observation, []heron.Event) {
	obs, events := m.pending, m.events
	m.pending, m.events = make([]heron.Observation, 0, len(obs)), nil
	m.round++
	return obs, events
}

// see learns one fact of a round.
func (m *Memory) see(s *seen, value []byte) {
	if f := m.find(s.id); f != nil {
		m.again(f, s, value)
		return
	}
	text := wire.Text(value, heron.MaxObservationValue)
	if text == "" {
		return
	}
	if text == string(value) {
		m.learn(s.id, s, text)
		return
	}
	// Two spellings of one text are one fact.
	m.hashing = appendFact(m.hashing[:0], &s.subject, s.key, []byte(text))
	clean := maphash.Bytes(m.seed, m.hashing)
	if f := m.find(clean); f != nil {
		m.alias(s.id, clean)
		m.again(f, s, value)
		return
	}
	if m.learn(clean, s, text) {
		m.alias(s.id, clean)
	}
}

// alias makes a known fact known by another spelling too.
func (m *Memory) alias(raw, clean uint64) {
	if i, ok := m.now.index.get(clean); ok {
		m.now.index.put(raw, i)
	}
}

// learn makes a new fact known, unless its endpoint has too many of the key.
func (m *Memory) learn(id uint64, s *seen, text string) bool {
	m.hashing = appendScope(m.hashing[:0], &s.subject, s.key)
	scope := maphash.Bytes(m.seed, m.hashing)
	n := max(m.now.values[scope], m.before.values[scope])
	if n >= heron.MaxValuesPerKey {
		m.stats.DroppedValues += uint64(s.count)
		return false
	}
	if m.now.index.used >= m.config.MaxFacts {
		m.before, m.now = m.now, newGeneration()
		m.stats.Generations++
	}
	m.now.values[scope] = n + 1
	m.stats.Distinct++
	m.now.index.put(id, int32(len(m.now.facts)))
	m.now.facts = append(m.now.facts, fact{first: s.first, last: s.last, count: s.count})
	m.tell(&m.now.facts[len(m.now.facts)-1], s, text)
	return true
}

// again counts a known fact, and tells it again when that is due.
func (m *Memory) again(f *fact, s *seen, value []byte) {
	if s.presence && s.first/heron.Minute <= f.told/heron.Minute {
		return
	}
	if f.round == m.round {
		o := &m.pending[f.place]
		o.Count += uint64(s.count)
		o.Last = max(o.Last, s.last)
		return
	}
	if f.count == 0 {
		f.first = s.first
	}
	f.count += s.count
	f.last = max(f.last, s.last)
	if s.presence || s.first-f.told >= m.config.Refresh {
		m.tell(f, s, wire.Text(value, heron.MaxObservationValue))
	}
}

// tell puts an observation of f into what the next drain returns.
func (m *Memory) tell(f *fact, s *seen, text string) {
	f.round, f.place, f.told = m.round, int32(len(m.pending)), s.first
	m.pending = append(m.pending, heron.Observation{
		Subject: s.subject, Key: s.key, Value: text, Source: s.source, Sensor: m.config.Sensor,
		First: f.first, Last: f.last, Count: uint64(f.count),
	})
	f.count = 0
}

// find returns the fact with that hash, moved into the newer generation, or nil.
func (m *Memory) find(id uint64) *fact {
	if i, ok := m.now.index.get(id); ok {
		return &m.now.facts[i]
	}
	i, ok := m.before.index.get(id)
	if !ok {
		return nil
	}
	m.now.index.put(id, int32(len(m.now.facts)))
	m.now.facts = append(m.now.facts, m.before.facts[i])
	return &m.now.facts[len(m.now.facts)-1]
}
