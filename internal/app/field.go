package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/evidence"
)

// field is the sources that this process captures, as it is configured and as
// the core tells it to. Its methods may be called at the same time.
type field struct {
	base    config.Config // as configured here
	version string
	log     *slog.Logger
	publish func(context.Context, *heron.Batch) error
	spool   *bus.Bus // where batches wait for the core; nil in one process with it
	group   *group
	started heron.Time
	usage   usage
	// simulation, when set, is what a source of that name watches.
	simulation *Simulation
	wake       chan struct{}
	heard      atomic.Int64 // when the core last answered, wall clock
	errands    *errands     // nil in one process with the core

	mu      sync.Mutex
	conf    config.Config // in force
	order   heron.SensorConfig
	tried   int64
	fault   string
	sources []*source
}

// source is a sensor at work.
type source struct {
	name   string // as configured
	sensor *sensor
	rings  []capture.Source // of one interface; another source has one
	stop   context.CancelFunc
	done   chan struct{}
}

func newField(p *Platform, spool *bus.Bus) *field {
	return &field{
		base: p.conf, conf: p.conf, version: p.opt.Version, log: p.log.With("component", "sensor"),
		publish: p.bus.PublishBatch, spool: spool, group: &p.group, simulation: p.opt.Simulation,
		started: wallClock(), wake: make(chan struct{}, 1),
	}
}

// start captures what the configuration and the last order say. An order that
// does not work any more is told and left out: a sensor must not stay blind.
func (f *field) start(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	order, err := f.loadOrder()
	if err == nil && order.Version > 0 {
		if err = f.applyLocked(ctx, order); err == nil {
			return nil
		}
	}
	if err != nil {
		f.log.Error("the last order of the core is not in force", "error", err)
		f.tried, f.fault = order.Version, heron.ErrorMessage(err)
	}
	return f.applyLocked(ctx, heron.SensorConfig{})
}

// openLocked opens those of the sources that are not open yet; all or none.
func (f *field) openLocked(c *config.Config) (fresh []*source, err error) {
	for _, name := range c.Sensor.Interfaces {
		if slices.ContainsFunc(f.sources, func(s *source) bool { return s.name == name }) {
			continue
		}
		s, err := f.open(c, name)
		if err != nil {
			return nil, errors.Join(err, closeAll(fresh))
		}
		fresh = append(fresh, s)
	}
	return fresh, nil
}

func (f *field) open(c *config.Config, name string) (*source, error) {
	if name == SimulationSource && f.simulation != nil {
		s := &sensor{name: name, log: f.log, publish: f.publish, pace: newPace(), conf: pipelineOf(c, name)}
		return &source{name: name, sensor: s, rings: []capture.Source{f.simulation}, done: make(chan struct{})}, nil
	}
	rings, err := capture.OpenRings(capture.LiveConfig{
		Interface: name, Filter: c.Sensor.Filter, RingBytes: c.Sensor.RingBytes, Promiscuous: true, Idle: flushEvery,
	}, c.Sensor.Workers)
	if err != nil {
		return nil, err
	}
	id := c.Sensor.Name + "-" + strings.NewReplacer("://", "-", ":", "-", "/", "-").Replace(name)
	s := &sensor{name: id, log: f.log, publish: f.publish, live: true, conf: pipelineOf(c, id)}
	return &source{name: name, sensor: s, rings: rings, done: make(chan struct{})}, nil
}

func closeAll(list []*source) error {
	var errs []error
	for _, s := range list {
		for _, r := range s.rings {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(errs...)
}

// runLocked begins to read a source.
func (f *field) runLocked(ctx context.Context, s *source) {
	ctx, s.stop = context.WithCancel(ctx)
	f.sources = append(f.sources, s)
	f.group.Go(func() error {
		defer close(s.done)
		rings := make([]packetSource, len(s.rings))
		for i, r := range s.rings {
			rings[i] = r
		}
		err := s.sensor.Run(ctx, rings...)
		if ring := s.sensor.keepIn(nil); ring != nil {
			err = errors.Join(err, ring.Close())
		}
		return err
	})
}

// endLocked ends the sources that a configuration does not name.
func (f *field) endLocked(c *config.Config) {
	f.sources = slices.DeleteFunc(f.sources, func(s *source) bool {
		if slices.Contains(c.Sensor.Interfaces, s.name) {
			return false
		}
		s.stop()
		<-s.done
		return true
	})
}

// keepLocked opens, changes or ends the ring of packets of each source.
func (f *field) keepLocked(c *config.Config) {
	for _, s := range f.sources {
		if err := f.keep(s, c.Sensor.EvidenceBytes); err != nil {
			// A disk that does not take the ring costs the evidence and not the capture.
			f.log.Error("ring of packets", "source", s.name, "error", err)
		}
	}
}

// keep gives a source a ring of that many bytes. With none, what an earlier one
// holds goes, too: whoever may not keep packets means these as well.
func (f *field) keep(s *source, limit int64) error {
	dir := filepath.Join(f.base.Data, "evidence", url.PathEscape(s.name))
	ring := s.sensor.kept()
	switch {
	case limit == 0:
		var err error
		if s.sensor.keepIn(nil); ring != nil {
			err = ring.Close()
		}
		return errors.Join(err, os.RemoveAll(dir))
	case ring != nil:
		ring.SetLimit(limit)
		return nil
	}
	ring, err := evidence.Open(evidence.Config{Dir: dir, MaxBytes: limit, Source: s.name, Log: f.log})
	if err == nil {
		s.sensor.keepIn(ring)
	}
	return err
}

// maxEvidence bounds the packets that are given at once.
const maxEvidence = 64 << 20

// packets writes kept packets of all sources to w, as one section of a pcapng file.
func (f *field) packets(ctx context.Context, q heron.PacketQuery, w io.Writer) error {
	f.mu.Lock()
	sources := slices.Clone(f.sources)
	name := f.base.Sensor.Name
	f.mu.Unlock()
	out := evidence.NewWriter(w, "kept by the Heron sensor "+name, min(cmp.Or(max(q.MaxBytes, 0), maxEvidence), maxEvidence))
	for _, s := range sources {
		ring := s.sensor.kept()
		if ring == nil {
			continue
		}
		if err := ring.Extract(ctx, q, out); err != nil {
			return err
		}
	}
	return nil
}
