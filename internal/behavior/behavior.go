// Package behavior learns what is normal for each device: how much it sends
// and receives a minute, with how many others it talks, with whom, and at
// which hours of the day.
//
// It runs on traffic time alone, so that a capture file and a live wire agree.
// What is unusual is decided by a tail rule (tail.go), not by a distance from
// the mean: IoT traffic is idle with bursts, and its mean says nothing about
// its extremes. A device is judged only when it was watched for a day and was
// active in thirty minutes of it; until then the Tracker only learns.
//
// State is a slab of at most 8 KiB a device, without pointers. A Tracker is
// deterministic and is used from one goroutine.
package behavior

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// Bounds.
const (
	window     = heron.Minute
	slack      = 2 * heron.Second // how late a flow may come
	maxDevices = 1 << 20
	maxPeers   = 64
	// reportEvery is how often a baseline is reported once it is old.
	reportEvery = 5 * heron.Minute
)

// The features, in the order of state.tails.
const (
	bytesOut = iota
	bytesIn
	packetsOut
	packetsIn
	peers
	features
)

var featureNames = [features]string{"bytes_out", "bytes_in", "packets_out", "packets_in", "peers"}

// margins are how far beyond its greatest value a feature may go in any case.
var margins = [features]float64{2048, 2048, 10, 10, 3}

// KindUnusual is the kind of event that Advance returns. Its attributes are
// device, feature, value, threshold, max, mean and maturity.
const KindUnusual = "behavior.unusual"

// Tracker holds the baselines of one site.
type Tracker struct {
	siteID  string
	ids     []string
	index   map[string]uint32 // device id → number
	states  []*state
	open    []uint32 // devices with a window that is not closed
	changed map[uint32]struct{}
	flows   generations[string, totals]
	names   generations[netip.Addr, string] // address → name, as DNS said
	words   *words
	now     heron.Time
	events  []heron.Event
}

// state is everything known of one device.
type state struct {
	since, until heron.Time
	reported     heron.Time
	window       heron.Time // start of the open window; 0 = none
	sums         [peers]uint64
	seen         sketch // peers in the open window
	tails        [features]tail
	hours        [24]uint64
	busy         uint32 // windows with traffic
	npeers       uint32
	peers        [maxPeers]peer
}

// totals are the counters of a flow at its last report.
type totals struct {
	clientBytes, serverBytes, clientPackets, serverPackets uint64
}

// growth is what a flow did since its last report, seen from one end.
type growth struct {
	totals
	begun uint32 // 1 with the flow's first report
}

// New returns a Tracker that knows nothing.
func New(siteID string) *Tracker {
	return &Tracker{
		siteID: siteID, index: map[string]uint32{}, changed: map[uint32]struct{}{},
		flows: newGenerations[string, totals](1 << 18), names: newGenerations[netip.Addr, string](1 << 16), words: newWords(),
	}
}

// Load takes back a baseline as it was stored.
func (t *Tracker) Load(b heron.Baseline) {
	n, ok := t.number(b.DeviceID)
	if !ok {
		return
	}
	s := t.states[n]
	s.since, s.until, s.reported = b.Since, b.Until, b.Until
	for i, name := range featureNames {
		stored := b.Features[name]
		s.tails[i].restore(stored)
		s.busy = max(s.busy, uint32(min(stored.Windows, 1<<31)))
	}
	for hour, share := range b.Hours {
		s.hours[hour] = uint64(share * restoredHours)
	}
	for _, p := range b.Peers {
		t.restorePeer(s, &p)
	}
}

// restoredHours is the traffic that stored hours stand for: only their shares
// are stored, so new traffic slowly outweighs them.
const restoredHours = 1 << 30

// number finds or makes the state of a device; not ok at the bound.
func (t *Tracker) number(id string) (uint32, bool) {
	if n, ok := t.index[id]; ok {
		return n, true
	}
	if id == "" || len(t.ids) >= maxDevices {
		return 0, false
	}
	n := uint32(len(t.ids))
	t.ids = append(t.ids, id)
	t.states = append(t.states, &state{})
	t.index[id] = n
	return n, true
}

// Event learns names from DNS answers, so that a peer keeps its name when its
// address changes. Other events are of no interest.
func (t *Tracker) Event(e *heron.Event) {
	if e.Kind != "dns.answer" {
		return
	}
	name := e.Attrs["name"]
	if name == "" {
		return
	}
	for answer := range strings.FieldsSeq(e.Attrs["answers"]) {
		if ip, err := netip.ParseAddr(answer); err == nil { // the list holds names too
			t.names.put(ip, name)
		}
	}
}

// Flow counts what a flow did since its last report. The devices must be
// filled in; an end without one is only a peer.
func (t *Tracker) Flow(f *heron.Flow) {
	t.now = max(t.now, f.Last)
	d, ok := t.difference(f)
	if !ok {
		return
	}
	if n, ok := t.number(f.ClientDevice); ok {
		p := t.peerOf(f, true)
		t.count(n, f, &p, d)
	}
	if n, ok := t.number(f.ServerDevice); ok && f.ServerDevice != f.ClientDevice {
		p := t.peerOf(f, false)
		t.count(n, f, &p, growth{totals{d.serverBytes, d.clientBytes, d.serverPackets, d.clientPackets}, d.begun})
	}
}

// difference returns what a flow did since its last report. It is not ok for a
// flow that began before we watched: how much of it is new is not known.
func (t *Tracker) difference(f *heron.Flow) (growth, bool) {
	now := totals{f.ClientBytes, f.ServerBytes, f.ClientPackets, f.ServerPackets}
	before, known := t.flows.get(f.ID)
	if f.Ended {
		t.flows.remove(f.ID)
	} else {
		t.flows.put(f.ID, now)
	}
	if !known && f.Last-f.First > 2*window && !f.Ended {
		return growth{}, false
	}
	d := growth{totals: totals{
		now.clientBytes - min(before.clientBytes, now.clientBytes),
		now.serverBytes - min(before.serverBytes, now.serverBytes),
		now.clientPackets - min(before.clientPackets, now.clientPackets),
		now.serverPackets - min(before.serverPackets, now.serverPackets),
	}}
	if !known {
		d.begun = 1
	}
	return d, true
}

// count adds to the open window of a device, d being seen from its side.
func (t *Tracker) count(n uint32, f *heron.Flow, p *peer, d growth) {
	s := t.states[n]
	start := f.Last - f.Last%window
	if s.window != 0 && start > s.window {
		t.close(n)
	}
	if s.window == 0 {
		s.window = max(start, s.until-s.until%window)
		t.open = append(t.open, n)
	}
	if s.since == 0 {
		s.since = f.First
	}
	s.until = max(s.until, f.Last)
	s.sums[bytesOut] += d.clientBytes
	s.sums[bytesIn] += d.serverBytes
	s.sums[packetsOut] += d.clientPackets
	s.sums[packetsIn] += d.serverPackets
	s.seen.add(p.key)
	s.hours[int(f.Last/heron.Hour%24)] += d.clientBytes + d.serverBytes
	s.meet(p, d, f)
}

// close ends the open window of a device: it is judged, then learned from.
func (t *Tracker) close(n uint32) {
	s := t.states[n]
	values := [features]float64{}
	for i, sum := range s.sums {
		values[i] = float64(sum)
	}
	values[peers] = float64(s.seen.count())
	end := s.window + window
	s.busy++
	mature := s.mature(end)
	for i := range s.tails {
		tail := &s.tails[i]
		threshold, over := tail.judge(values[i], s.stretch(end), margins[i])
		if over && mature {
			t.events = append(t.events, t.unusual(n, i, values[i], threshold, end))
			tail.yield(values[i], end)
			continue
		}
		tail.learn(values[i])
	}
	s.window, s.sums, s.seen = 0, [peers]uint64{}, sketch{}
	t.changed[n] = struct{}{}
}

// mature reports whether a device is known well enough to be judged.
func (s *state) mature(now heron.Time) bool { return now-s.since >= heron.Day && s.busy > 30 }

// maturity goes from 0 to 1, which is seven days with enough activity.
func (s *state) maturity(now heron.Time) float64 {
	age := min(1, float64(now-s.since)/float64(7*heron.Day))
	return max(0, age*min(1, float64(s.busy)/30))
}

// stretch is how many times its greatest value a feature may reach. It is
// wider for a device that is not known for long.
func (s *state) stretch(now heron.Time) float64 {
	switch age := now - s.since; {
	case age < heron.Day:
		return 3
	case age < 3*heron.Day:
		return 2
	}
	return 1.5
}

// unusual makes the event for a window that was out of the ordinary.
func (t *Tracker) unusual(n uint32, feature int, value, threshold float64, at heron.Time) heron.Event {
	s := t.states[n]
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	return heron.Event{
		Time: at, Kind: KindUnusual, Protocol: "behavior",
		Attrs: map[string]string{
			"device": t.ids[n], "feature": featureNames[feature],
			"value": number(value), "threshold": number(threshold),
			"max": number(s.tails[feature].greatest), "mean": number(s.tails[feature].mean),
			"maturity": strconv.FormatFloat(s.maturity(at), 'f', 2, 64),
		},
	}
}

// Advance closes the windows that ended before now and returns what was
// unusual since the last call, in the order of time, then of device.
func (t *Tracker) Advance(now heron.Time) []heron.Event {
	t.now = max(t.now, now)
	still := t.open[:0]
	for _, n := range t.open {
		s := t.states[n]
		if s.window != 0 && t.now >= s.window+window+slack {
			t.close(n)
		}
		if s.window != 0 {
			still = append(still, n)
		}
	}
	slices.Sort(still)
	t.open = slices.Compact(still)
	out := t.events
	t.events = nil
	slices.SortStableFunc(out, func(a, b heron.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Attrs["device"], b.Attrs["device"]))
	})
	return out
}

// Drain returns the baselines that changed, by device id, and their peers: a
// young one each minute, an old one every five.
func (t *Tracker) Drain() ([]heron.Baseline, map[string][]heron.Peer) {
	var out []heron.Baseline
	all := map[string][]heron.Peer{}
	for _, n := range slices.Sorted(maps.Keys(t.changed)) {
		s := t.states[n]
		if s.busy > 10 && s.until-s.reported < reportEvery {
			continue
		}
		delete(t.changed, n)
		s.reported = s.until
		b := t.baseline(n)
		out = append(out, b)
		all[b.DeviceID] = b.Peers
	}
	slices.SortFunc(out, func(a, b heron.Baseline) int { return cmp.Compare(a.DeviceID, b.DeviceID) })
	return out, all
}

// baseline makes the noun out of the state.
func (t *Tracker) baseline(n uint32) heron.Baseline {
	s := t.states[n]
	b := heron.Baseline{
		DeviceID: t.ids[n], Since: s.since, Until: s.until, Maturity: s.maturity(s.until),
		Features: make(map[string]heron.Tail, features), Peers: t.peers(s),
	}
	for i := range s.tails {
		noun := s.tails[i].noun()
		if s.mature(s.until) {
			noun.Threshold, _ = s.tails[i].judge(0, s.stretch(s.until), margins[i])
		}
		b.Features[featureNames[i]] = noun
	}
	var sum uint64
	for _, v := range s.hours {
		sum += v
	}
	for hour, v := range s.hours {
		if sum > 0 {
			b.Hours[hour] = float64(v) / float64(sum)
		}
	}
	return b
}
