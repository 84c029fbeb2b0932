// Package behavior learns what is normal for each device: how much it sends
// and receives a minute, with how many others it talks, with whom, and at
// which hours of the day. It also sums up all of its traffic: in packets of
// which size, for which services, how much of it encrypted.
//
// It runs on traffic time alone, so that a capture file and a live wire agree.
// What is unusual is decided by a tail rule (tail.go), not by a distance from
// the mean: IoT traffic is idle with bursts, and its mean says nothing about
// its extremes. A device is judged only when it was watched for a day and was
// active in thirty minutes of it; until then the Tracker only learns.
//
// State is at most 8 KiB a device, and less for one that talks with few. A
// Tracker is deterministic and is used from one goroutine.
package behavior

import (
	"cmp"
	"math"
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
	siteID string
	index  map[string]uint32 // device id → number
	states []*state
	open   []uint32   // devices with a window that is not closed; may repeat
	next   heron.Time // before it none of these can be closed
	due    []uint32   // devices whose baseline is to be reported
	flows  generations[uint64, totals]
	names  generations[netip.Addr, uint32] // address → number of its name, as DNS said
	words  *words
	now    heron.Time
	events []heron.Event
}

// state is everything known of one device.
type state struct {
	id           string
	word         uint32 // its id among the Tracker's words
	hash         digest // of its id
	changed      bool   // since its baseline was reported
	queued       bool   // in Tracker.due
	since, until heron.Time
	reported     heron.Time
	window       heron.Time // start of the open window; 0 = none
	sums         [peers]uint64
	seen         sketch // peers in the open window
	tails        [features]tail
	hours        [24]uint64
	traffic      traffic
	busy         uint32   // windows with traffic
	keys         []uint64 // of the peers, side by side so that they are found quickly
	peers        []peer
}

// New returns a Tracker that knows nothing.
func New(siteID string) *Tracker {
	return &Tracker{
		siteID: siteID, index: map[string]uint32{}, next: never,
		flows: newGenerations[uint64, totals](1 << 18), names: newGenerations[netip.Addr, uint32](1 << 16), words: newWords(),
	}
}

// number finds or makes the state of a device; not ok at the bound.
func (t *Tracker) number(id string) (uint32, bool) {
	if id == "" {
		return 0, false
	}
	if n, ok := t.index[id]; ok {
		return n, true
	}
	if len(t.states) >= maxDevices {
		return 0, false
	}
	n := uint32(len(t.states))
	t.states = append(t.states, &state{id: id, word: t.words.number(id), hash: newDigest().add(id)})
	t.index[id] = n
	return n, true
}

// end is one side of a flow: a device, or only an address.
type end struct {
	number uint32
	device *state // nil for none
}

func (t *Tracker) end(id string) end {
	n, ok := t.number(id)
	if !ok {
		return end{}
	}
	return end{n, t.states[n]}
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
			word, _ := t.names.at(ip)
			*word = t.words.number(name)
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
	client, server := t.end(f.ClientDevice), t.end(f.ServerDevice)
	protocol := t.words.number(f.Protocol)
	if client.device != nil {
		p := t.peerOf(f, server.device, protocol, true)
		t.count(client, f, &p, &d)
	}
	if server.device != nil && server != client {
		p := t.peerOf(f, client.device, protocol, false)
		d.turn()
		t.count(server, f, &p, &d)
	}
}

// count adds to the open window of a device, d being seen from its side.
func (t *Tracker) count(e end, f *heron.Flow, p *contact, d *growth) {
	s := e.device
	start := f.Last - f.Last%window
	if s.window != 0 && start > s.window {
		t.close(e)
	}
	if s.window == 0 {
		s.window = max(start, s.until-s.until%window)
		t.open = append(t.open, e.number)
		t.next = min(t.next, s.closesAt())
	}
	if s.since == 0 {
		s.since = f.First
	}
	if f.Last > s.until {
		s.until = f.Last
		t.queue(e)
	}
	s.sums[bytesOut] += d.out.bytes
	s.sums[bytesIn] += d.in.bytes
	s.sums[packetsOut] += d.out.packets
	s.sums[packetsIn] += d.in.packets
	s.seen.add(p.key)
	s.hours[int(f.Last/heron.Hour%24)] += d.out.bytes + d.in.bytes
	s.traffic.add(d, f, p.protocol)
	s.meet(p, d, f)
}

// close ends the open window of a device: it is judged, then learned from.
func (t *Tracker) close(e end) {
	s := e.device
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
			t.events = append(t.events, t.unusual(s, i, values[i], threshold, end))
			tail.yield(values[i], end)
			continue
		}
		tail.learn(values[i])
	}
	s.window, s.sums, s.seen = 0, [peers]uint64{}, sketch{}
	s.changed = true
	t.queue(e)
}

// closesAt is when the open window may be closed: later flows are late.
func (s *state) closesAt() heron.Time { return s.window + window + slack }

// never is later than any time.
const never = heron.Time(math.MaxInt64)

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
func (t *Tracker) unusual(s *state, feature int, value, threshold float64, at heron.Time) heron.Event {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	return heron.Event{
		Time: at, Kind: KindUnusual, Protocol: "behavior",
		Attrs: map[string]string{
			"device": s.id, "feature": featureNames[feature],
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
	if t.now >= t.next {
		t.closeWindows()
	}
	out := t.events
	t.events = nil
	slices.SortStableFunc(out, func(a, b heron.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Attrs["device"], b.Attrs["device"]))
	})
	return out
}

// closeWindows closes the windows whose time has come.
func (t *Tracker) closeWindows() {
	slices.Sort(t.open)
	still := t.open[:0]
	t.next = never
	for _, n := range slices.Compact(t.open) {
		s := t.states[n]
		if s.window != 0 && t.now >= s.closesAt() {
			t.close(end{n, s})
		}
		if s.window != 0 {
			still = append(still, n)
			t.next = min(t.next, s.closesAt())
		}
	}
	t.open = still
}
