package action

import (
	"context"
	"slices"
	"time"

	"github.com/heron-iot/heron"
)

// System is the actor of what timers do.
const System = "system"

// Run first settles what the last end cut short, then keeps the timers until
// ctx ends: it ends quarantines in time, tries again what could not be undone,
// and reads back what holds.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(r.c.Tick)
	defer tick.Stop()
	for {
		if err := r.Tick(ctx); err != nil && ctx.Err() == nil {
			r.c.Log.Error("action timers", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Tick does once what Run does again and again.
func (r *Runner) Tick(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	readBack := !r.c.Now().Before(r.readBack)
	for page := (heron.Page{Limit: 100}); ; {
		l, err := r.c.Store.ListActions(ctx, heron.ActionFilter{States: []heron.ActionState{
			heron.ActionApproved, heron.ActionRunning, heron.ActionVerified, heron.ActionUnknown,
		}}, page)
		if err != nil {
			return err
		}
		for i := range l.Items {
			if err := r.settle(ctx, &l.Items[i], readBack); err != nil {
				r.c.Log.Error("settle action", "action", l.Items[i].ID, "error", err)
			}
		}
		if page.Cursor = l.Next; page.Cursor == "" {
			break
		}
	}
	if readBack {
		r.readBack = r.c.Now().Add(r.c.ReadBack)
	}
	return nil
}

// settle moves one action on. mu is held, so that one that is approved or
// running here was cut short.
func (r *Runner) settle(ctx context.Context, a *heron.Action, readBack bool) error {
	if a.Operation == heron.OpRelease {
		return r.settleRelease(ctx, a)
	}
	x, err := r.executor(a)
	if err != nil {
		return err
	}
	due := a.Expires != 0 && a.Expires <= r.now()
	switch a.State {
	case heron.ActionApproved:
		a.State, a.Ended, a.Error = heron.ActionFailed, r.now(), "the server stopped before it began; nothing was changed"
		return r.put(ctx, System, a, "abandon", nil)
	case heron.ActionRunning:
		return r.recover(ctx, x, a)
	case heron.ActionUnknown:
		if !readBack {
			return nil
		}
		return r.undo(ctx, System, a, endOf(a, due), "retry")
	case heron.ActionVerified:
		if due {
			return r.undo(ctx, System, a, heron.ActionExpired, "expire")
		}
		if readBack {
			return r.keep(ctx, x, a)
		}
	}
	return nil
}

// endOf is the state of an action that could not be undone at first: one that
// had come to hold was being released.
func endOf(a *heron.Action, due bool) heron.ActionState {
	held := slices.ContainsFunc(a.Steps, func(s heron.ActionStep) bool { return s.Name == "verify" && s.OK })
	switch {
	case held && due:
		return heron.ActionExpired
	case held:
		return heron.ActionReleased
	}
	return heron.ActionRolledBack
}

// recover settles an action that was cut short: what the read-back shows is
// what happened.
func (r *Runner) recover(ctx context.Context, x *Executor, a *heron.Action) error {
	a.State = heron.ActionUnknown
	if err := r.put(ctx, System, a, "read_back", nil); err != nil {
		return err
	}
	if err := r.step(ctx, a, "verify", x.Verify); err != nil {
		a.Error = "cut short; " + heron.ErrorMessage(err)
		return r.undo(ctx, System, a, heron.ActionRolledBack, "rollback")
	}
	a.State = heron.ActionVerified
	if err := r.put(ctx, System, a, "verify", nil); err != nil {
		return err
	}
	r.held(ctx, a, true)
	return nil
}

// keep reads back what holds, and makes it again where it is gone: the machine
// restarted, or somebody flushed the rules.
func (r *Runner) keep(ctx context.Context, x *Executor, a *heron.Action) error {
	before := len(a.Steps)
	if err := r.step(ctx, a, "verify", x.Verify); err == nil {
		a.Steps = a.Steps[:before] // still as it was: nothing to write down
		return nil
	}
	r.c.Log.Warn("quarantine is gone, making it again", "action", a.ID, "device", a.DeviceID)
	err := r.step(ctx, a, "do", func(ctx context.Context, t Target) (string, error) { return "made again", x.Do(ctx, t) })
	if err == nil {
		err = r.step(ctx, a, "verify", x.Verify)
	}
	a.Error = ""
	if err != nil {
		a.Error = "not enforced: " + heron.ErrorMessage(err)
	}
	a.Steps = trim(a.Steps)
	return r.put(ctx, System, a, "keep", err)
}

// maxSteps bounds what a quarantine that cannot be kept writes down.
const maxSteps = 100

// trim drops the oldest steps after the first few, which tell how it began.
func trim(steps []heron.ActionStep) []heron.ActionStep {
	const first = 5
	if over := len(steps) - maxSteps; over > 0 {
		steps = append(steps[:first:first], steps[first+over:]...)
	}
	return steps
}

// settleRelease ends a release that was cut short: asking for it again is safe.
func (r *Runner) settleRelease(ctx context.Context, a *heron.Action) error {
	return r.runRelease(ctx, System, a)
}
