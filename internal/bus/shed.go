package bus

import (
	"hash/maphash"
	"sync"

	"github.com/heron-iot/heron"
)

// While a bus forwards to a core that is out of reach, what waits on disk nears
// its limit. From there on batches are made smaller, in the order of what is
// missed least: reports on conversations that are known and quiet, then all
// reports on flows, then observations that were told before. Events and new
// facts stay; only at the limit itself the oldest batches go.

// Levels of shedding, by how full the room is.
type level int

const (
	keepAll level = iota
	shedQuiet
	shedFlows
	shedRepeats
)

// levelOf is the level at so many bytes of the limit.
func levelOf(bytes uint64, limit int64) level {
	switch tenths := bytes * 10 / uint64(max(limit, 1)); {
	case tenths >= 9:
		return shedRepeats
	case tenths >= 8:
		return shedFlows
	case tenths >= 7:
		return shedQuiet
	}
	return keepAll
}

// shed counts what was left out of a sensor's batches.
type shed struct{ flows, observations uint64 }

// shedder leaves things out of batches, and remembers what was told before.
type shedder struct {
	mu   sync.Mutex
	seed maphash.Seed
	told told
	of   map[string]*shed // by sensor
}

// newShedder returns a shedder that was told nothing.
func newShedder() *shedder {
	return &shedder{seed: maphash.MakeSeed(), of: map[string]*shed{}}
}

// thin returns b without what its level sheds, with the sensor's counts in it.
// b itself is left alone.
func (s *shedder) thin(b *heron.Batch, l level) *heron.Batch {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := s.of[b.SensorID]
	if count == nil {
		count = &shed{}
		s.of[b.SensorID] = count
	}
	slim := *b
	slim.Flows = keep(b.Flows, &count.flows, func(f *heron.Flow) bool {
		known := s.told.before(maphash.Comparable(s.seed, conversationOf(f)))
		return l < shedQuiet || l < shedFlows && (!known || !quiet(f))
	})
	slim.Observations = keep(b.Observations, &count.observations, func(o *heron.Observation) bool {
		known := s.told.before(maphash.Comparable(s.seed, fact{o.Subject, o.Key, o.Value}))
		return l < shedRepeats || !known
	})
	slim.Stats.ShedFlows, slim.Stats.ShedFacts = count.flows, count.observations
	return &slim
}

// keep returns what fn keeps, the list itself when that is all, and counts the rest.
func keep[T any](list []T, dropped *uint64, fn func(*T) bool) []T {
	out, all := list, true
	for i := range list {
		switch kept := fn(&list[i]); {
		case kept && all:
			continue
		case kept:
			out = append(out, list[i])
			continue
		case all:
			out, all = append(make([]T, 0, len(list)), list[:i]...), false
		}
		*dropped++
	}
	return out
}

// totals sums the counts of all sensors.
func (s *shedder) totals() (t shed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.of {
		t.flows += c.flows
		t.observations += c.observations
	}
	return t
}

// conversation is what flows of the same kind between the same ends have in common.
type conversation struct {
	client, server heron.Endpoint
	transport      heron.Transport
	port           uint16
	protocol       string
}

func conversationOf(f *heron.Flow) conversation {
	return conversation{f.Client, f.Server, f.Transport, f.ServerPort, f.Protocol}
}

type fact struct {
	of         heron.Subject
	key, value string
}

// quiet reports whether a flow went as it should.
func quiet(f *heron.Flow) bool {
	return f.State == heron.FlowEstablished || f.State == heron.FlowClosed || f.State == heron.FlowExpired
}

// generation bounds what is remembered: two of them at most.
const generation = 1 << 16

// told remembers numbers, the latest tens of thousands of them.
type told struct{ young, old map[uint64]struct{} }

// before reports whether n was told before, and notes it.
func (t *told) before(n uint64) bool {
	if _, known := t.young[n]; known {
		return true
	}
	_, known := t.old[n]
	if t.young == nil || len(t.young) >= generation {
		t.old, t.young = t.young, make(map[uint64]struct{}, 1024)
	}
	t.young[n] = struct{}{}
	return known
}
