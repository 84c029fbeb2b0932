package dissect

import (
	"github.com/heron-iot/heron"
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
	config    CollectorConfig
	hasher    hasher
	now       generation
	before    generation
	round     uint32 // grows with each drain
	pending   room[heron.Observation]
	events    room[heron.Event]
	lent      []heron.Event // of a round, instead
	stats     CollectorStats
	value     []byte
	portTable portTable
	next      []int // of each round to be merged
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
	return &Memory{config: c, hasher: newHasher(), now: newGeneration(), before: newGeneration(), portTable: newPortTable(), round: 1}
}

// Stats returns the counters.
func (m *Memory) Stats() CollectorStats { return m.stats }

// Take learns what the rounds of the workers hold, as if it came in the order
// of the packets.
func (m *Memory) Take(rounds ...*Round) {
	for _, r := range rounds {
		for i := range r.carried.list {
			m.carry(&r.carried.list[i])
		}
	}
	m.takeFacts(rounds)
	m.takeEvents(rounds)
	for _, r := range rounds {
		m.stats.DroppedFacts += r.dropped.DroppedFacts
		m.stats.DroppedEvents += r.dropped.DroppedEvents
		r.forgot = m.stats.Generations
	}
}

// takeFacts learns the facts of the rounds.
func (m *Memory) takeFacts(rounds []*Round) {
	for _, r := range rounds {
		m.pending.grow(r.facts.len)
	}
	m.merge(rounds, func(r *Round) int { return r.facts.len }, func(r *Round, i int) uint64 { return r.facts.at(int32(i)).place }, m.see)
}

// takeEvents borrows the events of a single round, and joins those of several.
func (m *Memory) takeEvents(rounds []*Round) {
	if len(rounds) == 1 && len(m.events.list)+len(m.lent) == 0 {
		m.lent = rounds[0].events.list
		return
	}
	m.events.add(m.lent)
	m.lent = nil
	m.merge(rounds, func(r *Round) int { return len(r.events.list) }, func(r *Round, i int) uint64 { return r.places.list[i] },
		func(r *Round, i int) { m.event(&r.events.list[i]) })
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
	if len(m.events.list) >= m.config.MaxEvents {
		m.stats.DroppedEvents++
		return
	}
	*m.events.next() = *ev
}

// Drain returns the observations that are new, or due to be told again, and the
// events, since the last call, in the order they came. They are valid until the
// next call of Take or Flows, and no longer than the rounds. An observation's Count
// and First cover what happened since it was last told, so that counts of one fact
// add up.
func (m *Memory) Drain() ([]heron.Observation, []heron.Event) {
	obs, events := m.pending.list, m.events.list
	if len(m.lent) > 0 {
		events, m.lent = m.lent, nil
	}
	m.pending.empty()
	m.events.empty()
	m.round++
	return obs, events
}

// see learns one fact of a round, and answers until when it need not hear of it.
func (m *Memory) see(r *Round, i int) {
	s := r.facts.at(int32(i))
	value, since := r.value(s), sighting(r.turn, s.place)
	f := m.known(s.id)
	if f == nil {
		f = m.learn(s, value, since)
	} else {
		m.again(f, s, value, since)
	}
	switch {
	case f == nil:
		s.until = 0
	case s.presence:
		s.until = minuteOf(f.told) + 1
	default:
		s.until = minuteOf(f.told + m.config.Refresh)
	}
}

// learn takes a fact that may be new. It returns nil when there is nothing in it,
// or its endpoint has too many of the key.
func (m *Memory) learn(s *seen, value []byte, since uint64) *fact {
	text := s.text(value)
	if text == "" {
		return nil
	}
	id := s.id
	if text != string(value) && !s.presence {
		// Two spellings of one text are one fact.
		id = m.hasher.fact(s.scope, &s.subject, m.hasher.text([]byte(text)))
		if f := m.find(id); f != nil {
			m.alias(s.id, id)
			m.again(f, s, value, since)
			return f
		}
	}
	if !m.room(s.scope) {
		m.stats.DroppedValues += uint64(s.count)
		return nil
	}
	f := m.now.add(fact{id: id, first: s.first, last: s.last, since: since, count: s.count})
	m.stats.Distinct++
	m.tell(f, s, text)
	if id != s.id {
		m.alias(s.id, id)
	}
	return f
}

// room makes room for one more value of that scope, unless it has too many.
func (m *Memory) room(scope uint64) bool {
	n := max(m.now.values.of(scope), m.before.values.of(scope))
	if n >= heron.MaxValuesPerKey {
		return false
	}
	if m.now.used() >= m.config.MaxFacts {
		m.before.forget()
		m.before, m.now = m.now, m.before
		m.stats.Generations++
	}
	m.now.values.set(scope, n+1)
	return true
}

// alias makes a known fact known by another spelling too.
func (m *Memory) alias(raw, clean uint64) {
	if m.now.used() < 2*m.config.MaxFacts {
		m.now.aliases[raw] = clean
	}
}

// again counts a known fact, and tells it again when that is due.
func (m *Memory) again(f *fact, s *seen, value []byte, since uint64) {
	if s.presence && s.first/heron.Minute <= f.told/heron.Minute {
		return
	}
	due := m.count(f, s.first, s.last, s.count, since)
	if due || s.presence && f.round != m.round {
		m.tell(f, s, s.text(value))
	}
}

// count counts sightings of a known fact, and reports whether it is due to be
// told again.
func (m *Memory) count(f *fact, first, last heron.Time, n uint32, since uint64) bool {
	if f.round == m.round {
		o := &m.pending.list[f.place]
		o.Count += uint64(n)
		o.Last = max(o.Last, last)
		return false
	}
	if f.count == 0 {
		f.first, f.since = first, since
	}
	f.count += n
	f.last = max(f.last, last)
	return first-f.told >= m.config.Refresh
}

// carry counts sightings of rounds before; what is known no more is new when it
// is seen again.
func (m *Memory) carry(c *carried) {
	var f *fact
	if c.alive {
		f = m.known(c.id)
	} else if f = m.now.known(c.id); f == nil {
		f = m.before.known(c.id)
	}
	if f == nil {
		return
	}
	if f.count == 0 || c.since < f.since {
		f.first, f.since = c.first, c.since
	}
	f.count += c.count
	f.last = max(f.last, c.last)
}

// tell puts an observation of f into what the next drain returns.
func (m *Memory) tell(f *fact, s *seen, text string) {
	f.round, f.place, f.told = m.round, int32(len(m.pending.list)), s.first
	*m.pending.next() = heron.Observation{
		Subject: s.subject, Key: s.key, Value: text, Source: s.source, Sensor: m.config.Sensor,
		First: f.first, Last: f.last, Count: uint64(f.count),
	}
	f.count = 0
}
