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
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
)

// Bounds.
const (
	window     = heron.Minute
	slack      = 2 * heron.Second // how late a flow may come
	maxDevices = 1 << 22
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
	devices
	minute    minute // of the last report
	open      cohorts
	due       []uint32 // devices whose baseline is to be reported
	sources   sources
	last      known // a flow whose first report is its last
	names     names
	words     *words // names, and ids of devices
	protocols *words
	now       heron.Time
	events    []heron.Event
}

// New returns a Tracker that knows nothing.
func New(siteID string) *Tracker {
	w := newWords(maxWords)
	t := &Tracker{
		siteID: siteID, devices: newDevices(), open: newCohorts(), names: newNames(w), words: w, protocols: newWords(maxProtocols),
	}
	t.From("")
	return t
}

// Event learns names from DNS answers, so that a peer keeps its name when its
// address changes. Other events are of no interest.
func (t *Tracker) Event(e *heron.Event) {
	if e.Kind == "dns.answer" {
		t.names.answer(e)
	}
}

// Before is what a flow was when it was last reported; zero for one that was not.
type Before struct {
	Still    bool // as much was sent as now
	Answered bool // the server had answered
}

// minute is a window of traffic time.
type minute struct {
	start heron.Time
	hour  uint8 // of the day
}

// of returns the minute that a time is in, most often the one it was before.
func (m *minute) of(at heron.Time) minute {
	if at < m.start || at >= m.start+window {
		*m = minute{at - at%window, uint8(at / heron.Hour % 24)}
	}
	return *m
}

// Flow counts what a flow did since its last report, which it describes. The
// devices must be filled in; an end without one is only a peer. Their numbers are
// those of the inventory, where known: no device has that of another.
func (t *Tracker) Flow(f *heron.Flow, client, server uint32) (before Before) {
	t.now = max(t.now, f.Last)
	k, found := t.recall(f)
	if found {
		before.Still = k.isStill(f)
		before.Answered = k.counts[asServer] && k.ends[asServer].packets > 0
	}
	if !before.Still || !t.isOld(k, f) {
		t.learn(k, found, f, [roles]uint32{client, server})
	}
	if f.Ended {
		k.live = false
	}
	return before
}

// learn counts what is new of a flow for the devices at its ends, which have
// those numbers elsewhere.
func (t *Tracker) learn(k *known, found bool, f *heron.Flow, numbers [roles]uint32) {
	var d growth
	if !t.difference(k, found, f, &d) {
		return
	}
	t.locate(k, f, numbers)
	if !found || k.names != t.names.learned {
		t.name(k, f, &d)
	}
	client, server := k.ends[asClient].device, k.ends[asServer].device
	if client != 0 {
		t.count(k, asClient, f, &d)
	}
	if server != 0 && server != client {
		t.count(k, asServer, f, &d)
	}
}

// locate finds the devices of a flow, most often where they were.
func (t *Tracker) locate(k *known, f *heron.Flow, numbers [roles]uint32) {
	client := t.number(f.ClientDevice, numbers[asClient])
	server := t.number(f.ServerDevice, numbers[asServer])
	if client == k.ends[asClient].device && server == k.ends[asServer].device && f.ServerPort == k.port {
		return
	}
	k.port = f.ServerPort
	for r, device := range [roles]uint32{client, server} {
		e := &k.ends[r]
		e.device, e.turn, e.service = device, 0, 0
	}
}

// name looks for the names of both ends, which mostly have none.
func (t *Tracker) name(k *known, f *heron.Flow, d *growth) {
	client, server := t.names.called(f.Client.IP), t.names.called(f.Server.IP)
	if client|server == 0 {
		k.names = t.names.learned
	}
	d.ends[asClient].name, d.ends[asServer].name = client, server
}

// count adds to the open window of a device, which has that role in the flow.
func (t *Tracker) count(k *known, r role, f *heron.Flow, d *growth) {
	e, _ := sides(&k.ends, r)
	n, s := e.device, t.state(e.device)
	if s.window != 0 && d.start > s.window {
		t.close(n)
	}
	if s.window == 0 {
		t.begin(n, f)
	}
	if f.Last > s.until {
		s.until = f.Last
		t.queue(n)
	}
	s.add(r, d)
	s.serve(e, &d.ends[r%roles], r, d.service)
	t.meet(s, k, r, f, d)
}

// begin opens a window of a device.
func (t *Tracker) begin(n uint32, f *heron.Flow) {
	s := t.state(n)
	if s.window = max(f.Last-f.Last%window, s.until-s.until%window); s.window != 0 {
		t.open.add(s.window, n)
	}
	if s.since == 0 {
		s.since = f.First
	}
}

// close ends the open window of a device: it is judged, then learned from.
func (t *Tracker) close(n uint32) {
	s := t.state(n)
	values := [features]uint64{peers: uint64(s.seen())}
	for i, sum := range s.sums {
		values[i] = sum
		s.past[i] += sum
	}
	end := s.window + window
	s.busy++
	mature := s.mature(end)
	var kept sample
	for i, value := range values {
		v, tail := float64(value), &s.of[i]
		if mature && tail.isNews(v, margins[i]) {
			if threshold, over := s.judge(i, v, s.stretch(end)); over {
				t.events = append(t.events, t.unusual(s, i, v, threshold, end))
				tail.yield(v, end)
				kept[i] = omitted
				continue
			}
		}
		tail.learn(v)
		kept[i] = bin(value)
	}
	s.keep(&kept)
	s.window, s.sums, s.met, s.gone = 0, [peers]uint64{}, 0, nil
	s.changed = true
	t.queue(n)
}

// unusual makes the event for a window that was out of the ordinary.
func (t *Tracker) unusual(s *state, feature int, value, threshold float64, at heron.Time) heron.Event {
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) }
	return heron.Event{
		Time: at, Kind: KindUnusual, Protocol: "behavior",
		Attrs: map[string]string{
			"device": s.id, "feature": featureNames[feature],
			"value": number(value), "threshold": number(threshold),
			"max": number(s.of[feature].greatest), "mean": number(s.of[feature].mean),
			"maturity": strconv.FormatFloat(s.maturity(at), 'f', 2, 64),
		},
	}
}

// Advance closes the windows that ended before now and returns what was
// unusual since the last call, in the order of time, then of device.
func (t *Tracker) Advance(now heron.Time) []heron.Event {
	t.now = max(t.now, now)
	t.open.end(t.now, func(start heron.Time, device uint32) {
		if t.state(device).window == start { // else it was closed by what came later
			t.close(device)
		}
	})
	if len(t.events) == 0 {
		return nil
	}
	out := t.events
	t.events = nil
	slices.SortStableFunc(out, func(a, b heron.Event) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Attrs["device"], b.Attrs["device"]))
	})
	return out
}
