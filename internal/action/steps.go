package action

import (
	"context"
	"errors"
	"fmt"

	"github.com/heron-iot/heron"
)

// run takes an approved action through backup, do and verify. Each state is
// durable before the step that it announces; the error is the store's alone.
func (r *Runner) run(ctx context.Context, actor string, a *heron.Action) error {
	x, err := r.executor(a)
	if err != nil {
		return err
	}
	hold, err := duration(a)
	if err != nil {
		return err
	}
	a.State, a.Started = heron.ActionRunning, r.now()
	a.Expires = a.Started.Add(hold)
	if err := r.put(ctx, actor, a, "start", nil); err != nil {
		return err
	}
	if err := r.step(ctx, a, "backup", func(ctx context.Context, t Target) (string, error) {
		saved, err := x.Backup(ctx, t)
		a.Backup = saved
		return "", err
	}); err != nil {
		a.State, a.Ended, a.Error = heron.ActionFailed, r.now(), heron.ErrorMessage(err)
		return r.put(ctx, actor, a, "backup", err)
	}
	if err := r.put(ctx, actor, a, "backup", nil); err != nil {
		return err // nothing was sent yet; Run will find it running and read back
	}
	return r.change(ctx, actor, x, a)
}

// change does and verifies, or undoes.
func (r *Runner) change(ctx context.Context, actor string, x *Executor, a *heron.Action) error {
	name := "do"
	err := r.step(ctx, a, name, func(ctx context.Context, t Target) (string, error) { return "", x.Do(ctx, t) })
	if err == nil {
		if err := r.put(ctx, actor, a, name, nil); err != nil {
			return err
		}
		name = "verify"
		err = r.step(ctx, a, name, x.Verify)
	}
	if err != nil {
		a.Error = heron.ErrorMessage(err)
		r.audit(ctx, actor, a, name, err)
		return r.undo(ctx, actor, a, heron.ActionRolledBack, "rollback")
	}
	a.State, a.Error = heron.ActionVerified, ""
	if err := r.put(ctx, actor, a, "verify", nil); err != nil {
		return err
	}
	r.held(ctx, a, true)
	return nil
}

// undo takes the change back and ends the action in a state. When that fails
// the action is unknown, and Run tries again.
func (r *Runner) undo(ctx context.Context, actor string, a *heron.Action, end heron.ActionState, what string) error {
	x, err := r.executor(a)
	if err != nil {
		return err
	}
	err = r.step(ctx, a, "undo", func(ctx context.Context, t Target) (string, error) {
		return "", x.Undo(ctx, t, a.Backup)
	})
	if err != nil {
		a.State, a.Error = heron.ActionUnknown, heron.ErrorMessage(err)
		if err := r.put(ctx, actor, a, what, err); err != nil {
			return err
		}
		return heron.Errorf(heron.CodeUnavailable, "could not be undone yet, and will be tried again: %s", a.Error)
	}
	a.State, a.Ended = end, r.now()
	if err := r.put(ctx, actor, a, what, nil); err != nil {
		return err
	}
	r.held(ctx, a, false)
	return nil
}

// runRelease ends the quarantine that holds the device of a release.
func (r *Runner) runRelease(ctx context.Context, actor string, a *heron.Action) error {
	a.State, a.Started = heron.ActionRunning, r.now()
	if err := r.put(ctx, actor, a, "start", nil); err != nil {
		return err
	}
	held, found, err := r.holding(ctx, a.DeviceID)
	if err == nil && found {
		err = r.release(ctx, actor, &held)
	}
	a.State, a.Ended = heron.ActionReleased, r.now()
	if err != nil {
		a.State, a.Error = heron.ActionFailed, heron.ErrorMessage(err)
	}
	return r.put(ctx, actor, a, "release", err)
}

// step runs one function of an executor in its time, and writes it down. A
// panic of an executor is an error like another: the way back must be taken.
func (r *Runner) step(
	ctx context.Context, a *heron.Action, name string, do func(context.Context, Target) (string, error),
) (err error) {
	d, err := r.c.Store.GetDevice(ctx, a.DeviceID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.c.StepTimeout, errors.New(name+" took too long"))
	defer cancel()
	var text string
	func() {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%s of %s panicked: %v", name, a.Executor, p)
			}
		}()
		text, err = do(ctx, Target{Action: *a, Device: *d})
	}()
	s := heron.ActionStep{Name: name, Time: r.now(), OK: err == nil, Text: text}
	if err != nil {
		s.Error = heron.ErrorMessage(err)
		r.c.Log.Error("action step", "action", a.ID, "step", name, "error", err)
	}
	a.Steps = append(a.Steps, s)
	return err
}

func (r *Runner) held(ctx context.Context, a *heron.Action, held bool) {
	if r.c.Held != nil {
		r.c.Held(ctx, a.DeviceID, held)
	}
}

// put makes an action durable with the audit entry of what came of it.
func (r *Runner) put(ctx context.Context, actor string, a *heron.Action, what string, failure error) error {
	e := r.entry(actor, a, what, failure)
	if err := r.c.Store.PutAction(ctx, a, e); err != nil {
		return fmt.Errorf("store action %s: %w", a.ID, err)
	}
	return nil
}

// audit writes down what changed no action.
func (r *Runner) audit(ctx context.Context, actor string, a *heron.Action, what string, failure error) {
	if err := r.c.Store.AppendAudit(ctx, r.entry(actor, a, what, failure)); err != nil {
		r.c.Log.Error("append audit entry", "action", a.ID, "error", err)
	}
}

func (r *Runner) entry(actor string, a *heron.Action, what string, failure error) *heron.AuditEntry {
	e := &heron.AuditEntry{
		Time: r.now(), Actor: actor, Action: "action." + string(a.Operation) + "." + what, Object: a.ID, Outcome: "ok",
		Detail: heron.Attributes{"device": a.DeviceID, "executor": a.Executor, "state": string(a.State), "reason": a.Reason},
	}
	if a.Expires != 0 {
		e.Detail["expires"] = a.Expires.String()
	}
	if failure != nil {
		e.Outcome, e.Detail["error"] = "failed", heron.ErrorMessage(failure)
		if heron.ErrorCode(failure) == heron.CodeInvalid {
			e.Outcome = "denied"
		}
	}
	return e
}
