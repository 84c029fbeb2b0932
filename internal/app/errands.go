package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/probe"
)

// leash is how long a scan that the core ordered goes on without a word of the core.
const leash = time.Minute

// Why a scan ends before it is done, beside those that all scans have.
var (
	errCalledOff   = heron.Errorf(heron.CodeUnavailable, "the scan was stopped")
	errUnknown     = heron.Errorf(heron.CodeUnavailable, "the core does not want the scan any more")
	errAlone       = heron.Errorf(heron.CodeUnavailable, "the core was out of reach for %v", leash)
	errTooLong     = heron.Errorf(heron.CodeUnavailable, "the time that the scan had is over")
	errSensorEnded = heron.Errorf(heron.CodeUnavailable, "the sensor ended before the scan did")
)

// errands are the scans that this process makes for the core, as far as its own
// configuration lets it. That one begins is on disk before anything is sent, so that
// none is made twice, and what each does goes the way of all batches.
type errands struct {
	conf     config.SensorScan
	file     string // where they are kept
	stopFile string // no scan runs while there is a file of that name
	link     newsLink
	log      *slog.Logger
	life     context.Context //nolint:containedctx // the life of the process: scans outlive the answers that order them
	group    *group
	plant    plant
	turns    probe.Turns

	mu    sync.Mutex
	list  map[string]*errand
	heard time.Time // when the core last answered
}

// errand is one of them. What is kept of it is the news of it without who was asked what.
type errand struct {
	news heron.ScanNews
	stop context.CancelCauseFunc // nil when it is over, and the core was told
	scan *errandScan             // nil when it does not run
}

// newErrands knows the scans that were made before, and tells the core of those that
// the end of a process cut short.
func newErrands(ctx context.Context, p *Platform) (*errands, error) {
	e := &errands{
		conf: p.conf.Sensor.Scan, log: p.log.With("component", "scan"), life: ctx, group: &p.group, list: map[string]*errand{}, heard: time.Now(),
		file: filepath.Join(p.conf.Data, "scans.json"), stopFile: filepath.Join(p.conf.Data, "discovery.stop"),
		link: newsLink{site: p.conf.Site, sensor: p.conf.Sensor.Name, epoch: heron.NewID(), publish: p.bus.PublishBatch},
	}
	if _, err := parseExclusions(e.conf.Exclude); err != nil {
		return nil, fmt.Errorf("sensor.scan.exclude: %w", err)
	}
	text, err := os.ReadFile(e.file)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	var list []heron.ScanNews
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "scans for the core in %s: %v", e.file, err)
	}
	for _, n := range list {
		x := &errand{news: n}
		e.list[n.ID] = x
		if n.State == heron.ScanRunning {
			e.close(x, heron.ScanInterrupted, errSensorEnded)
		}
	}
	return e, nil
}

// overhear has publish tell of control devices, too.
func (e *errands) overhear(publish func(context.Context, *heron.Batch) error) func(context.Context, *heron.Batch) error {
	if !e.conf.Enabled {
		return publish
	}
	return func(ctx context.Context, b *heron.Batch) error {
		e.plant.hear(b)
		return publish(ctx, b)
	}
}

// health tells the core what it may order.
func (e *errands) health() *heron.ScannerHealth {
	h := &heron.ScannerHealth{
		Allowed: e.conf.Enabled, Strongest: e.conf.Strongest, Exclude: e.conf.Exclude, Packets: e.conf.Packets, SNMPPublic: e.conf.SNMPPublic, From: ownAddresses(),
	}
	var err error
	if h.Links, err = probe.Links(); err != nil {
		e.log.Warn("links of this machine", "error", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id := range e.list {
		h.Scans = append(h.Scans, id)
	}
	slices.Sort(h.Scans)
	return h
}

// obey does what the core orders: it is all that shall run. It reports whether a scan
// is known from now on.
func (e *errands) obey(orders []heron.ScanOrder) (fresh bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = time.Now()
	for id, x := range e.list {
		i := slices.IndexFunc(orders, func(o heron.ScanOrder) bool { return o.ID == id })
		switch {
		case i < 0 && x.stop == nil:
			delete(e.list, id) // the core knows how it ended
			if err := e.keepLocked(); err != nil {
				e.log.Error("scans for the core", "error", err)
			}
		case i < 0:
			x.stop(errUnknown)
		case orders[i].Stop && x.stop != nil:
			x.stop(errCalledOff)
		case x.scan != nil:
			x.scan.learn(orders[i].Learned)
		}
	}
	for i := range orders {
		o := &orders[i]
		if e.list[o.ID] != nil || o.Task == nil && !o.Stop {
			continue
		}
		e.takeLocked(o)
		fresh = true
	}
	return fresh
}

// silent tells whether the core was out of reach for too long.
func (e *errands) silent() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return time.Since(e.heard) > leash
}

// takeLocked begins a scan, or tells why not.
func (e *errands) takeLocked(o *heron.ScanOrder) {
	x := &errand{news: heron.ScanNews{ID: o.ID, From: ownAddresses(), State: heron.ScanRunning}}
	e.list[o.ID] = x
	_, stopped := os.Stat(e.stopFile)
	switch {
	case o.Stop:
		e.close(x, heron.ScanStopped, errCalledOff)
	case !e.conf.Enabled:
		e.close(x, heron.ScanFailed, heron.Errorf(heron.CodeForbidden, "the sensor's configuration does not let it scan (sensor.scan.enabled)"))
	case stopped == nil:
		e.close(x, heron.ScanStopped, errStopFile)
	default:
		if err := e.beginLocked(x, o.Task); err != nil {
			e.close(x, heron.ScanFailed, err)
		}
	}
}

func (e *errands) beginLocked(x *errand, task *heron.ScanTask) error {
	s, err := newErrandScan(e, task)
	if err != nil {
		return err
	}
	if err := e.keepLocked(); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(e.life)
	x.stop, x.scan = stop, s
	limit := time.AfterFunc(time.Duration(task.Seconds*float64(time.Second)), func() { stop(errTooLong) })
	e.log.Info("scan for the core", "scan", x.news.ID, "targets", task.Targets, "profile", task.Profile)
	news := x.news
	e.group.Go(func() error {
		defer limit.Stop()
		defer stop(nil)
		e.work(ctx, stop, s, &news)
		e.over(x, &news)
		return nil
	})
	return nil
}

// close ends what does not run; the core is told in its own time.
func (e *errands) close(x *errand, state heron.ScanState, why error) {
	x.news.State, x.news.Error, x.news.Ended = state, heron.ErrorMessage(why), wallClock()
	x.stop = func(error) {} // until the core was told
	news := x.news
	e.log.Warn("scan for the core is not made", "scan", news.ID, "state", state, "error", why)
	e.group.Go(func() error {
		e.link.last(e.life, e.log, &news, nil)
		e.over(x, &news)
		return nil
	})
}

// over keeps how a scan ended, of which the core was told.
func (e *errands) over(x *errand, news *heron.ScanNews) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x.news, x.stop, x.scan = *news, nil, nil
	x.news.Asked = nil
	if err := e.keepLocked(); err != nil {
		e.log.Error("scans for the core", "error", err)
	}
}

// note keeps how far a scan is.
func (e *errands) note(news *heron.ScanNews) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if x := e.list[news.ID]; x != nil {
		x.news.ScanCounts = news.ScanCounts
	}
	return e.keepLocked()
}

func (e *errands) keepLocked() error {
	list := make([]heron.ScanNews, 0, len(e.list))
	for _, x := range e.list {
		list = append(list, x.news)
	}
	slices.SortFunc(list, func(x, y heron.ScanNews) int { return cmp.Compare(x.ID, y.ID) })
	return writeWhole(e.file, list)
}
