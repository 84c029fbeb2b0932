package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/heron-iot/heron"
)

// mark is told which devices changed. It never waits.
func (d *discovery) mark(ids ...string) {
	if d.refuse != "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, run := range d.running {
		if run.afar != nil {
			run.afar.lore.marked(ids)
		}
	}
	if !d.conf.NewDevices {
		return
	}
	for _, id := range ids {
		if d.known[id] {
			continue
		}
		select {
		case d.fresh <- id:
			d.known[id] = true
		default: // it changes again, or a scheduled scan finds it
		}
	}
}

// gatherFresh is how long devices that appear together are waited for, and
// whenBusy how soon it is tried again while too many scans run.
const (
	gatherFresh = 200 * time.Millisecond
	whenBusy    = time.Second
)

// followNew asks devices that were not there before, soon after they were first
// seen: those that appear together in one scan of each who asks.
func (d *discovery) followNew(ctx context.Context) {
	began := wallClock()
	var waiting []string
	for {
		ids := d.gather(ctx, waiting)
		if ctx.Err() != nil {
			return
		}
		waiting = nil
		askers := d.newSince(ctx, began, ids)
		for _, sensor := range slices.Sorted(maps.Keys(askers)) {
			g := askers[sensor]
			_, err := d.start(ctx, "system", "new_device", heron.ScanRequest{Targets: g.targets, Profile: g.profile, Sensor: sensor})
			switch {
			case heron.ErrorCode(err) == heron.CodeConflict:
				waiting = append(waiting, g.ids...)
			case err != nil:
				d.log.Info("new devices are not asked", "devices", len(g.targets), "sensor", sensor, "error", err)
			}
		}
	}
}

// gather waits for devices that may be new, and returns them with those that wait, which
// are tried again before long.
func (d *discovery) gather(ctx context.Context, waiting []string) []string {
	ids := waiting
	var again <-chan time.Time
	if len(waiting) > 0 {
		again = time.After(whenBusy)
	}
	select {
	case <-ctx.Done():
		return nil
	case <-again:
	case id := <-d.fresh:
		ids = append(ids, id)
		sleep(ctx, gatherFresh)
	}
	for range len(d.fresh) {
		ids = append(ids, <-d.fresh)
	}
	return ids
}

// newcomers are new devices that one asks.
type newcomers struct {
	ids, targets []string
	profile      string
}

// newSince are those devices, by the sensor that asks them ("" is the server), that are
// ours, were first seen after a time, and are not being asked: a scan that finds a device makes it seen.
func (d *discovery) newSince(ctx context.Context, began heron.Time, ids []string) map[string]*newcomers {
	out := map[string]*newcomers{}
	for _, id := range ids {
		x, err := d.core.store.GetDevice(ctx, id)
		if err != nil || !x.Local || x.First < began || len(x.IPs) == 0 || d.asks(x.IPs[0]) {
			continue
		}
		sensor, profile := d.asker(x.Sensors)
		g := out[sensor]
		if g == nil {
			g = &newcomers{profile: profile}
			out[sensor] = g
		}
		g.ids, g.targets = append(g.ids, id), append(g.targets, x.IPs[0].String())
	}
	return out
}

// asker is who asks a device that was heard by some sources, and with which profile: a
// sensor, where none of them is of the server itself, and the configuration of one lets it scan; else the server ("").
func (d *discovery) asker(heard []string) (sensor, profile string) {
	profile = d.conf.Profile
	for _, source := range slices.Sorted(slices.Values(heard)) {
		process := d.core.processOf(source)
		h, err := d.scanner(process)
		switch {
		case err == nil && sensor == "":
			sensor = process
			if stronger(profile, h.Scanner.Strongest) {
				profile = h.Scanner.Strongest
			}
		case heron.ErrorCode(err) == heron.CodeUnsupported: // it is of the server
			return "", d.conf.Profile
		}
	}
	return sensor, profile
}
