package app

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/behavior"
	"github.com/heron-iot/heron/internal/detect"
	detectall "github.com/heron-iot/heron/internal/detect/all"
	"github.com/heron-iot/heron/internal/incident"
	"github.com/heron-iot/heron/internal/inventory"
)

// analyzer turns the batches of one site into devices, baselines and alerts.
// It is not safe for concurrent use: a site has one writer.
type analyzer struct {
	site      string
	inventory *inventory.Inventory
	behavior  *behavior.Tracker
	detect    *detect.Engine
	incidents *incident.Grouper
	surmises  surmises
	view      *siteView
	order     timeline
	ours      *ownScans
	quiet     bool
	unplaced  map[string]uint64 // by sensor: what the inventory had no room for
	sensor    detect.Sensor     // of the batch at hand
	input     detect.Input      // that the detectors look at
	last      heron.BatchResult // when quiet: of the last batch
}

// analyzerConfig is what an analyzer is made of.
type analyzerConfig struct {
	site         string
	identify     identifier
	guess        guesser
	local        []netip.Prefix
	zones        []heron.Zone
	ours         *ownScans // what the platform itself sends; nil is nothing
	maxEndpoints int       // pairs of MAC and address in the inventory; 0 is its default
	// quiet: of a result, only Changes, Ledger, Alerts and Incidents are asked
	// for; the rest is read at the end.
	quiet bool
}

// identifier says what devices are, and which observations that may rest on.
type identifier interface {
	Correct(obs []heron.Observation, said []heron.Correction) heron.Identification
	Weigh(obs []heron.Observation, said []heron.Correction, more []heron.Evidence) heron.Identification
	Reads(key, value string) bool
	settler
}

func newAnalyzer(c analyzerConfig) *analyzer {
	inv := inventory.New(inventory.Options{
		SiteID: c.site, Identify: c.identify.Correct, Reads: c.identify.Reads, Local: c.local, Zones: c.zones,
		Quiet: c.quiet, Presence: !c.quiet, MaxEndpoints: c.maxEndpoints,
	})
	return &analyzer{
		site:      c.site,
		inventory: inv,
		behavior:  behavior.New(c.site),
		detect:    detect.NewEngine(detectall.Detectors(), c.site),
		incidents: incident.New(c.site),
		surmises:  newSurmises(c.guess, c.identify),
		view:      &siteView{inventory: inv},
		ours:      c.ours,
		quiet:     c.quiet,
		unplaced:  map[string]uint64{},
	}
}

// siteView is the inventory as detectors see it.
type siteView struct{ inventory *inventory.Inventory }

// DeviceAt implements detect.View.
func (v *siteView) DeviceAt(e heron.Endpoint, at heron.Time) *heron.Device {
	return v.inventory.DeviceAt(e, at)
}

// Device implements detect.View.
func (v *siteView) Device(id string) *heron.Device { return v.inventory.Device(id) }

// Since implements detect.View.
func (v *siteView) Since() heron.Time { return v.inventory.Since() }

// apply takes one batch and returns all that it changed; when quiet, that is valid
// until the next.
func (a *analyzer) apply(b *heron.Batch) *heron.BatchResult {
	if b.Scan != nil {
		return a.answers(b)
	}
	delta := a.place(b)
	a.notice(b.Now, delta.Changes)
	a.replay(b)
	unusual := a.behavior.Advance(b.Now)
	for i := range unusual {
		a.show(detect.Input{Now: b.Now, Event: &unusual[i]})
	}
	a.sensor = detect.Sensor{ID: b.SensorID, Epoch: b.Epoch, Seq: b.Seq, Stats: &b.Stats, Last: b.Last}
	a.show(detect.Input{Now: b.Now, Sensor: &a.sensor})
	r := &a.last
	if !a.quiet {
		r = &heron.BatchResult{}
	}
	a.result(r, b, &delta)
	return r
}

// place gives what was observed to the inventory, and counts in the sensor's
// statistics what had no room there.
func (a *analyzer) place(b *heron.Batch) inventory.Delta {
	before := a.inventory.Unplaced()
	delta := a.inventory.Apply(b.Now, b.Observations).Then(a.inventory.Watch(b.SensorID, b.Now))
	if n := a.inventory.Unplaced() - before; n > 0 {
		a.unplaced[b.SensorID] += n
	}
	b.Stats.Unplaced = a.unplaced[b.SensorID]
	return delta
}

// replay feeds flows and events in the order of their times to what learns from
// them and to the detectors.
func (a *analyzer) replay(b *heron.Batch) {
	a.behavior.From(b.SensorID)
	a.order.each(b, a.flow, a.event)
}

func (a *analyzer) flow(f *heron.Flow) {
	client, server := a.own(&f.ClientDevice, &f.Client, f.Last), a.own(&f.ServerDevice, &f.Server, f.Last)
	if a.ours.sent(f.Client.IP, f.Server.IP, f.First) {
		return
	}
	before := a.behavior.Flow(f, client, server)
	a.show(detect.Input{Now: f.Last, Flow: f, Still: before.Still, Answered: before.Answered})
}

func (a *analyzer) event(e *heron.Event) {
	// Who claims an address on the link is looked at, whoever it is.
	if e.Transport != heron.Link && a.ours.sent(e.Src.IP, e.Dst.IP, e.Time) {
		return
	}
	a.behavior.Event(e)
	a.show(detect.Input{Now: e.Time, Event: e})
}

// notice lets the detectors look at what changed.
func (a *analyzer) notice(now heron.Time, changes []heron.DeviceChange) {
	for i := range changes {
		a.show(detect.Input{Now: now, Change: &changes[i]})
	}
}

// hear takes what answered a question into the inventory, and lets the detectors look
// at what changed.
func (a *analyzer) hear(now heron.Time, obs []heron.Observation) inventory.Delta {
	delta := a.inventory.Apply(now, obs).Then(a.inventory.Watch("", now))
	a.notice(now, delta.Changes)
	return delta
}

// answers applies the news of a scan: what it says is heard, and is no traffic.
func (a *analyzer) answers(b *heron.Batch) *heron.BatchResult {
	delta := a.hear(b.Now, b.Observations)
	r := &heron.BatchResult{}
	a.result(r, b, &delta)
	return r
}

// show lets the detectors look at something.
func (a *analyzer) show(in detect.Input) {
	a.input = in
	a.detect.Apply(a.view, &a.input)
}

// own names the device at an end of a flow, and returns its number, 0 for none.
func (a *analyzer) own(device *string, e *heron.Endpoint, at heron.Time) uint32 {
	id, number := a.inventory.WhoAt(e, at)
	if id != "" {
		*device = id
	}
	return number
}

func (a *analyzer) result(r *heron.BatchResult, b *heron.Batch, delta *inventory.Delta) {
	*r = heron.BatchResult{
		Batch: b, Observations: delta.Observations, Devices: delta.Devices,
		Changes: delta.Changes, Ledger: delta.Ledger,
	}
	r.Alerts, r.Incidents = a.raised()
	if !a.quiet {
		r.Baselines, r.Peers = a.behavior.Drain()
		a.guessAnew(r)
	}
}

// raised are the alerts that changed since it was asked last, with their incidents.
func (a *analyzer) raised() (alerts []heron.Alert, incidents []heron.Incident) {
	alerts = a.detect.Drain()
	for i := range alerts {
		inc, changed := a.incidents.Apply(alerts[i])
		alerts[i].IncidentID = inc.ID
		if changed {
			incidents = append(incidents, inc)
		}
	}
	return alerts, incidents
}
