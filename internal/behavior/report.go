package behavior

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"

	"github.com/heron-iot/heron"
)

// reportEvery is how often a baseline is reported once it is old.
const reportEvery = 5 * heron.Minute

// Load takes back a baseline as it was stored.
func (t *Tracker) Load(b heron.Baseline) {
	n := t.number(b.DeviceID, 0)
	if n == 0 {
		return
	}
	s := t.state(n)
	s.since, s.until, s.reported = b.Since, b.Until, b.Until
	for i, name := range featureNames {
		stored := b.Features[name]
		s.of[i].restore(stored)
		s.busy = max(s.busy, uint32(min(stored.Windows, 1<<31)))
	}
	s.hours = new([24]uint64)
	for hour, share := range b.Hours {
		s.hours[hour] = uint64(share * restoredHours)
	}
	t.restoreTraffic(s, &b.Traffic)
	for _, p := range b.Peers {
		t.restorePeer(s, &p)
	}
}

// restoredHours is the traffic that stored hours stand for: only their shares
// are stored, so new traffic slowly outweighs them.
const restoredHours = 1 << 30

// queue lets a baseline be reported when it is due: a young one with each
// change, an old one every five minutes.
func (t *Tracker) queue(n uint32) {
	if s := t.state(n); !s.queued && s.isDue() {
		s.queued = true
		t.due = append(t.due, n)
	}
}

func (s *state) isDue() bool {
	return s.changed && (s.busy <= 10 || s.until-s.reported >= reportEvery)
}

// Drain returns the baselines that changed, by device id, and their peers: a
// young one each minute, an old one every five.
func (t *Tracker) Drain() ([]heron.Baseline, map[string][]heron.Peer) {
	var out []heron.Baseline
	all := map[string][]heron.Peer{}
	for _, n := range t.due {
		s := t.state(n)
		s.queued = false
		if !s.isDue() { // it came of age since
			continue
		}
		s.changed, s.reported = false, s.until
		b := t.baseline(s)
		out = append(out, b)
		all[b.DeviceID] = b.Peers
	}
	t.due = t.due[:0]
	slices.SortFunc(out, func(a, b heron.Baseline) int { return cmp.Compare(a.DeviceID, b.DeviceID) })
	return out, all
}

// All gives the baseline of every device as it is now, by device id.
func (t *Tracker) All() iter.Seq[*heron.Baseline] {
	return func(yield func(*heron.Baseline) bool) {
		list := make([]*state, 0, t.devices.count)
		for n := uint32(1); n < t.devices.count; n++ {
			list = append(list, t.state(n))
		}
		slices.SortFunc(list, func(a, b *state) int { return cmp.Compare(a.id, b.id) })
		for _, s := range list {
			b := t.baseline(s)
			if !yield(&b) {
				return
			}
		}
	}
}

// Of gives the baseline of one device as it is now; not ok when it was never seen
// to talk.
func (t *Tracker) Of(id string) (b heron.Baseline, ok bool) {
	n, _ := t.devices.find(id, maphash.String(seed, id))
	if n == 0 {
		return b, false
	}
	return t.baseline(t.state(n)), true
}

// baseline makes the noun out of the state.
func (t *Tracker) baseline(s *state) heron.Baseline {
	b := heron.Baseline{
		DeviceID: s.id, Since: s.since, Until: s.until, Maturity: s.maturity(s.until),
		Features: make(map[string]heron.Tail, features), Peers: t.peersOf(s), Traffic: t.trafficOf(s),
	}
	for i := range s.of {
		noun := s.of[i].noun()
		if s.mature(s.until) {
			noun.Threshold, _ = s.judge(i, 0, s.stretch(s.until))
		}
		b.Features[featureNames[i]] = noun
	}
	b.Hours = s.shares()
	return b
}

// shares is how the traffic spreads over the hours of the day.
func (s *state) shares() (out [24]float64) {
	s.endHour()
	if s.hours == nil {
		return out
	}
	var sum uint64
	for _, v := range s.hours {
		sum += v
	}
	for hour, v := range s.hours {
		if sum > 0 {
			out[hour] = float64(v) / float64(sum)
		}
	}
	return out
}
