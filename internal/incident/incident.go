// Package incident groups the alerts that tell one story about one device, so
// that a person reads one line where five detectors spoke.
//
// Alerts about the same device belong to one incident while no more than an
// hour of traffic time passes between them. The score is a noisy-or: each
// detector that spoke makes it likelier that the trouble is real, and the same
// detector speaking twice adds nothing. A Grouper is pure and bounded: the same
// alerts in the same order give the same incidents. Use it from one goroutine.
package incident

import (
	"cmp"
	"container/list"
	"maps"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// Window is how long after its last alert an incident still takes new ones.
const Window = heron.Hour

// Bounds on what a Grouper keeps.
const (
	maxOpen   = 10_000 // incidents that may still grow
	maxAlerts = 256    // alerts listed in one incident
	maxAlive  = 1024   // of its alerts that are known to be open
)

// Grouper keeps the incidents that may still grow, one for each device.
type Grouper struct {
	siteID string
	open   map[string]*group // by device id, or by address where there is no device
	order  *list.List        // of them, the one that was quiet longest first
}

// group is an incident and what its score is made of.
type group struct {
	key      string
	place    *list.Element // in Grouper.order
	incident heron.Incident
	// parts is the weight that each detector gives, the strongest of its alerts.
	parts map[string]float64
	// alive are the alerts of the incident that are not closed, maxAlive at most.
	alive map[string]bool
	// floor is the score that was loaded, whose parts are not known.
	floor float64
	worst heron.Severity
}

// New returns a Grouper for one site.
func New(siteID string) *Grouper {
	return &Grouper{siteID: siteID, open: map[string]*group{}, order: list.New()}
}

// Load takes back incidents that were stored, in any order.
func (g *Grouper) Load(incidents []heron.Incident) {
	for _, in := range slices.SortedFunc(slices.Values(incidents), func(a, b heron.Incident) int { return cmp.Compare(a.Last, b.Last) }) {
		key := in.DeviceID
		if key == "" {
			key = in.Title // an incident without a device is titled by its address
		}
		if old := g.open[key]; old != nil {
			if old.incident.Last >= in.Last {
				continue
			}
			g.drop(old)
		}
		in.Alerts = slices.Clone(in.Alerts)
		gr := &group{
			key: key, incident: in, parts: map[string]float64{}, alive: map[string]bool{},
			floor: in.Score, worst: in.Severity,
		}
		if in.State != heron.AlertClosed {
			for _, id := range in.Alerts {
				gr.alive[id] = true
			}
		}
		g.keep(gr)
	}
}

// keep adds an incident, as the one that was heard of last.
func (g *Grouper) keep(gr *group) {
	g.open[gr.key] = gr
	gr.place = g.order.PushBack(gr)
}

// drop forgets an incident.
func (g *Grouper) drop(gr *group) {
	delete(g.open, gr.key)
	g.order.Remove(gr.place)
}

// Apply puts an alert, new or changed, into its incident. It returns the
// incident and whether that changed in anything but its last time.
func (g *Grouper) Apply(a heron.Alert) (heron.Incident, bool) {
	key := cmp.Or(a.DeviceID, a.Src, a.Dst)
	gr := g.open[key]
	known := gr != nil && slices.Contains(gr.incident.Alerts, a.ID)
	if gr == nil || (!known && a.First-gr.incident.Last > Window) {
		gr = g.begin(key, gr, a)
	}
	g.order.MoveToBack(gr.place)
	before := gr.incident
	gr.add(a)
	after := gr.incident
	changed := len(before.Alerts) != len(after.Alerts) || before.Score != after.Score ||
		before.Severity != after.Severity || before.State != after.State
	after.Alerts = slices.Clone(after.Alerts)
	return after, changed
}

// begin starts an incident with its first alert, in place of one that is over
// or, where there is no room, of the one that has been quiet longest.
func (g *Grouper) begin(key string, over *group, a heron.Alert) *group {
	if over != nil {
		g.drop(over)
	}
	if len(g.open) >= maxOpen {
		if oldest, ok := g.order.Front().Value.(*group); ok {
			g.drop(oldest)
		}
	}
	title := a.Title
	if a.DeviceID == "" {
		title = key
	}
	gr := &group{key: key, parts: map[string]float64{}, alive: map[string]bool{}}
	gr.incident = heron.Incident{
		ID:     heron.DeriveID(g.siteID, "incident", key, a.ID),
		SiteID: g.siteID, DeviceID: a.DeviceID, Title: title, State: heron.AlertOpen, First: a.First, Last: a.Last,
	}
	g.keep(gr)
	return gr
}

// add folds one alert into the incident.
func (gr *group) add(a heron.Alert) {
	in := &gr.incident
	if !slices.Contains(in.Alerts, a.ID) && len(in.Alerts) < maxAlerts {
		in.Alerts = append(in.Alerts, a.ID)
	}
	in.First, in.Last = min(in.First, a.First), max(in.Last, a.Last)
	if a.State == heron.AlertClosed {
		delete(gr.alive, a.ID)
	} else if gr.alive[a.ID] || len(gr.alive) < maxAlive {
		gr.alive[a.ID] = true
	}
	// A person's "this was not so" takes the detector's word out of the score.
	if a.Verdict == heron.VerdictFalse {
		delete(gr.parts, a.Detector)
	} else {
		gr.parts[a.Detector] = max(gr.parts[a.Detector], Weight(a.Severity)*a.Confidence)
		gr.worst = max(gr.worst, a.Severity)
	}
	in.State = heron.AlertOpen
	if len(gr.alive) == 0 {
		in.State = heron.AlertClosed
	}
	in.Score = max(gr.floor, score(gr.parts))
	in.Severity = max(gr.worst, severity(in.Score))
}

// Weight is how much an alert of that severity, wholly certain, says on its own.
func Weight(s heron.Severity) float64 {
	switch s {
	case heron.Critical:
		return 0.85
	case heron.High:
		return 0.65
	case heron.Medium:
		return 0.45
	case heron.Low:
		return 0.20
	}
	return 0.05
}

// score is the noisy-or of the parts, 0 to 100, to one decimal. The parts are
// multiplied in the order of their names, so that rounding is always the same.
func score(parts map[string]float64) float64 {
	innocent := 1.0
	for _, detector := range slices.Sorted(maps.Keys(parts)) {
		innocent *= 1 - parts[detector]
	}
	return math.Round(1000*(1-innocent)) / 10
}

// severity grades a score.
func severity(score float64) heron.Severity {
	switch {
	case score >= 80:
		return heron.Critical
	case score >= 60:
		return heron.High
	case score >= 40:
		return heron.Medium
	}
	return heron.Low
}
