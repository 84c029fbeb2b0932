package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// scanRun is one scan at work.
type scanRun struct {
	scan    heron.Scan
	scanner *probe.Scanner
	area    probe.Area
	stop    context.CancelCauseFunc
	ledger  ledger
}

// start begins a scan: that it does, whom it asks and within what limits is on disk
// before anything is sent.
func (d *discovery) start(ctx context.Context, by, reason string, r heron.ScanRequest) (*heron.Scan, error) {
	if d.refuse != "" {
		return nil, heron.Errorf(heron.CodeUnsupported, "%s", d.refuse)
	}
	if _, err := os.Stat(d.stopFile); err == nil {
		return nil, heron.Errorf(heron.CodeUnavailable, "%s: remove %s to let scans run", heron.ErrorMessage(errStopFile), d.stopFile)
	}
	o, err := d.options(r)
	if err != nil {
		return nil, err
	}
	s, area, err := newScan(o, scanHooks{device: d.core.deviceAt})
	if err != nil {
		return nil, err
	}
	r.Profile = o.Profile
	run := &scanRun{scanner: s, area: area, scan: heron.Scan{
		ID: heron.NewID(), ScanRequest: r, Reason: reason, By: by, State: heron.ScanRunning, Started: wallClock(), From: ownAddresses(),
	}}
	work, stop := context.WithCancelCause(d.life)
	run.stop = stop
	if err := d.enlist(run); err != nil {
		stop(nil)
		return nil, err
	}
	if err := d.announce(ctx, run, &o); err != nil {
		stop(nil)
		d.forget(run)
		return nil, err
	}
	d.remember(&run.scan)
	d.group.Go(func() error { d.work(work, run); return nil })
	return d.get(run), nil
}

// remember notes what a scan sends, so that it is not taken for trouble.
func (d *discovery) remember(x *heron.Scan) {
	never, err := parseExclusions(slices.Concat(d.conf.Exclude, x.Exclude))
	if err != nil {
		d.log.Warn("who a scan left alone cannot be read", "scan", x.ID, "error", err)
		return
	}
	d.core.ours.note(x, never.networks)
}

// enlist takes a scan among those that run, when they are not too many.
func (d *discovery) enlist(run *scanRun) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.running); n >= maxRunning {
		return heron.Errorf(heron.CodeConflict, "%d scans are running; wait for one to end, or stop it", n)
	}
	d.running = append(d.running, run)
	return nil
}

func (d *discovery) forget(run *scanRun) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running = slices.DeleteFunc(d.running, func(x *scanRun) bool { return x == run })
}

// announce records that a scan begins, as it is planned.
func (d *discovery) announce(ctx context.Context, run *scanRun, o *ScanOptions) error {
	public, err := o.asksPublic()
	if err != nil {
		return err
	}
	limits := run.scanner.Limits()
	err = d.store.AppendAudit(ctx, &heron.AuditEntry{
		Time: run.scan.Started, Actor: run.scan.By, Action: "scan.begin", Object: run.scan.ID, Outcome: "ok",
		Detail: heron.Attributes{
			"targets": strings.Join(o.Targets, " "), "exclude": strings.Join(o.Exclude, " "), "profile": o.Profile, "reason": run.scan.Reason,
			"hosts": strconv.Itoa(len(run.area.Hosts)), "packets_per_second": strconv.Itoa(limits.Packets),
			"packets_per_second_host": strconv.Itoa(limits.HostPackets), "packets_per_second_control": strconv.Itoa(limits.ControlPackets),
			"connections": strconv.Itoa(limits.Connections), "connections_host": strconv.Itoa(limits.HostConnections),
			"snmp_public": strconv.FormatBool(public), "hosts_only": strconv.FormatBool(o.HostsOnly),
		},
	})
	if err != nil {
		return err
	}
	return d.store.PutScan(ctx, &run.scan)
}

// saveEvery is how often how far a scan is goes to disk, in reports of its progress.
const saveEvery = 10

// work does a scan: what is answered goes into the inventory at once, and what a host
// was asked into the audit log as soon as that is all.
func (d *discovery) work(ctx context.Context, run *scanRun) {
	keep := context.WithoutCancel(ctx) // what was sent is told, also of a scan that was stopped
	var failure error
	reports := 0
	progress := func(probe.Progress) {
		d.write(keep, run, run.ledger.take(false))
		if reports++; reports%saveEvery == 0 {
			d.save(keep, d.get(run))
		}
	}
	err := runScan(ctx, run.scanner, run.area, d.stopFile, progress, func(x probe.Answer) {
		run.ledger.add(&x)
		if failure != nil || len(x.Observations) == 0 {
			return
		}
		if failure = d.core.heard(ctx, x.Observations); failure != nil {
			run.stop(failure)
		}
	})
	d.write(keep, run, run.ledger.take(true))
	state, why := heron.ScanDone, error(nil)
	switch {
	case failure != nil && d.life.Err() == nil:
		state, why = heron.ScanFailed, failure
	case err != nil && ctx.Err() == nil && !errors.Is(err, errStopFile):
		state, why = heron.ScanFailed, err
	case err != nil:
		state, why = heron.ScanStopped, err
	}
	d.finish(keep, run, state, why)
	run.stop(nil)
}

// finish records how a scan ended. It runs for whoever asks until all is written.
func (d *discovery) finish(ctx context.Context, run *scanRun, state heron.ScanState, why error) {
	x := d.get(run)
	x.State, x.Ended = state, wallClock()
	if why != nil {
		x.Error = heron.ErrorMessage(why)
	}
	d.remember(x)
	d.auditEnd(ctx, x)
	d.save(ctx, x)
	d.forget(run)
	d.log.Info("scan ended", "scan", x.ID, "state", x.State, "found", x.Found)
}

// auditEnd tells the audit log how a scan ended, and what it sent in all.
func (d *discovery) auditEnd(ctx context.Context, x *heron.Scan) {
	e := heron.AuditEntry{
		Time: x.Ended, Actor: x.By, Action: "scan.end", Object: x.ID, Outcome: "ok",
		Detail: heron.Attributes{
			"state": string(x.State), "found": strconv.FormatInt(x.Found, 10), "questions": strconv.FormatInt(x.Questions, 10),
			"connections": strconv.FormatInt(x.Connections, 10), "packets": strconv.FormatInt(x.Packets, 10),
		},
	}
	if x.Error != "" {
		e.Outcome, e.Detail["error"] = "error", x.Error
	}
	if err := d.store.AppendAudit(ctx, &e); err != nil {
		d.log.Error("audit of a scan", "scan", x.ID, "error", err)
	}
}

func (d *discovery) save(ctx context.Context, x *heron.Scan) {
	if err := d.store.PutScan(ctx, x); err != nil {
		d.log.Error("record of a scan", "scan", x.ID, "error", err)
	}
}

// write puts what hosts were asked into the audit log.
func (d *discovery) write(ctx context.Context, run *scanRun, list []heron.AuditEntry) {
	for _, e := range list {
		e.Actor, e.Detail["scan"] = run.scan.By, run.scan.ID
		if err := d.store.AppendAudit(ctx, &e); err != nil {
			d.log.Error("audit of a scan", "scan", run.scan.ID, "error", err)
		}
	}
}

// recall remembers the scans that are kept, and marks those as interrupted that were running
// when the process before this one ended: what they had sent since the last entries of the audit log is not known.
func (d *discovery) recall(ctx context.Context) error {
	list, err := d.store.ListScans(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		x := &list[len(list)-1-i] // the latest last
		if x.State != heron.ScanRunning {
			d.remember(x)
			continue
		}
		x.State, x.Ended = heron.ScanInterrupted, wallClock()
		x.Error = "the server ended before the scan did"
		if err := d.store.PutScan(ctx, x); err != nil {
			return err
		}
		d.remember(x)
		d.auditEnd(ctx, x)
		d.log.Warn("a scan was interrupted", "scan", x.ID, "packets", x.Packets)
	}
	return nil
}

// get is a scan as it is now.
func (d *discovery) get(run *scanRun) *heron.Scan {
	d.mu.Lock()
	defer d.mu.Unlock()
	x, p := run.scan, run.scanner.Progress()
	x.Hosts, x.Decided, x.Found, x.Done = p.Hosts, p.Decided, p.Found, p.Done
	x.Connections, x.Questions, x.Packets = p.Connections, p.Questions, p.Packets
	x.Writes, x.Bytes = run.ledger.sent()
	return &x
}

// runs is the scan of that id while it runs, nil when none does.
func (d *discovery) runs(id string) *scanRun {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, run := range d.running {
		if run.scan.ID == id {
			return run
		}
	}
	return nil
}

// list is all scans that are known of, the latest first.
func (d *discovery) list(ctx context.Context) ([]heron.Scan, error) {
	list, err := d.store.ListScans(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if run := d.runs(list[i].ID); run != nil {
			list[i] = *d.get(run)
		}
	}
	return list, nil
}

// halt stops a scan; one that ended already stays as it is.
func (d *discovery) halt(ctx context.Context, id string) (*heron.Scan, error) {
	if run := d.runs(id); run != nil {
		run.stop(heron.Errorf(heron.CodeUnavailable, "the scan was stopped"))
		return d.get(run), nil
	}
	list, err := d.store.ListScans(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(x heron.Scan) bool { return x.ID == id })
	if i < 0 {
		return nil, heron.Errorf(heron.CodeNotFound, "no scan %.64q", id)
	}
	return &list[i], nil
}
