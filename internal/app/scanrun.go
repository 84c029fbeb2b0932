package app

import (
	"context"
	"errors"
	"net/netip"
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
	afar    *afar // of a scan that a sensor makes; nil of one that this process makes
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
	plan, err := d.prepare(r)
	if err != nil {
		return nil, err
	}
	run := &scanRun{scanner: plan.scanner, area: plan.area, scan: heron.Scan{
		ID: heron.NewID(), ScanRequest: plan.request, Reason: reason, By: by, State: heron.ScanRunning, Started: wallClock(),
		From: plan.from, Offset: plan.offset,
	}}
	if r.Sensor != "" {
		run.afar = &afar{task: plan.options.task(), since: run.scan.Started}
		run.stop = func(why error) { d.callOff(run, why) }
		return d.launch(ctx, run, &plan.options, func() { d.order(run) })
	}
	work, stop := context.WithCancelCause(d.life)
	run.stop = stop
	x, err := d.launch(ctx, run, &plan.options, func() {
		d.group.Go(func() error { d.work(work, run); return nil })
	})
	if err != nil {
		stop(nil)
	}
	return x, err
}

// prepared is a scan that could begin.
type prepared struct {
	request heron.ScanRequest // as it will be kept
	options ScanOptions
	scanner *probe.Scanner
	area    probe.Area
	from    []string // addresses of who will ask
	offset  float64  // of its clock, in seconds
}

// prepare makes a request a scan within what is configured, here and where it is made.
func (d *discovery) prepare(r heron.ScanRequest) (*prepared, error) {
	x := &prepared{request: r, from: ownAddresses()}
	hooks := scanHooks{device: d.core.deviceAt}
	if r.Sensor != "" {
		health, err := d.scanner(r.Sensor)
		if err != nil {
			return nil, err
		}
		h := health.Scanner
		if x.request, err = narrow(r, h, d.conf.Profile); err != nil {
			return nil, err
		}
		x.from, x.offset, hooks.links = h.From, health.ClockOffset, append([]netip.Prefix{}, h.Links...)
	}
	var err error
	if x.options, err = d.options(x.request); err != nil {
		return nil, err
	}
	x.request.Profile = x.options.Profile
	x.scanner, x.area, err = newScan(x.options, hooks)
	return x, err
}

// launch begins a scan by what begins it, when it may run and that is on disk.
func (d *discovery) launch(ctx context.Context, run *scanRun, o *ScanOptions, begin func()) (*heron.Scan, error) {
	if err := d.enlist(run); err != nil {
		return nil, err
	}
	if err := d.announce(ctx, run, o); err != nil {
		d.forget(run)
		return nil, err
	}
	d.remember(&run.scan)
	begin()
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

// enlist takes a scan among those that run, when they are not too many and none asks the
// same hosts from elsewhere: two that stand apart cannot take turns.
func (d *discovery) enlist(run *scanRun) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n := len(d.running); n >= maxRunning {
		return heron.Errorf(heron.CodeConflict, "%d scans are running; wait for one to end, or stop it", n)
	}
	targets := prefixesIn(run.scan.Targets)
	for _, other := range d.running {
		if other.scan.Sensor != run.scan.Sensor && overlap(targets, prefixesIn(other.scan.Targets)) {
			return heron.Errorf(heron.CodeConflict,
				"the scan %s asks some of these hosts from elsewhere, and none stands two at once; wait for its end, or stop it", other.scan.ID)
		}
	}
	d.running = append(d.running, run)
	return nil
}

// forget takes a scan off those that run, and reports whether it was one.
func (d *discovery) forget(run *scanRun) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.running)
	d.running = slices.DeleteFunc(d.running, func(x *scanRun) bool { return x == run })
	return len(d.running) < n
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
		Detail: from(&run.scan, heron.Attributes{
			"targets": strings.Join(o.Targets, " "), "exclude": strings.Join(o.Exclude, " "), "profile": o.Profile, "reason": run.scan.Reason,
			"hosts": strconv.Itoa(len(run.area.Hosts)), "packets_per_second": strconv.Itoa(limits.Packets),
			"packets_per_second_host": strconv.Itoa(limits.HostPackets), "packets_per_second_control": strconv.Itoa(limits.ControlPackets),
			"connections": strconv.Itoa(limits.Connections), "connections_host": strconv.Itoa(limits.HostConnections),
			"snmp_public": strconv.FormatBool(public), "hosts_only": strconv.FormatBool(o.HostsOnly),
		}),
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

// from adds to what the audit log is told of a scan which sensor makes it.
func from(x *heron.Scan, a heron.Attributes) heron.Attributes {
	if x.Sensor != "" {
		a["sensor"] = x.Sensor
	}
	return a
}

// auditEnd tells the audit log how a scan ended, and what it sent in all.
func (d *discovery) auditEnd(ctx context.Context, x *heron.Scan) {
	e := endEntry(x)
	if err := d.store.AppendAudit(ctx, &e); err != nil {
		d.log.Error("audit of a scan", "scan", x.ID, "error", err)
	}
}

func endEntry(x *heron.Scan) heron.AuditEntry {
	e := heron.AuditEntry{
		Time: wallClock(), Actor: x.By, Action: "scan.end", Object: x.ID, Outcome: "ok",
		Detail: from(x, heron.Attributes{
			"state": string(x.State), "found": strconv.FormatInt(x.Found, 10), "questions": strconv.FormatInt(x.Questions, 10),
			"connections": strconv.FormatInt(x.Connections, 10), "packets": strconv.FormatInt(x.Packets, 10),
		}),
	}
	if x.Error != "" {
		e.Outcome, e.Detail["error"] = "error", x.Error
	}
	return e
}

// askedEntry tells the audit log what a scan asked a host.
func askedEntry(x *heron.Scan, a *heron.ScanAsked) heron.AuditEntry {
	return heron.AuditEntry{
		Time: wallClock(), Actor: x.By, Action: "scan.probe", Object: a.Host, Outcome: "ok",
		Detail: from(x, heron.Attributes{
			"scan": x.ID, "at": a.At.String(), "asked": a.Asked, "writes": strconv.Itoa(a.Writes), "bytes_sent": strconv.Itoa(a.Bytes),
		}),
	}
}

func (d *discovery) save(ctx context.Context, x *heron.Scan) {
	if err := d.store.PutScan(ctx, x); err != nil {
		d.log.Error("record of a scan", "scan", x.ID, "error", err)
	}
}

// write puts what hosts were asked into the audit log.
func (d *discovery) write(ctx context.Context, run *scanRun, list []heron.ScanAsked) {
	for i := range list {
		e := askedEntry(&run.scan, &list[i])
		if err := d.store.AppendAudit(ctx, &e); err != nil {
			d.log.Error("audit of a scan", "scan", run.scan.ID, "error", err)
		}
	}
}

// recall remembers the scans that are kept, and marks those as interrupted that were running
// when the process before this one ended: what they had sent since the last entries of the audit log is not known.
// Those of sensors went on.
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
		why := "the server ended before the scan did"
		if x.Sensor != "" {
			err := d.resume(x)
			if err == nil {
				continue
			}
			why = heron.ErrorMessage(err)
		}
		x.State, x.Ended, x.Error = heron.ScanInterrupted, wallClock(), why
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
	x := run.scan
	if run.afar == nil {
		x.ScanCounts = countsOf(run.scanner, &run.ledger)
	}
	return &x
}

// countsOf is how far a scan of this process is.
func countsOf(s *probe.Scanner, l *ledger) heron.ScanCounts {
	p := s.Progress()
	c := heron.ScanCounts{
		Hosts: p.Hosts, Decided: p.Decided, Found: p.Found, Done: p.Done,
		Connections: p.Connections, Questions: p.Questions, Packets: p.Packets,
	}
	c.Writes, c.Bytes = l.sent()
	return c
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
	return d.find(ctx, id)
}

// find is a scan as it is now.
func (d *discovery) find(ctx context.Context, id string) (*heron.Scan, error) {
	if run := d.runs(id); run != nil {
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
