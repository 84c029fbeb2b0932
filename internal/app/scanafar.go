package app

import (
	"cmp"
	"context"
	"os"
	"slices"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
)

// A scan of a sensor is ordered in the answers to its reports, until the sensor tells
// that it ended. What it learned, what it asked whom and how far it is come in batches,
// as all else that a sensor learns; docs/bus.md has the contract.

const (
	// maxAfar is how long a scan of a sensor may take.
	maxAfar = 12 * time.Hour
	// maxSilence is after how long without a report of its sensor a scan counts as
	// interrupted. The sensor has stopped it by then: see leash.
	maxSilence = 2 * leash
)

// afar is what the core wants of a scan that a sensor makes.
type afar struct {
	task  heron.ScanRequest // as the configuration permits it
	since heron.Time        // when this process began to order it
	ready bool              // it may be ordered: that it begins is in the audit log
	halt  bool              // it shall end
	lore  lore              // what it is told of its targets
}

// scanner is what the sensor of that name tells of itself, when it may be given scans.
func (d *discovery) scanner(name string) (*heron.SensorHealth, error) {
	s, known := d.core.known(name)
	switch {
	case !known:
		return nil, heron.Errorf(heron.CodeNotFound, "there is no sensor %.64q; heron sensor list tells which there are", name)
	case s.Of != "":
		return nil, heron.Errorf(heron.CodeInvalid, "%.64q is a source of the sensor %.64q: name that", name, s.Of)
	case s.Health == nil || s.State != "online":
		return nil, heron.Errorf(heron.CodeUnavailable, "the sensor %.64q is not there: it does not report", name)
	case s.Health.Scanner == nil:
		return nil, heron.Errorf(heron.CodeUnsupported,
			"the sensor %.64q makes no scans: it is part of the server, which scans when no sensor is named, or older than the server", name)
	case !s.Health.Scanner.Allowed:
		return nil, heron.Errorf(heron.CodeForbidden,
			"the configuration of the sensor %.64q does not let it scan; sensor.scan.enabled there does", name)
	}
	return s.Health, nil
}

// narrow bounds a request by what its sensor says for itself. The profile is that of the
// configuration where the request names none.
func narrow(r heron.ScanRequest, h *heron.ScannerHealth, profile string) (heron.ScanRequest, error) {
	profile = cmp.Or(r.Profile, profile)
	if stronger(profile, h.Strongest) {
		return r, heron.Errorf(heron.CodeForbidden,
			"the configuration of the sensor %.64q lets no scan be stronger than %.16s (sensor.scan.strongest_profile); this one is %.16s", r.Sensor, h.Strongest, profile)
	}
	r.Exclude = slices.Concat(r.Exclude, h.Exclude)
	if h.Packets > 0 {
		r.Rate = min(cmp.Or(r.Rate, profileRate(profile)), h.Packets)
	}
	if h.SNMPPublic != config.SNMPPublicNever {
		return r, nil
	}
	if r.SNMPPublic != "" && r.SNMPPublic != config.SNMPPublicNever {
		return r, heron.Errorf(heron.CodeForbidden,
			"the configuration of the sensor %.64q says that agents of SNMP are never asked with the community public (sensor.scan.snmp_public)", r.Sensor)
	}
	r.SNMPPublic = config.SNMPPublicNever
	return r, nil
}

// order lets the sensor of a scan have it, and looks after it until it has ended.
func (d *discovery) order(run *scanRun) {
	d.mu.Lock()
	run.afar.ready = true
	d.mu.Unlock()
	d.wake(run)
	d.group.Go(func() error { d.attend(run); return nil })
}

// wake has the sensor of a scan report at once, and so get its orders.
func (d *discovery) wake(run *scanRun) {
	if err := d.wakeSensor(run.scan.Sensor); err != nil {
		d.log.Warn("a sensor is not told at once of its scan", "scan", run.scan.ID, "sensor", run.scan.Sensor, "error", err)
	}
}

// callOff orders the end of a scan that a sensor makes. Why is kept with the scan, so
// that a core that begins anew means it, too.
func (d *discovery) callOff(run *scanRun, why error) {
	d.mu.Lock()
	first := !run.afar.halt
	if first {
		run.afar.halt, run.scan.Error = true, heron.ErrorMessage(why)
	}
	x := run.scan
	d.mu.Unlock()
	if first {
		d.save(context.WithoutCancel(d.life), &x)
		d.wake(run)
	}
}

// attend looks after a scan that a sensor makes, until it has ended.
func (d *discovery) attend(run *scanRun) {
	for sleep(d.life, progressEvery) && d.runs(run.scan.ID) != nil {
		if _, err := os.Stat(d.stopFile); err == nil {
			d.callOff(run, errStopFile)
		}
		if why := d.lost(run); why != nil {
			d.abandon(run, why)
			return
		}
		if d.learn(run) {
			d.wake(run)
		}
	}
}

// lost tells why there is nothing more to wait for.
func (d *discovery) lost(run *scanRun) error {
	s, known := d.core.known(run.scan.Sensor)
	now := wallClock()
	switch {
	case !known:
		return heron.Errorf(heron.CodeUnavailable, "the sensor was removed while it scanned")
	case now-max(s.LastSeen, run.afar.since) > heron.Time(maxSilence/time.Microsecond):
		return heron.Errorf(heron.CodeUnavailable,
			"the sensor does not report; it stops by itself, and tells what it did when it is back")
	case now-run.scan.Started > heron.Time((maxAfar+maxSilence)/time.Microsecond):
		return heron.Errorf(heron.CodeUnavailable, "the sensor does not tell that the scan ended, which it must have")
	}
	return nil
}

// abandon counts a scan as interrupted. News of it that come later still count.
func (d *discovery) abandon(run *scanRun, why error) {
	x := d.get(run)
	if !d.forget(run) {
		return // it ended just now
	}
	x.State, x.Ended, x.Error = heron.ScanInterrupted, wallClock(), heron.ErrorMessage(why)
	d.remember(x)
	keep := context.WithoutCancel(d.life)
	d.auditEnd(keep, x)
	d.save(keep, x)
	d.log.Warn("a scan of a sensor was interrupted", "scan", x.ID, "sensor", x.Sensor, "error", why)
}

// resume goes on with a scan that its sensor made while this process did not run.
func (d *discovery) resume(x *heron.Scan) error {
	if d.refuse != "" {
		return heron.Errorf(heron.CodeUnsupported, "%s", d.refuse)
	}
	o, err := d.options(x.ScanRequest)
	if err != nil {
		return err
	}
	run := &scanRun{scan: *x, afar: &afar{task: o.task(), since: wallClock(), halt: x.Error != "", lore: lore{all: true}}}
	run.stop = func(why error) { d.callOff(run, why) }
	if err := d.enlist(run); err != nil {
		return err
	}
	d.remember(x)
	d.order(run)
	return nil
}

// task is a scan as a sensor is asked to make it.
func (o *ScanOptions) task() heron.ScanRequest {
	return heron.ScanRequest{
		Targets: o.Targets, Exclude: o.Exclude, Profile: o.Profile, Rate: o.Packets, HostsOnly: o.HostsOnly, SNMPPublic: o.SNMPPublic,
	}
}

// orders are all scans that a process with sensors shall make. What it does not know
// yet it gets whole, one at a time: what is known of the hosts may be much.
func (d *discovery) orders(name string, h *heron.SensorHealth) []heron.ScanOrder {
	if h.Scanner == nil {
		return nil
	}
	var out []heron.ScanOrder
	var fresh *heron.Scan
	var task heron.ScanRequest
	at := 0
	d.mu.Lock()
	for _, run := range d.running {
		if run.afar == nil || !run.afar.ready || run.scan.Sensor != name {
			continue
		}
		if fresh == nil && !run.afar.halt && !slices.Contains(h.Scanner.Scans, run.scan.ID) {
			x := run.scan
			fresh, task, at = &x, run.afar.task, len(out)
		}
		out = append(out, heron.ScanOrder{ID: run.scan.ID, Stop: run.afar.halt, Learned: slices.Clone(run.afar.lore.learned)})
	}
	d.mu.Unlock()
	if fresh != nil {
		out[at].Task = &heron.ScanTask{
			ScanRequest: task, Known: d.core.hostsIn(task.Targets, task.Exclude, nil),
			Seconds: (maxAfar - wallClock().Sub(fresh.Started)).Seconds(),
		}
	}
	return out
}

// told takes the news of a scan: the scan as it is now, and what the audit log is told.
// A sensor speaks for its own scans alone, and a scan ends once.
func (d *discovery) told(ctx context.Context, b *heron.Batch) (*heron.Scan, []heron.AuditEntry, error) {
	n := b.Scan
	if n.State == "" { // a piece of a batch: the last one has the news
		return nil, nil, nil
	}
	x, err := d.find(ctx, n.ID)
	if err != nil && heron.ErrorCode(err) != heron.CodeNotFound {
		return nil, nil, err
	}
	if err != nil || x.Sensor == "" || x.Sensor != b.SensorID {
		d.log.Warn("news of a scan that the sensor was not given", "sensor", b.SensorID, "scan", n.ID)
		return nil, nil, nil
	}
	if x.State != heron.ScanRunning && x.State != heron.ScanInterrupted {
		return nil, nil, nil
	}
	x.ScanCounts = n.ScanCounts
	if len(n.From) > 0 {
		x.From = n.From
	}
	entries := make([]heron.AuditEntry, 0, len(n.Asked)+1)
	for i := range n.Asked {
		entries = append(entries, askedEntry(x, &n.Asked[i]))
	}
	switch n.State {
	case heron.ScanDone, heron.ScanStopped, heron.ScanFailed, heron.ScanInterrupted:
		if n.State != heron.ScanStopped || x.State == heron.ScanInterrupted || x.Error == "" {
			x.Error = n.Error // else it is why it was called off
		}
		x.State, x.Ended = n.State, n.Ended
		entries = append(entries, endEntry(x))
	}
	return x, entries, nil
}

// settled takes a scan whose news are on disk.
func (d *discovery) settled(x *heron.Scan) {
	d.remember(x)
	run := d.runs(x.ID)
	switch {
	case run == nil:
	case x.State == heron.ScanRunning:
		d.mu.Lock()
		run.scan.ScanCounts, run.scan.From = x.ScanCounts, x.From
		d.mu.Unlock()
	default:
		d.forget(run)
		d.log.Info("scan ended", "scan", x.ID, "sensor", x.Sensor, "state", x.State, "found", x.Found)
	}
}
