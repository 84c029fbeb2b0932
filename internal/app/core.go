package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
	"github.com/heron-iot/heron/internal/store"
)

// core is the single writer of one site: it applies batches to the analyzer
// and the store, and edits to both. Its methods may be called at the same time.
type core struct {
	site         string
	store        *store.DB
	log          *slog.Logger
	identify     identifier
	digest       func() string // names the knowledge behind identify
	guess        guesser
	local        []netip.Prefix
	maxEndpoints int      // see analyzerConfig
	ours         ownScans // what discovery sends
	// changed is told which devices to assess again.
	changed func(ids ...string)
	// told says what news of a scan change, and settled is told when that is on disk.
	told    func(ctx context.Context, b *heron.Batch) (*heron.Scan, []heron.AuditEntry, error)
	settled func(x *heron.Scan)

	mu       sync.Mutex
	analyzer *analyzer // nil until loaded, and after a failed write
	sensors  map[string]heron.Sensor
	edits    int // how many changes stand in the ledger since the start, of people above all
}

// load builds the analyzer from the store: the state in memory is always what
// the store holds.
func (c *core) load(ctx context.Context) error {
	zones, err := c.store.ListZones(ctx)
	if err != nil {
		return fmt.Errorf("load zones: %w", err)
	}
	a := newAnalyzer(analyzerConfig{
		site: c.site, identify: c.identify, guess: c.guess, local: c.local, zones: zones, maxEndpoints: c.maxEndpoints, ours: &c.ours,
	})
	err = c.store.LoadSite(ctx, c.site, func(d heron.Device, obs []heron.Observation) error {
		forget(&d)
		a.inventory.Load(d, obs)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load devices: %w", err)
	}
	ledger, err := c.store.LoadLedger(ctx, c.site)
	if err != nil {
		return fmt.Errorf("load ledger: %w", err)
	}
	a.inventory.LoadLedger(ledger)
	alerts, err := c.store.OpenAlerts(ctx, c.site)
	if err != nil {
		return fmt.Errorf("load alerts: %w", err)
	}
	a.detect.Load(alerts)
	err = c.store.LoadBaselines(ctx, c.site, func(b heron.Baseline) error {
		a.behavior.Load(b)
		return nil
	})
	if err != nil {
		return fmt.Errorf("load baselines: %w", err)
	}
	incidents, err := c.store.ListIncidents(ctx, heron.Page{Limit: 1000})
	if err != nil {
		return fmt.Errorf("load incidents: %w", err)
	}
	a.incidents.Load(incidents.Items)
	if err := c.relearn(ctx, a); err != nil {
		return fmt.Errorf("identify devices anew: %w", err)
	}
	c.analyzer = a
	return nil
}

// ready returns the analyzer, loading it when there is none.
func (c *core) ready(ctx context.Context) (*analyzer, error) {
	if c.analyzer == nil {
		if err := c.load(ctx); err != nil {
			return nil, err
		}
	}
	return c.analyzer, nil
}

// apply takes one batch from the bus.
func (c *core) apply(ctx context.Context, b *heron.Batch) error {
	return c.applyAll(ctx, []*heron.Batch{b})
}

// applyAll takes batches that follow one another, and writes what they changed
// in one transaction, under the id of the last. When the write fails the
// analyzer is dropped, for it is then ahead of the store; whoever brought the
// batches brings them again.
func (c *core) applyAll(ctx context.Context, batches []*heron.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.ready(ctx)
	if err != nil {
		return err
	}
	last := batches[len(batches)-1]
	var scan *heron.Scan
	var entries []heron.AuditEntry
	if last.Scan != nil {
		if scan, entries, err = c.told(ctx, last); err != nil {
			return err
		}
	}
	results := make([]*heron.BatchResult, len(batches))
	for i, b := range batches {
		results[i] = a.apply(b)
	}
	r := gather(results)
	r.Scan, r.Audit = scan, entries
	if last.Scan == nil { // else it is no source's
		r.Sensor = c.sensor(r.Batch)
	}
	applied, err := c.store.ApplyBatch(ctx, r)
	if err != nil {
		c.analyzer = nil
		return fmt.Errorf("apply batch %d of %s: %w", r.Batch.Seq, r.Batch.SensorID, err)
	}
	if !applied {
		// Seen before this process began: the store has it, memory now has it twice.
		c.analyzer = nil
		return nil
	}
	if scan != nil {
		c.settled(scan)
	}
	c.dirty(r)
	return nil
}

// dirty asks for assessment of what a batch touched.
func (c *core) dirty(r *heron.BatchResult) {
	ids := make([]string, 0, len(r.Devices)+len(r.Alerts))
	for i := range r.Devices {
		ids = append(ids, r.Devices[i].ID)
	}
	for i := range r.Alerts {
		if r.Alerts[i].DeviceID != "" {
			ids = append(ids, r.Alerts[i].DeviceID)
		}
	}
	c.changed(ids...)
}

// sensor is the sender's state after a batch.
func (c *core) sensor(b *heron.Batch) *heron.Sensor {
	s, known := c.sensors[b.SensorID]
	if !known {
		s = heron.Sensor{ID: b.SensorID, SiteID: b.SiteID, Name: b.SensorID, Created: wallClock()}
	}
	s.State, s.LastSeen, s.TrafficTime, s.Stats, s.LastSeq = "online", wallClock(), b.Now, b.Stats, b.Seq
	c.sensors[b.SensorID] = s
	return &s
}

// edit runs a change of the inventory, of a person or by answers to questions, and keeps
// what came of it.
func (c *core) edit(ctx context.Context, fn func(a *analyzer, now heron.Time) (inventory.Delta, error)) ([]heron.Device, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	d, err := fn(a, wallClock())
	if err != nil {
		return nil, err
	}
	a.guessAll(d.Devices)
	if err := c.keep(ctx, a, d); err != nil {
		c.analyzer = nil
		return nil, err
	}
	ids := make([]string, len(d.Devices))
	for i := range d.Devices {
		ids[i] = d.Devices[i].ID
	}
	if len(d.Ledger) > 0 { // answers to questions come this way too
		c.edits++
	}
	c.changed(ids...)
	return d.Devices, nil
}

// edited counts the changes that came into the ledger.
func (c *core) edited() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.edits
}

func (c *core) keep(ctx context.Context, a *analyzer, d inventory.Delta) error {
	alerts, incidents := a.raised()
	err := c.store.PutDevices(ctx, &heron.DeviceEdit{
		SiteID: c.site, Devices: d.Devices, Changes: d.Changes, Ledger: d.Ledger, Observations: d.Observations,
		Alerts: alerts, Incidents: incidents,
	})
	if err != nil {
		return fmt.Errorf("keep devices: %w", err)
	}
	return nil
}

// alert keeps a person's word on an alert and tells the engine.
func (c *core) alert(ctx context.Context, al *heron.Alert) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.ready(ctx)
	if err != nil {
		return err
	}
	if err := c.store.PutAlert(ctx, al); err != nil {
		return err
	}
	a.detect.Load([]heron.Alert{*al})
	if al.DeviceID != "" {
		c.changed(al.DeviceID)
	}
	return nil
}

// silence marks sensors offline that sent nothing since a time.
func (c *core) silence(ctx context.Context, since heron.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, s := range c.sensors {
		if s.State != "online" || s.LastSeen >= since {
			continue
		}
		s.State = "offline"
		if err := c.store.PutSensor(ctx, &s); err != nil {
			return err
		}
		c.sensors[id] = s
	}
	return nil
}

func (c *core) addSensor(ctx context.Context, s *heron.Sensor) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.store.PutSensor(ctx, s); err != nil {
		return err
	}
	c.sensors[s.ID] = *s
	return nil
}

func (c *core) removeSensor(ctx context.Context, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.store.DeleteSensor(ctx, id); err != nil {
		return err
	}
	delete(c.sensors, id)
	return nil
}
