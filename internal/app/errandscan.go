package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/probe"
)

// errandScan is a scan for the core at work. What it learns steers it here as well, as
// the inventory does those of a server: when a host is known, and whether it is one that
// must be asked with care.
type errandScan struct {
	scanner *probe.Scanner
	area    probe.Area
	ledger  ledger

	mu       sync.Mutex // hosts are asked side by side
	analyzer *analyzer
	answers  []heron.Observation           // that the core was not told yet
	known    map[netip.Addr]heron.ScanHost // by what the core told
}

// newErrandScan makes a scan of a task, within what this process says for itself.
func newErrandScan(e *errands, task *heron.ScanTask) (*errandScan, error) {
	if stronger(task.Profile, e.conf.Strongest) {
		return nil, heron.Errorf(heron.CodeForbidden,
			"the sensor's configuration lets no scan be stronger than %s (sensor.scan.strongest_profile)", e.conf.Strongest)
	}
	o := ScanOptions{
		Targets: task.Targets, Exclude: slices.Concat(e.conf.Exclude, task.Exclude), Profile: task.Profile, Packets: task.Rate,
		HostsOnly: task.HostsOnly, SNMPPublic: task.SNMPPublic, Turns: &e.turns, Log: e.log,
	}
	if e.conf.Packets > 0 {
		o.Packets = min(cmp.Or(max(o.Packets, 0), profileRate(o.Profile)), e.conf.Packets)
	}
	if e.conf.SNMPPublic == config.SNMPPublicNever {
		o.SNMPPublic = config.SNMPPublicNever
	}
	id, err := identify.New()
	if err != nil {
		return nil, err
	}
	x := &errandScan{known: map[netip.Addr]heron.ScanHost{}}
	x.learn(task.Known)
	x.scanner, x.area, err = newScan(o, scanHooks{device: x.device, told: func(h probe.Host) heron.ScanHost {
		told := x.told(h.Addr)
		told.Control = told.Control || e.plant.has(h)
		return told
	}})
	if err != nil {
		return nil, err
	}
	x.analyzer = newAnalyzer(analyzerConfig{site: e.link.site, identify: id, local: prefixesOf(x.area)})
	return x, nil
}

// stronger tells whether a profile asks more than another.
func stronger(profile, than string) bool {
	return slices.Index(probe.Profiles(), profile) > slices.Index(probe.Profiles(), than)
}

func (x *errandScan) device(addr netip.Addr) *heron.Device {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.analyzer.known(addr)
}

// learn takes what the core knows of hosts. What it said before of whom to ask with care stands.
func (x *errandScan) learn(list []heron.ScanHost) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range list {
		before := x.known[h.Addr]
		h.Control, h.Skip = h.Control || before.Control, h.Skip || before.Skip
		x.known[h.Addr] = h
	}
}

func (x *errandScan) told(addr netip.Addr) heron.ScanHost {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.known[addr.WithZone("")]
}

func (x *errandScan) take(a *probe.Answer) {
	x.ledger.add(a)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.analyzer.inventory.Apply(wallClock(), a.Observations)
	x.answers = append(x.answers, a.Observations...)
}

// tell puts into the news what happened since those before, and returns what was
// answered meanwhile.
func (x *errandScan) tell(n *heron.ScanNews, end bool) []heron.Observation {
	n.ScanCounts, n.Asked = countsOf(x.scanner, &x.ledger), x.ledger.take(end)
	x.mu.Lock()
	defer x.mu.Unlock()
	obs := x.answers
	x.answers = nil
	return obs
}

// Of the reports of a scan's progress, each of tellEvery goes to the core, and each of
// saveEvery to disk.
const tellEvery = 5

// work makes a scan and tells the core of it. A scan whose news find no room on disk is
// stopped: what is sent must be told.
func (e *errands) work(ctx context.Context, stop context.CancelCauseFunc, s *errandScan, news *heron.ScanNews) {
	reports := 0
	progress := func(probe.Progress) {
		if e.silent() {
			stop(errAlone)
		}
		if reports++; reports%tellEvery != 0 {
			return
		}
		err := e.link.send(ctx, news, s.tell(news, false))
		if reports%saveEvery == 0 {
			err = errors.Join(err, e.note(news))
		}
		if err != nil && ctx.Err() == nil {
			stop(err)
		}
	}
	err := runScan(ctx, s.scanner, s.area, e.stopFile, progress, func(a probe.Answer) { s.take(&a) })
	switch {
	case err == nil:
		news.State = heron.ScanDone
	case e.life.Err() != nil:
		news.State, news.Error = heron.ScanStopped, heron.ErrorMessage(errSensorEnded)
	case ctx.Err() != nil && isStop(context.Cause(ctx)), errors.Is(err, errStopFile):
		news.State, news.Error = heron.ScanStopped, heron.ErrorMessage(err)
	default:
		news.State, news.Error = heron.ScanFailed, heron.ErrorMessage(err)
	}
	news.Ended = wallClock()
	e.log.Info("scan for the core ended", "scan", news.ID, "state", news.State, "error", news.Error, "found", s.scanner.Progress().Found)
	e.link.last(e.life, e.log, news, s.tell(news, true))
}

// isStop tells a scan that was to end from one that could not go on.
func isStop(why error) bool {
	return slices.Contains([]error{errCalledOff, errUnknown, errAlone, errTooLong}, why)
}

// newsLink brings the news of scans to the bus, one batch at a time, in order.
type newsLink struct {
	site, sensor, epoch string
	publish             func(context.Context, *heron.Batch) error

	mu   sync.Mutex
	seq  uint64
	left []*heron.Batch // that the bus did not take yet
}

// send gives news to the bus, after all that it did not take before.
func (l *newsLink) send(ctx context.Context, n *heron.ScanNews, answers []heron.Observation) error {
	told := *n
	l.mu.Lock()
	l.seq++
	l.left = append(l.left, &heron.Batch{
		SensorID: l.sensor, SiteID: l.site, Epoch: l.epoch, Seq: l.seq, Now: wallClock(), Observations: answers, Scan: &told,
	})
	l.mu.Unlock()
	return l.flush(ctx)
}

// last gives the last news of a scan to the bus, however long it takes. At the end of
// life it has a few seconds; what is not told then is told by the next process.
func (l *newsLink) last(life context.Context, log *slog.Logger, n *heron.ScanNews, answers []heron.Observation) {
	ctx := context.WithoutCancel(life)
	for err := l.send(ctx, n, answers); err != nil; err = l.flush(ctx) {
		log.Error("news of a scan are not taken by the bus; trying again", "scan", n.ID, "error", err)
		if !sleep(life, retryAfter) {
			return
		}
	}
}

// flush gives the bus what it did not take yet, in order.
func (l *newsLink) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.left) > 0 {
		if err := l.publish(ctx, l.left[0]); err != nil {
			return err
		}
		l.left = l.left[1:]
	}
	return nil
}
