package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	actionall "github.com/heron-iot/heron/internal/action/all"
	"github.com/heron-iot/heron/internal/action/nftables"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/guess"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/notify"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/vault"
	"github.com/heron-iot/heron/internal/vuln"
	"github.com/heron-iot/heron/web"
)

// Options are what a Platform is made of.
type Options struct {
	Config  config.Config
	Version string
	Log     *slog.Logger // nil discards
	// Reload, when set, asks for what can be reloaded while it runs.
	Reload <-chan os.Signal
	// Simulation, when set, is watched as SimulationSource, and acted on;
	// every screen then says so.
	Simulation *Simulation
	// Started, when set, is told the address of the page, and the admin
	// password where this is the first start.
	Started func(url, password string)
}

// Platform is a running Heron: what its role asks for, joined.
type Platform struct {
	conf config.Config
	opt  Options
	log  *slog.Logger
	ctx  context.Context //nolint:containedctx // the life of the platform, for work that outlives a request

	store     *store.DB
	bus       *bus.Bus
	vault     *vault.Vault
	sealing   sync.Mutex // held while secrets are sealed and stored
	core      *core
	clusters  *clusters
	knowledge *knowledge
	quality   quality
	assess    *assessor
	vulns     *vuln.Index
	actions   *action.Runner
	notify    *notify.Runner
	registry  *prometheus.Registry
	server    *httpapi.Server
	listener  net.Listener // of the page and the API; nil of the role sensor
	field     *field       // nil without sources
	discovery *discovery

	group     group
	uploading sync.Mutex // one capture file is read at a time
	reloading sync.Mutex // signatures are loaded once at a time
}

var _ httpapi.Backend = (*Platform)(nil)

// Run runs a platform until ctx ends or a part of it fails. It returns nil
// after an orderly stop.
func Run(ctx context.Context, o Options) error {
	if err := o.Config.Validate(); err != nil {
		return heron.Errorf(heron.CodeInvalid, "configuration:\n%v", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &Platform{conf: o.Config, opt: o, log: o.Log, ctx: ctx, clusters: newClusters(), group: group{cancel: cancel}}
	err := p.start(ctx)
	if err != nil {
		cancel(err)
	}
	return errors.Join(err, p.group.Wait(), p.close())
}

// makeFolder makes the folder of what is kept on disk.
func (p *Platform) makeFolder(context.Context) error {
	if err := os.MkdirAll(p.conf.Data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

// start opens what the role needs, in the order of dependence, and starts it.
func (p *Platform) start(ctx context.Context) error {
	if p.conf.Role == "sensor" {
		if err := p.makeFolder(ctx); err != nil {
			return err
		}
		return p.startRemoteSensor(ctx)
	}
	for _, step := range []func(context.Context) error{
		p.listen, p.makeFolder, p.openStore, p.openBus, p.openCore, p.openDiscovery, p.openActions, p.openNotify, p.openServer,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if p.conf.Role == "web" {
		p.runWeb(ctx)
		return nil
	}
	p.run(ctx)
	if p.conf.Role == "all" {
		return p.startSensors(ctx)
	}
	return nil
}

func (p *Platform) openStore(ctx context.Context) (err error) {
	p.store, err = store.Open(ctx, p.conf.DatabaseURL(), store.Options{AuditHash: audit.Hash, Log: p.log})
	if err != nil {
		return err
	}
	p.vault, err = vault.Open(filepath.Join(p.conf.Data, "vault.key"))
	return err
}

func (p *Platform) openBus(ctx context.Context) error {
	b, err := bus.Open(ctx, p.busConfig())
	p.bus = b
	return err
}

// busConfig is the configuration as the bus wants it.
func (p *Platform) busConfig() bus.Config {
	b := p.conf.Bus
	return bus.Config{
		URL: b.URL, StoreDir: filepath.Join(p.conf.Data, "bus"), Listen: b.Listen, TokenFile: b.TokenFile,
		CAFile: b.CAFile, CertFile: b.CertFile, KeyFile: b.KeyFile, MaxBytes: b.MaxBytes,
		SiteID: p.conf.Site, Log: p.log,
	}
}

func (p *Platform) openCore(ctx context.Context) error {
	know, err := newKnowledge(p.conf.Signatures, p.log.With("component", "identify"))
	if err != nil {
		return err
	}
	p.knowledge = know
	model, err := guess.Load(p.conf.Model)
	if err != nil {
		return err
	}
	if p.vulns, err = vuln.New(); err != nil {
		return err
	}
	p.assess = newAssessor(p.store, p.vulns, p.log.With("component", "assess"))
	sensors, err := p.store.ListSensors(ctx)
	if err != nil {
		return err
	}
	p.core = &core{
		site: p.conf.Site, store: p.store, log: p.log.With("component", "core"), identify: know, guess: model,
		digest: func() string { return know.now.Load().Digest() },
		local:  p.conf.Prefixes(), maxEndpoints: p.conf.MaxEndpoints, changed: p.assess.mark, sensors: map[string]heron.Sensor{},
	}
	for _, s := range sensors {
		p.core.sensors[s.ID] = s
	}
	if p.conf.Role == "web" {
		return nil // the core holds the site in memory, and it alone
	}
	if p.opt.Simulation != nil {
		if err := p.putZones(ctx, lab.Zones()); err != nil {
			return err
		}
	}
	return p.core.load(ctx)
}

// putZones gives a simulated site the zones it was built with.
func (p *Platform) putZones(ctx context.Context, zones []heron.Zone) error {
	have, err := p.store.ListZones(ctx)
	if err != nil || len(have) > 0 {
		return err
	}
	for i := range zones {
		zones[i].SiteID = p.conf.Site
		if err := p.store.PutZone(ctx, &zones[i]); err != nil {
			return err
		}
	}
	return nil
}

// openDiscovery makes active discovery ready, and has the core tell it of devices.
func (p *Platform) openDiscovery(ctx context.Context) error {
	p.discovery = newDiscovery(p)
	p.core.changed = func(ids ...string) {
		p.assess.mark(ids...)
		p.discovery.mark(ids...)
	}
	p.core.told, p.core.settled = p.discovery.told, p.discovery.settled
	if p.conf.Role == "web" {
		return nil // the scans are the core's
	}
	return p.discovery.recall(ctx)
}

func (p *Platform) openActions(context.Context) error {
	executors := actionall.Executors(actionall.Options{Nftables: nftables.Config{Management: p.management()}})
	if p.opt.Simulation != nil {
		// A simulated device must never lead to a change of the real network.
		executors = []action.Executor{p.opt.Simulation.executor()}
	}
	p.actions = action.NewRunner(action.Config{
		Store: p.store, Executors: executors, Log: p.log.With("component", "action"),
	})
	return nil
}

// management are the networks that a quarantine must never cut: those that the
// configuration names, and every address of this machine.
func (p *Platform) management() []netip.Prefix {
	out := p.conf.ManagementNetworks()
	own, err := net.InterfaceAddrs()
	if err != nil {
		p.log.Error("own addresses", "error", err)
	}
	for _, a := range own {
		if n, ok := a.(*net.IPNet); ok {
			out = appendAddress(out, n.IP)
		}
	}
	return out
}

// appendAddress adds an address that no network of the list has yet; loopback
// and link-local ones reach no device.
func appendAddress(list []netip.Prefix, b net.IP) []netip.Prefix {
	ip, ok := netip.AddrFromSlice(b)
	ip = ip.Unmap()
	if !ok || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return list
	}
	if slices.ContainsFunc(list, func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return list
	}
	return append(list, netip.PrefixFrom(ip, ip.BitLen()))
}

func (p *Platform) openNotify(ctx context.Context) error {
	p.notify = notify.NewRunner(notify.Config{Store: p.store, Link: p.alertLink, Log: p.log.With("component", "notify")})
	return p.loadReceivers(ctx)
}

func (p *Platform) alertLink(id string) string {
	if p.conf.Web.PublicURL == "" {
		return ""
	}
	return p.conf.Web.PublicURL + "/alerts/" + id
}

func (p *Platform) openServer(context.Context) (err error) {
	p.registry = prometheus.NewRegistry()
	p.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		newMetrics(p))
	p.server, err = httpapi.New(httpapi.Options{
		Store: p.store, Backend: p, Page: web.FS(), Log: p.log.With("component", "http"), Registry: p.registry,
		Version: p.opt.Version, SiteID: p.conf.Site, Simulation: p.opt.Simulation != nil, MaxUpload: p.conf.Web.MaxUpload,
		Secure: p.conf.Web.BehindTLS, TrustedProxies: p.conf.Web.Proxies(),
	})
	return err
}

// run starts everything that works by itself.
func (p *Platform) run(ctx context.Context) {
	p.group.Go(func() error { return p.serve(ctx) })
	p.group.Go(func() error { return p.server.Run(ctx) })
	p.group.Go(func() error { return p.assess.Run(ctx) })
	p.group.Go(func() error { return (&relay{p.store, p.bus, p.log.With("component", "relay")}).Run(ctx) })
	p.group.Go(func() error { return p.bus.ConsumeBatches(ctx, p.conf.Site, p.core.apply) })
	p.group.Go(func() error { return p.bus.ServeSensors(ctx, p.report) })
	p.group.Go(func() error { return p.respond(ctx) })
	p.group.Go(func() error { return p.actions.Run(ctx) })
	p.group.Go(func() error { return p.notify.Run(ctx) })
	p.group.Go(func() error { return p.retain(ctx) })
	p.group.Go(func() error { return p.discovery.Run(ctx) })
	p.group.Go(func() error { return p.watchSensors(ctx) })
	p.group.Go(func() error { return p.watchSignatures(ctx) })
}

// retain removes what is older than the configuration keeps, each hour.
func (p *Platform) retain(ctx context.Context) error {
	k := p.conf.Keep
	policy := store.Policy{
		Flows: time.Duration(k.Flows), Events: time.Duration(k.Events), Alerts: time.Duration(k.Alerts),
		Risk: time.Duration(k.Risk), MaxBytes: k.MaxBytes,
	}
	for sleep(ctx, time.Hour) {
		removed, err := p.store.Retain(ctx, wallClock(), policy)
		if err != nil {
			p.log.Error("retention", "error", err)
			continue
		}
		p.log.Info("retention", "removed", removed)
	}
	return nil
}

// sensorSilence is after how long without a batch a sensor counts as offline.
const sensorSilence = heron.Minute

// watchSensors marks sensors that went silent.
func (p *Platform) watchSensors(ctx context.Context) error {
	for sleep(ctx, 10*time.Second) {
		if err := p.core.silence(ctx, wallClock()-sensorSilence); err != nil {
			p.log.Error("watch sensors", "error", err)
		}
	}
	return nil
}

func (p *Platform) close() error {
	var errs []error
	if p.listener != nil {
		_ = p.listener.Close() // a server that ran has closed it
	}
	if p.bus != nil {
		errs = append(errs, p.bus.Close())
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	return errors.Join(errs...)
}

// group runs goroutines and ends all of them when one fails.
type group struct {
	wg     sync.WaitGroup
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	errs   []error
}

// Go runs fn; its error ends the group.
func (g *group) Go(fn func() error) {
	g.wg.Go(func() {
		err := fn()
		if err == nil || errors.Is(err, context.Canceled) {
			return
		}
		g.mu.Lock()
		g.errs = append(g.errs, err)
		g.mu.Unlock()
		g.cancel(err)
	})
}

// Wait waits for all and returns what failed.
func (g *group) Wait() error {
	g.wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.errs...)
}
