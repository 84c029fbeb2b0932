// Package loss tells when a sensor misses what it should see.
package loss

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// The rule: of each minute's packets, so large a share was lost.
const (
	span = heron.Minute
	// raiseAt and clearAt are that share; between them nothing changes.
	raiseAt = 0.01
	clearAt = 0.005
	// gravely is the share from which on the picture is not to be trusted.
	gravely = 0.1
	// least is how many losses a minute must have: a few are chance.
	least      = 100
	maxSensors = 1024
)

// Detector returns the detector sensor.loss.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "sensor.loss",
		Title:    "Sensor misses traffic",
		Severity: heron.Medium,
		// Who floods a sensor hides behind the flood.
		Attack:  []string{"T1562", "T0815"},
		Watches: detect.WatchSensor,
		Doc: `Sees what each sensor counts of its own losses: frames that the kernel had no room for, holes in TCP
streams, flows ended for want of room in the table, facts and events that were too many to be told,
and observations of devices that the inventory had no room for.

Fires when in a minute of traffic more than one in a hundred of them were lost, and a hundred at least;
high from one in ten on. It clears when a minute has less than half of that.

What fools it: a capture file that begins amid its connections, or a mirror port that is itself
overloaded: it loses packets before the sensor has a chance to count them, and only holes in TCP tell.`,
		Start: start,
	}
}

// sensor is what was told of one sensor when its minute began.
type sensor struct {
	epoch string
	began heron.Time
	stats heron.Stats
}

type state struct {
	sensors *detect.Table[string, sensor]
}

func start() detect.Evaluate {
	s := &state{sensors: detect.NewTable[string, sensor](maxSensors, detect.HashString, strings.Compare)}
	return s.evaluate
}

func (s *state) evaluate(_ detect.View, in *detect.Input, out func(detect.Signal)) {
	r := in.Sensor
	if r == nil {
		return
	}
	n := s.sensors.Get(r.ID, in.Now)
	if n.epoch != r.Epoch || n.began == 0 {
		*n = sensor{epoch: r.Epoch, began: in.Now}
		if r.Seq > 1 { // it counted before we listened
			n.stats = *r.Stats
		}
	}
	if in.Now-n.began < span && !r.Last {
		return
	}
	l := newLosses(&n.stats, r.Stats)
	switch {
	case l.share() >= raiseAt && l.lost() >= least:
		out(l.signal(r.ID, n.began))
	case l.share() < clearAt: // whoever raised it, before a restart too
		out(detect.Signal{Op: detect.Clear, Key: r.ID})
	}
	n.began, n.stats = in.Now, *r.Stats
}

// losses are those between two reports.
type losses struct {
	packets, kernel, gaps, evictions, facts, events, unplaced uint64
}

func newLosses(from, to *heron.Stats) losses {
	return losses{
		packets: since(from.Packets, to.Packets), kernel: since(from.KernelDrops, to.KernelDrops), gaps: since(from.Gaps, to.Gaps),
		evictions: since(from.TableEvictions, to.TableEvictions),
		facts:     since(from.DroppedFacts, to.DroppedFacts), events: since(from.DroppedEvents, to.DroppedEvents),
		unplaced: since(from.Unplaced, to.Unplaced),
	}
}

// since is how much a counter grew; one that went back began anew.
func since(from, to uint64) uint64 {
	if to < from {
		return to
	}
	return to - from
}

func (l *losses) lost() uint64 {
	return l.kernel + l.gaps + l.evictions + l.facts + l.events + l.unplaced
}

// share is that of the losses in all that there was to see. Packets that never
// came are not among those that did.
func (l *losses) share() float64 {
	all := l.packets + l.kernel + l.gaps
	if all == 0 {
		return 0
	}
	return min(1, float64(l.lost())/float64(all))
}

func (l *losses) signal(id string, first heron.Time) detect.Signal {
	s := detect.Signal{
		Op: detect.Raise, Key: id, Confidence: 0.9, Severity: heron.Medium, First: first,
		Summary: fmt.Sprintf("Sensor %s misses %.1f %% of its traffic: %s", id, 100*l.share(), l.worst()),
		Evidence: heron.Attributes{
			"sensor": id, "share": strconv.FormatFloat(l.share(), 'f', 4, 64), "threshold": strconv.FormatFloat(raiseAt, 'f', 4, 64),
			"packets": count(l.packets), "kernel_drops": count(l.kernel), "gaps": count(l.gaps),
			"table_evictions": count(l.evictions), "dropped_facts": count(l.facts), "dropped_events": count(l.events),
			"unplaced_observations": count(l.unplaced),
		},
	}
	if l.share() >= gravely {
		s.Severity = heron.High
	}
	return s
}

func count(n uint64) string { return strconv.FormatUint(n, 10) }

// worst says what most of the losses are, and so what can be done.
func (l *losses) worst() string {
	kinds := []struct {
		n    uint64
		text string
	}{
		{l.kernel, "the kernel has no room for frames (a larger ring, or a filter)"},
		{l.gaps, "TCP streams have holes (look at the mirror port)"},
		{l.evictions, "the table of flows is full (make it larger)"},
		{l.facts, "more facts a second than are kept"},
		{l.events, "more events a second than are kept"},
		{l.unplaced, "the inventory is full (raise max_endpoints), or a host makes addresses up"},
	}
	worst := kinds[0]
	for _, k := range kinds {
		if k.n > worst.n {
			worst = k
		}
	}
	return worst.text
}
