package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/compliance"
	"github.com/heron-iot/heron/internal/risk"
	"github.com/heron-iot/heron/internal/store"
	"github.com/heron-iot/heron/internal/vuln"
)

// Assessment timing: a device is assessed soon after it changed, several
// changes at once, and all of them each hour, for alerts lose half their weight in
// a day and certificates end.
const (
	assessDelay = 500 * time.Millisecond
	assessAll   = time.Hour
)

// assessor keeps vulnerabilities, controls and risk of devices up to date.
type assessor struct {
	store *store.DB
	vulns *vuln.Index
	log   *slog.Logger

	mu    sync.Mutex
	dirty map[string]bool
	wake  chan struct{} // holds one: there is something dirty
}

func newAssessor(db *store.DB, x *vuln.Index, log *slog.Logger) *assessor {
	return &assessor{store: db, vulns: x, log: log, dirty: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// mark asks for devices to be assessed soon. It never blocks.
func (s *assessor) mark(ids ...string) {
	s.mu.Lock()
	for _, id := range ids {
		s.dirty[id] = true
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *assessor) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, len(s.dirty))
	for id := range s.dirty {
		ids = append(ids, id)
	}
	clear(s.dirty)
	return ids
}

// Run assesses until ctx ends.
func (s *assessor) Run(ctx context.Context) error {
	all := time.NewTicker(assessAll)
	defer all.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-all.C:
			s.markAll(ctx)
		case <-s.wake:
			// Let a burst of changes to one device become one assessment.
			if !sleep(ctx, assessDelay) {
				return nil
			}
			for _, id := range s.take() {
				if err := s.assess(ctx, id); err != nil && ctx.Err() == nil {
					s.log.Error("assessment failed", "device", id, "error", err)
				}
			}
		}
	}
}

func (s *assessor) markAll(ctx context.Context) {
	for d, err := range everyDevice(ctx, s.store, heron.DeviceFilter{}) {
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error("list devices to assess", "error", err)
			}
			return
		}
		s.mark(d.ID)
	}
}

// assess matches, checks and scores one device.
func (s *assessor) assess(ctx context.Context, id string) error {
	d, err := s.store.GetDevice(ctx, id)
	if heron.ErrorCode(err) == heron.CodeNotFound {
		return nil
	}
	if err != nil || d.MergedInto != "" || !d.Local {
		return err
	}
	in, err := s.gather(ctx, d)
	if err != nil {
		return err
	}
	a := &heron.Assessment{DeviceID: id, Time: in.now, Vulnerabilities: in.vulnerabilities}
	a.Controls = compliance.Check(compliance.Input{
		Device: d, Observations: in.observations, Vulnerabilities: in.vulnerabilities, Now: in.now,
	})
	a.Risk = risk.Score(risk.Input{
		Device: d, Vulnerabilities: in.vulnerabilities, Controls: a.Controls,
		Alerts: in.alerts, Baseline: in.baseline, Now: in.now,
	})
	a.Risk.Cause = "device"
	if err := s.store.PutAssessment(ctx, a); err != nil {
		return fmt.Errorf("keep assessment: %w", err)
	}
	return nil
}

// findings is what an assessment rests on.
type findings struct {
	now             heron.Time
	vulnerabilities []heron.Vulnerability
	observations    []heron.Observation
	alerts          []heron.Alert
	baseline        *heron.Baseline
}

func (s *assessor) gather(ctx context.Context, d *heron.Device) (f findings, err error) {
	f.now = wallClock()
	if f.vulnerabilities, err = s.matches(ctx, d, f.now); err != nil {
		return f, err
	}
	obs, err := s.store.ListObservations(ctx, d.ID, heron.Page{Limit: 1000})
	if err != nil {
		return f, fmt.Errorf("observations: %w", err)
	}
	f.observations = obs.Items
	alerts, err := s.store.ListAlerts(ctx, heron.AlertFilter{DeviceID: d.ID}, heron.Page{Limit: 200})
	if err != nil {
		return f, fmt.Errorf("alerts: %w", err)
	}
	f.alerts = alerts.Items
	f.baseline, err = s.store.GetBaseline(ctx, d.ID)
	if heron.ErrorCode(err) == heron.CodeNotFound {
		err = nil
	}
	return f, err
}

// matches are the vulnerabilities of a device, with what people said of them.
func (s *assessor) matches(ctx context.Context, d *heron.Device, now heron.Time) ([]heron.Vulnerability, error) {
	known, err := s.store.ListVulnerabilities(ctx, heron.VulnerabilityFilter{DeviceID: d.ID}, heron.Page{Limit: 1000})
	if err != nil {
		return nil, fmt.Errorf("vulnerabilities: %w", err)
	}
	old := make(map[string]heron.Vulnerability, len(known.Items))
	for _, v := range known.Items {
		old[v.ID] = v
	}
	list := s.vulns.Match(d)
	for i := range list {
		v := &list[i]
		v.First, v.Last = now, now
		if o, ok := old[v.ID]; ok {
			v.First, v.State, v.Due = o.First, o.State, o.Due
		}
	}
	return list, nil
}

func wallClock() heron.Time { return heron.TimeOf(time.Now()) }

// sleep waits for d or the end of ctx; it reports whether d passed.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
