// Package actiontest is the suite of executors, and what tests of the runner
// need: a store in memory and an executor that fails where it is told to.
package actiontest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
)

// Subject is an executor with something to try it on.
type Subject struct {
	Executor action.Executor
	Target   action.Target
	// Changed reports whether the world is changed, found out by other means
	// than the executor's own Verify.
	Changed func(t *testing.T) bool
}

// Run runs the suite: planning changes nothing; doing twice is doing once;
// verify is true when and only when it is done; undoing restores, and undoing
// twice is undoing once.
func Run(t *testing.T, s Subject) {
	t.Helper()
	x, g, ctx := s.Executor, s.Target, t.Context()
	is := func(when string, changed bool) {
		t.Helper()
		if got := s.Changed(t); got != changed {
			t.Errorf("%s: changed is %v, want %v", when, got, changed)
		}
		if _, err := x.Verify(ctx, g); (err == nil) != changed {
			t.Errorf("%s: verify says %v", when, err)
		}
	}
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	must("available", x.Available(ctx))
	p, err := x.Plan(ctx, g)
	must("plan", err)
	if len(p.Changes) == 0 || len(p.Affects) == 0 || p.WayBack == "" {
		t.Errorf("the plan is not whole: %+v", p)
	}
	is("after plan", false)
	saved, err := x.Backup(ctx, g)
	must("backup", err)
	g.Action.Backup = saved
	is("after backup", false)
	for _, when := range []string{"do", "do again"} {
		must(when, x.Do(ctx, g))
		is("after "+when, true)
	}
	for _, when := range []string{"undo", "undo again"} {
		must(when, x.Undo(ctx, g, saved))
		is("after "+when, false)
	}
}

// Store keeps actions and the audit log in memory, and devices that tests put
// into it.
type Store struct {
	mu      sync.Mutex
	devices map[string]heron.Device
	actions map[string]heron.Action
	order   []string
	audit   []heron.AuditEntry
	// fail is called before each PutAction; its error is the store's.
	fail func(a *heron.Action) error
}

// NewStore returns a store that knows these devices.
func NewStore(devices ...heron.Device) *Store {
	s := &Store{devices: map[string]heron.Device{}, actions: map[string]heron.Action{}}
	for _, d := range devices {
		s.devices[d.ID] = d
	}
	return s
}

// FailPut makes PutAction return what fn does; nil mends it.
func (s *Store) FailPut(fn func(a *heron.Action) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fn
}

// GetAction implements action.Store.
func (s *Store) GetAction(_ context.Context, id string) (*heron.Action, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.actions[id]
	if !ok {
		return nil, heron.Errorf(heron.CodeNotFound, "no action %q", id)
	}
	a.Steps = slices.Clone(a.Steps)
	return &a, nil
}

// ListActions implements action.Store.
func (s *Store) ListActions(
	_ context.Context, f heron.ActionFilter, _ heron.Page,
) (heron.List[heron.Action], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var l heron.List[heron.Action]
	for _, id := range s.order {
		a := s.actions[id]
		if f.DeviceID != "" && a.DeviceID != f.DeviceID || len(f.States) > 0 && !slices.Contains(f.States, a.State) {
			continue
		}
		a.Steps = slices.Clone(a.Steps)
		l.Items = append(l.Items, a)
	}
	l.Total = len(l.Items)
	return l, nil
}

// PutAction implements action.Store.
func (s *Store) PutAction(_ context.Context, a *heron.Action, e *heron.AuditEntry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		if err := s.fail(a); err != nil {
			return err
		}
	}
	was, known := s.actions[a.ID]
	if known && a.Version != 0 && a.Version != was.Version {
		return heron.Errorf(heron.CodeConflict, "action %q changed meanwhile", a.ID)
	}
	if !known {
		s.order = append(s.order, a.ID)
	}
	a.Version = was.Version + 1
	kept := *a
	kept.Steps = slices.Clone(a.Steps)
	s.actions[a.ID] = kept
	if e != nil {
		s.audit = append(s.audit, *e)
	}
	return nil
}

// AppendAudit implements action.Store.
func (s *Store) AppendAudit(_ context.Context, e *heron.AuditEntry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.audit = append(s.audit, *e)
	return nil
}

// GetDevice implements action.Store.
func (s *Store) GetDevice(_ context.Context, id string) (*heron.Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.devices[id]
	if !ok {
		return nil, heron.Errorf(heron.CodeNotFound, "no device %q", id)
	}
	return &d, nil
}

// Audit returns what the audit log says was done, as "action outcome".
func (s *Store) Audit() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, len(s.audit))
	for i, e := range s.audit {
		out[i] = e.Action + " " + e.Outcome
	}
	return out
}

// ErrFault is what a Faulty executor fails with.
var ErrFault = errors.New("fault")

// Faulty is an executor whose only effect is a flag, and which fails at the
// steps that it is told to.
type Faulty struct {
	mu    sync.Mutex
	on    bool
	fault map[string]int
	calls []string
}

// Fail makes the next n calls of a step fail: plan, backup, do, verify, undo.
// A failed do leaves the change half made: on.
func (f *Faulty) Fail(step string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault == nil {
		f.fault = map[string]int{}
	}
	f.fault[step] = n
}

// On tells whether the change is made; Set makes it so from outside.
func (f *Faulty) On() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.on
}

// Set changes the world behind the executor's back.
func (f *Faulty) Set(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = on
}

// Calls lists the steps called so far.
func (f *Faulty) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// call notes a step and fails when told to.
func (f *Faulty) call(step string) error {
	f.calls = append(f.calls, step)
	if f.fault[step] > 0 {
		f.fault[step]--
		return ErrFault
	}
	return nil
}

// Executor is the executor itself, called "faulty".
func (f *Faulty) Executor() action.Executor {
	step := func(name string, do func() error) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		err := f.call(name)
		if do != nil {
			return errors.Join(err, do())
		}
		return err
	}
	return action.Executor{
		Name: "faulty", Operations: []heron.Operation{heron.OpQuarantine, heron.OpRelease}, Safety: action.Network,
		Available: func(context.Context) error { return nil },
		Plan: func(context.Context, action.Target) (heron.ActionPlan, error) {
			return heron.ActionPlan{Changes: []string{"flag on"}, Affects: []string{"nobody"}, WayBack: "flag off"}, step("plan", nil)
		},
		Backup: func(context.Context, action.Target) (string, error) { return "off", step("backup", nil) },
		Do: func(context.Context, action.Target) error {
			return step("do", func() error { f.on = true; return nil })
		},
		Verify: func(context.Context, action.Target) (string, error) {
			return "it is on", step("verify", func() error {
				if !f.on {
					return errors.New("it is off")
				}
				return nil
			})
		},
		Undo: func(context.Context, action.Target, string) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			if err := f.call("undo"); err != nil {
				return err
			}
			f.on = false
			return nil
		},
	}
}
