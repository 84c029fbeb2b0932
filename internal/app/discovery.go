package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/inventory"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/switches"
)

// Bounds of active discovery.
const (
	maxRunning   = 4      // at once
	maxPlanSteps = 10_000 // that a plan lists
	maxFresh     = 1024   // new devices that wait to be asked
)

// scanStore keeps scans, and what they did.
type scanStore interface {
	ListScans(ctx context.Context) ([]heron.Scan, error)
	PutScan(ctx context.Context, s *heron.Scan) error
	AppendAudit(ctx context.Context, e *heron.AuditEntry) error
}

// discovery is the active discovery of a platform: off until it is configured.
type discovery struct {
	conf     config.Discovery
	stopFile string
	core     *core
	store    scanStore
	log      *slog.Logger
	group    *group
	life     context.Context //nolint:containedctx // the life of the platform: scans outlive the requests that start them
	secrets  func(ctx context.Context, name string) (switches.Credential, error)
	// wakeSensor has a process with sensors report at once.
	wakeSensor func(name string) error
	refuse     string      // why nothing may be asked; "" when it may
	fresh      chan string // ids of devices that may be new

	turns  probe.Turns                 // of the scans that run
	tables map[string]*switches.Tables // of the switches that are asked, by address, as they told last

	mu      sync.Mutex
	running []*scanRun // the latest last
	known   map[string]bool
}

func newDiscovery(p *Platform) *discovery {
	d := &discovery{
		conf: p.conf.Discovery, core: p.core, store: p.store, log: p.log.With("component", "discovery"),
		group: &p.group, life: p.ctx, secrets: p.credential, wakeSensor: p.bus.WakeSensor, fresh: make(chan string, maxFresh), known: map[string]bool{}, tables: map[string]*switches.Tables{},
	}
	d.stopFile = cmp.Or(d.conf.StopFile, filepath.Join(p.conf.Data, "discovery.stop"))
	switch {
	case p.opt.Simulation != nil:
		d.refuse = "the network is simulated: there is nobody to ask"
	case !d.conf.Enabled:
		d.refuse = "active discovery is switched off; discovery.enabled in the configuration switches it on"
	}
	return d
}

// Run starts scans by schedule and of new devices, until ctx ends.
func (d *discovery) Run(ctx context.Context) error {
	if d.refuse != "" {
		return nil
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, z := range d.conf.Zones {
		wg.Go(func() { d.schedule(ctx, z) })
	}
	if d.conf.NewDevices {
		wg.Go(func() { d.followNew(ctx) })
	}
	if len(d.conf.Switches) > 0 {
		wg.Go(func() { d.askSwitches(ctx) })
	}
	return nil
}

// schedule scans a zone again and again, for the first time a minute after the start.
func (d *discovery) schedule(ctx context.Context, z config.DiscoveryZone) {
	for wait := time.Minute; sleep(ctx, wait); wait = time.Duration(z.Every) {
		if err := d.scanZone(ctx, z); err != nil {
			d.log.Error("scheduled scan", "zone", z.Zone, "error", err)
		}
	}
}

// scanZone begins a scan of a zone, from where its entry says.
func (d *discovery) scanZone(ctx context.Context, z config.DiscoveryZone) error {
	targets, err := d.prefixes(ctx, z.Zone)
	if err != nil {
		return err
	}
	_, err = d.start(ctx, "system", "schedule", heron.ScanRequest{Targets: targets, Profile: z.Profile, Sensor: z.Sensor})
	return err
}

// prefixes are the networks of the zone of that name or id.
func (d *discovery) prefixes(ctx context.Context, name string) ([]string, error) {
	zones, err := d.core.store.ListZones(ctx)
	if err != nil {
		return nil, err
	}
	for _, z := range zones {
		if z.ID != name && z.Name != name {
			continue
		}
		var out []string
		for _, p := range z.Prefixes {
			out = append(out, p.String())
		}
		return out, nil
	}
	return nil, heron.Errorf(heron.CodeNotFound, "there is no zone %q", name)
}

// asks reports whether a scan that runs has found an address, and puts questions to it.
// Whom one of a sensor found is known there; it asks all that are its targets.
func (d *discovery) asks(addr netip.Addr) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.running, func(run *scanRun) bool {
		if run.afar != nil {
			return holds(prefixesIn(run.scan.Targets), addr)
		}
		return !run.scan.HostsOnly && run.ledger.has(addr)
	})
}

// options are those of a scan, within what is configured for all.
func (d *discovery) options(r heron.ScanRequest) (ScanOptions, error) {
	o := ScanOptions{
		Targets: r.Targets, Exclude: slices.Concat(d.conf.Exclude, r.Exclude), Profile: cmp.Or(r.Profile, d.conf.Profile),
		Packets: d.conf.Packets, HostsOnly: r.HostsOnly, SNMPPublic: cmp.Or(r.SNMPPublic, d.conf.SNMPPublic), Turns: &d.turns, Log: d.log,
	}
	if r.Rate > 0 {
		o.Packets = min(r.Rate, cmp.Or(d.conf.Packets, profileRate(o.Profile)))
	}
	if d.conf.SNMPPublic == config.SNMPPublicNever && o.SNMPPublic != config.SNMPPublicNever {
		return o, heron.Errorf(heron.CodeForbidden,
			"the configuration says that agents of SNMP are never asked with the community public (discovery.snmp_public); leave snmp_public out, or say never")
	}
	return o, nil
}

// profileRate is how many packets a second a profile sends at most.
func profileRate(name string) int {
	var o probe.Options
	o.Profile(name)
	return o.Limits.Packets
}

// plan lists what a scan would send.
func (d *discovery) plan(ctx context.Context, r heron.ScanRequest) (*heron.ScanPlan, error) {
	p, err := d.prepare(r)
	if err != nil {
		return nil, err
	}
	out := &heron.ScanPlan{Steps: []heron.ScanStep{}}
	err = listPlan(ctx, p.scanner, p.area, func(x heron.ScanStep) {
		if out.Total++; out.Total <= maxPlanSteps {
			out.Steps = append(out.Steps, x)
		}
	})
	return out, err
}

// heard takes what devices answered into the inventory, beside what is seen of them.
func (c *core) heard(ctx context.Context, obs []heron.Observation) error {
	_, err := c.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.hear(now, obs), nil
	})
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	return nil
}

// deviceAt is what is known to have an address, nil when nothing is.
func (c *core) deviceAt(addr netip.Addr) *heron.Device {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.analyzer == nil {
		return nil
	}
	return c.analyzer.known(addr)
}

// PlanScan implements httpapi.Scanner.
func (p *Platform) PlanScan(ctx context.Context, r heron.ScanRequest) (*heron.ScanPlan, error) {
	return p.discovery.plan(ctx, r)
}

// StartScan implements httpapi.Scanner.
func (p *Platform) StartScan(ctx context.Context, actor string, r heron.ScanRequest) (*heron.Scan, error) {
	return p.discovery.start(ctx, actor, "request", r)
}

// StopScan implements httpapi.Scanner.
func (p *Platform) StopScan(ctx context.Context, id string) (*heron.Scan, error) {
	return p.discovery.halt(ctx, id)
}

// ListScans implements httpapi.Scanner.
func (p *Platform) ListScans(ctx context.Context) ([]heron.Scan, error) {
	return p.discovery.list(ctx)
}
