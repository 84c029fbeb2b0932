package app

import (
	"context"
	"sync"
	"syscall"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
)

// reportEvery is how often a process with sensors tells how it is, and
// reportWait how long it waits for the core's answer.
const (
	reportEvery = 15 * time.Second
	reportWait  = 10 * time.Second
)

// serve talks with the core until ctx ends: reports, orders, packets.
func (f *field) serve(ctx context.Context, u *bus.Uplink) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { f.reports(ctx, u) })
	return u.Answer(ctx, f.wakeUp, f.packets)
}

// wakeUp makes the next report come at once.
func (f *field) wakeUp() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *field) reports(ctx context.Context, u *bus.Uplink) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	var offset, trip time.Duration
	for {
		h := f.health(ctx)
		h.ClockOffset, h.RoundTrip = offset.Seconds(), trip.Seconds()
		wait, cancel := context.WithTimeout(ctx, reportWait)
		sent := time.Now()
		o, err := u.Report(wait, h)
		came := time.Now()
		cancel()
		switch {
		case err != nil:
			f.log.Debug("report to the core", "error", err)
		default:
			first := trip == 0
			f.heard.Store(int64(wallClock()))
			offset, trip = clockOffset(sent, came, o.Received.Std(), o.Now.Std())
			if o.Config != nil {
				f.obey(ctx, *o.Config)
			}
			fresh := f.errands != nil && f.errands.obey(o.Scans)
			if o.Config != nil || fresh || first {
				f.wakeUp() // tells what became of it, and the offset
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-f.wake:
		}
	}
}

// clockOffset is how far the other clock is ahead, and how long message and
// answer were on their way (RFC 5905 §8).
func clockOffset(sent, came, received, answered time.Time) (offset, trip time.Duration) {
	// Differences of wall clocks: the monotonic reading says nothing about another host.
	sent, came = sent.Round(0), came.Round(0)
	offset = (received.Sub(sent) + answered.Sub(came)) / 2
	return offset, max(came.Sub(sent)-answered.Sub(received), time.Microsecond)
}

// health is what this process tells of itself now.
func (f *field) health(ctx context.Context) *heron.SensorHealth {
	f.mu.Lock()
	sources := append([]*source(nil), f.sources...)
	h := &heron.SensorHealth{
		Version: f.version, Started: f.started, Sent: wallClock(),
		Applied: f.order.Version, Tried: f.tried, Fault: f.fault,
	}
	f.mu.Unlock()
	for _, s := range sources {
		of, queued := s.sensor.health(s.name)
		h.Sources = append(h.Sources, of)
		h.Queue += queued
	}
	h.CPU, h.Memory = f.usage.read()
	if f.errands != nil {
		h.Scanner = f.errands.health()
	}
	if f.spool != nil {
		b := f.spool.Stats(ctx)
		h.Spool = heron.SpoolHealth{
			Batches: b.Waiting, Bytes: b.Bytes, MaxBytes: b.MaxBytes,
			ShedFlows: b.ShedFlows, ShedObservations: b.ShedObservations, ShedBatches: b.DroppedBatches,
		}
	}
	return h
}

// usage measures this process.
type usage struct {
	mu   sync.Mutex
	at   time.Time
	used time.Duration
}

// read returns the processors in use since it was last asked, and the memory in use.
func (u *usage) read() (cpu float64, memory uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, residentBytes()
	}
	now, used := time.Now(), time.Duration(r.Utime.Nano()+r.Stime.Nano())
	if !u.at.IsZero() && now.After(u.at) {
		cpu = (used - u.used).Seconds() / now.Sub(u.at).Seconds()
	}
	u.at, u.used = now, used
	return cpu, residentBytes()
}
