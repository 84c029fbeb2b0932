package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
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
	wake    chan struct{}
	heard   atomic.Int64 // when the core last answered, wall clock

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
	live   capture.Source
	stop   context.CancelFunc
	done   chan struct{}
}

func newField(p *Platform, spool *bus.Bus) *field {
	return &field{
		base: p.conf, conf: p.conf, version: p.opt.Version, log: p.log.With("component", "sensor"),
		publish: p.bus.PublishBatch, spool: spool, group: &p.group, started: wallClock(), wake: make(chan struct{}, 1),
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
	live, err := capture.OpenInput(capture.LiveConfig{
		Interface: name, Filter: c.Sensor.Filter, RingBytes: c.Sensor.RingBytes, Promiscuous: true, Idle: flushEvery,
	})
	if err != nil {
		return nil, err
	}
	id := c.Sensor.Name + "-" + strings.NewReplacer("://", "-", ":", "-", "/", "-").Replace(name)
	s := &sensor{name: id, log: f.log, publish: f.publish, live: live, conf: pipelineOf(c, id)}
	return &source{name: name, sensor: s, live: live, done: make(chan struct{})}, nil
}

func closeAll(list []*source) error {
	var errs []error
	for _, s := range list {
		errs = append(errs, s.live.Close())
	}
	return errors.Join(errs...)
}

// runLocked begins to read a source.
func (f *field) runLocked(ctx context.Context, s *source) {
	ctx, s.stop = context.WithCancel(ctx)
	f.sources = append(f.sources, s)
	f.group.Go(func() error {
		defer close(s.done)
		err := s.sensor.Run(ctx, s.live)
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

// keepLocked opens, changes or ends the ring of packets of each source. A disk
// that does not take one costs the evidence and not the capture.
func (f *field) keepLocked(c *config.Config) {
	for _, s := range f.sources {
		limit := c.Sensor.EvidenceBytes
		ring := s.sensor.keepIn(nil)
		switch {
		case limit == 0 && ring != nil:
			if err := ring.Close(); err != nil {
				f.log.Error("ring of packets", "source", s.name, "error", err)
			}
			continue
		case limit == 0:
			continue
		case ring != nil:
			ring.SetLimit(limit)
		default:
			var err error
			dir := filepath.Join(c.Data, "evidence", url.PathEscape(s.name))
			ring, err = evidence.Open(evidence.Config{Dir: dir, MaxBytes: limit, Source: s.name, Log: f.log})
			if err != nil {
				f.log.Error("packets are not kept as evidence", "source", s.name, "error", err)
				continue
			}
		}
		s.sensor.keepIn(ring)
	}
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
		s.sensor.mu.Lock()
		ring := s.sensor.ring
		s.sensor.mu.Unlock()
		if ring == nil {
			continue
		}
		if err := ring.Extract(ctx, q, out); err != nil {
			return err
		}
	}
	return nil
}
