package action

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// Request plans a at once and keeps it as proposed, for Approve; of a it takes
// ID (made when empty), DeviceID, Operation, Executor, Params, Reason, AlertID
// and DryRun. A dry run ends there. The same ID asked for again is the same
// action. confirm is what a person typed, and must be the device's name where
// it is not empty.
func (r *Runner) Request(ctx context.Context, actor string, a heron.Action, confirm string) (*heron.Action, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.ID != "" {
		if known, err := r.c.Store.GetAction(ctx, a.ID); heron.ErrorCode(err) != heron.CodeNotFound {
			return known, err
		}
	}
	n, t, x, err := r.proposal(ctx, actor, &a)
	if err != nil {
		return nil, err
	}
	if confirm != "" {
		if err := confirmed(t, confirm); err != nil {
			return nil, err
		}
	}
	if n.Operation == heron.OpRelease {
		err = r.planRelease(ctx, n, t)
	} else {
		err = r.plan(ctx, x, n, t)
	}
	if err != nil {
		r.audit(ctx, actor, n, "plan", err)
		return nil, err
	}
	return n, r.put(ctx, actor, n, "plan", nil)
}

// proposal is the action as it is kept, from what was asked.
func (r *Runner) proposal(
	ctx context.Context, actor string, a *heron.Action,
) (*heron.Action, *Target, *Executor, error) {
	if strings.TrimSpace(a.Reason) == "" {
		return nil, nil, nil, heron.Errorf(heron.CodeInvalid, "say why: an action needs a reason")
	}
	if _, err := duration(a); err != nil {
		return nil, nil, nil, err
	}
	d, err := r.c.Store.GetDevice(ctx, a.DeviceID)
	if err != nil {
		return nil, nil, nil, err
	}
	x, err := r.executor(a)
	if err != nil {
		return nil, nil, nil, err
	}
	n := &heron.Action{
		ID: a.ID, SiteID: d.SiteID, DeviceID: d.ID, Operation: a.Operation, Executor: x.Name,
		Params: a.Params, State: heron.ActionProposed, Reason: a.Reason, AlertID: a.AlertID, DryRun: a.DryRun,
		Steps: []heron.ActionStep{}, RequestedBy: actor, Created: r.now(),
	}
	if n.ID == "" {
		n.ID = heron.NewID()
	}
	return n, &Target{Action: *n, Device: *d}, x, nil
}

// plan asks the executor what it would do.
func (r *Runner) plan(ctx context.Context, x *Executor, n *heron.Action, t *Target) error {
	if held, found, err := r.holding(ctx, n.DeviceID); err != nil {
		return err
	} else if found {
		return heron.Errorf(heron.CodeConflict, "%s is under quarantine already, until %s; release it first",
			t.Device.Title(), held.Expires)
	}
	ctx, cancel := context.WithTimeout(ctx, r.c.StepTimeout)
	defer cancel()
	if err := x.Available(ctx); err != nil {
		return err
	}
	p, err := x.Plan(ctx, *t)
	if err != nil {
		return err
	}
	p.Control = t.Device.IsControl()
	n.Plan = &p
	n.Steps = append(n.Steps, heron.ActionStep{Name: "plan", Time: r.now(), OK: true, Text: strings.Join(p.Changes, "\n")})
	if n.DryRun {
		n.Ended = r.now()
	}
	return nil
}

// planRelease says which quarantine would end.
func (r *Runner) planRelease(ctx context.Context, n *heron.Action, t *Target) error {
	held, found, err := r.holding(ctx, n.DeviceID)
	if err != nil {
		return err
	}
	if !found {
		return heron.Errorf(heron.CodeConflict, "%s is under no quarantine", t.Device.Title())
	}
	n.Plan = &heron.ActionPlan{
		Changes: []string{"release " + t.Device.Title() + " from the quarantine of " + held.Started.String()},
		Affects: []string{t.Device.Title()},
		WayBack: "quarantine it again",
	}
	return nil
}

// holding finds the action that keeps a device isolated, or may do so.
func (r *Runner) holding(ctx context.Context, deviceID string) (held heron.Action, found bool, err error) {
	l, err := r.c.Store.ListActions(ctx, heron.ActionFilter{
		DeviceID: deviceID,
		States:   []heron.ActionState{heron.ActionRunning, heron.ActionVerified, heron.ActionUnknown},
	}, heron.Page{Limit: 100})
	if err != nil {
		return held, false, err
	}
	i := slices.IndexFunc(l.Items, func(a heron.Action) bool { return a.Operation == heron.OpQuarantine })
	if i < 0 {
		return held, false, nil
	}
	return l.Items[i], true, nil
}

// duration is how long a quarantine holds.
func duration(a *heron.Action) (time.Duration, error) {
	text := a.Params[ParamDuration]
	if text == "" {
		return DefaultDuration, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < MinDuration || d > MaxDuration {
		return 0, heron.Errorf(heron.CodeInvalid, "duration %q: want a time from %s to %s, as 1h or 30m", text, MinDuration, MaxDuration)
	}
	return d, nil
}

// confirmed checks the name that a person typed against the device's.
func confirmed(t *Target, typed string) error {
	if want := t.Device.Title(); !strings.EqualFold(strings.TrimSpace(typed), want) {
		return heron.Errorf(heron.CodeInvalid, "type the name of the device, %q, to confirm", want)
	}
	return nil
}

// Approve lets a proposed action run, and runs it. confirm is the device's
// name as a person typed it; a control device needs it. What went wrong with
// the change itself is told by the action's state, not by the error.
func (r *Runner) Approve(ctx context.Context, actor, id, confirm string) (*heron.Action, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, t, err := r.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := approvable(a); err != nil {
		return nil, err
	}
	if t.Device.IsControl() || confirm != "" {
		if err := confirmed(t, confirm); err != nil {
			r.audit(ctx, actor, a, "approve", err)
			return nil, err
		}
	}
	if _, found, err := r.holding(ctx, a.DeviceID); err != nil {
		return nil, err
	} else if found && a.Operation == heron.OpQuarantine {
		return nil, heron.Errorf(heron.CodeConflict, "%s is under quarantine already; release it first", t.Device.Title())
	}
	a.State, a.ApprovedBy = heron.ActionApproved, actor
	if err := r.put(ctx, actor, a, "approve", nil); err != nil {
		return nil, err
	}
	// From here on nobody's hanging up may leave the change half made.
	ctx = context.WithoutCancel(ctx)
	if a.Operation == heron.OpRelease {
		return a, r.runRelease(ctx, actor, a)
	}
	return a, r.run(ctx, actor, a)
}

// approvable tells why an action cannot be approved any more.
func approvable(a *heron.Action) error {
	switch {
	case a.DryRun:
		return heron.Errorf(heron.CodeConflict, "this was a dry run; ask again without it")
	case a.State != heron.ActionProposed:
		return heron.Errorf(heron.CodeConflict, "the action is %s, not proposed", a.State)
	}
	return nil
}

// Reject ends a proposed action.
func (r *Runner) Reject(ctx context.Context, actor, id string) (*heron.Action, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, err := r.c.Store.GetAction(ctx, id)
	if err != nil {
		return nil, err
	}
	if a.State != heron.ActionProposed {
		return nil, heron.Errorf(heron.CodeConflict, "the action is %s, not proposed", a.State)
	}
	a.State, a.Ended = heron.ActionRejected, r.now()
	return a, r.put(ctx, actor, a, "reject", nil)
}

// Release undoes a verified action before its time.
func (r *Runner) Release(ctx context.Context, actor, id string) (*heron.Action, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, _, err := r.load(ctx, id)
	if err != nil {
		return nil, err
	}
	return a, r.release(context.WithoutCancel(ctx), actor, a)
}

func (r *Runner) release(ctx context.Context, actor string, a *heron.Action) error {
	if a.State != heron.ActionVerified && a.State != heron.ActionUnknown {
		return heron.Errorf(heron.CodeConflict, "the action is %s: there is nothing to release", a.State)
	}
	return r.undo(ctx, actor, a, heron.ActionReleased, "release")
}

// load returns an action with its device.
func (r *Runner) load(ctx context.Context, id string) (*heron.Action, *Target, error) {
	a, err := r.c.Store.GetAction(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	d, err := r.c.Store.GetDevice(ctx, a.DeviceID)
	if err != nil {
		return nil, nil, err
	}
	return a, &Target{Action: *a, Device: *d}, nil
}
