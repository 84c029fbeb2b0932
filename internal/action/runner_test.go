package action_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/action/actiontest"
)

// bench is a runner with a store in memory, an executor that fails on demand,
// and a clock that the test moves.
type bench struct {
	*action.Runner
	store *actiontest.Store
	exec  *actiontest.Faulty

	mu   sync.Mutex
	now  time.Time
	held []bool
}

func camera() heron.Device {
	return heron.Device{ID: "cam", Name: "Camera 1", Identity: heron.Identity{Type: heron.Claim{Value: "camera"}}}
}

func plc() heron.Device {
	return heron.Device{ID: "plc", Name: "Press 4", Identity: heron.Identity{Type: heron.Claim{Value: "plc"}}}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{
		store: actiontest.NewStore(camera(), plc()), exec: &actiontest.Faulty{},
		now: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC),
	}
	b.restart()
	return b
}

// restart is a new runner on the same store, as after a crash.
func (b *bench) restart() {
	b.Runner = action.NewRunner(action.Config{
		Store: b.store, Executors: []action.Executor{b.exec.Executor()},
		Now:  func() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now },
		Held: func(_ context.Context, _ string, held bool) { b.held = append(b.held, held) },
	})
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// ask requests and approves a quarantine of the camera.
func (b *bench) ask(t *testing.T) *heron.Action {
	t.Helper()
	a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "test"}, "")
	if err != nil {
		t.Fatal(err)
	}
	a, err = b.Approve(t.Context(), "bert", a.ID, "")
	if err != nil && heron.ErrorCode(err) != heron.CodeUnavailable {
		t.Fatal(err)
	}
	return a
}

func (b *bench) state(t *testing.T, id string) heron.ActionState {
	t.Helper()
	a, err := b.store.GetAction(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a.State
}

func (b *bench) tick(t *testing.T) {
	t.Helper()
	if err := b.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.ask(t)
	if a.State != heron.ActionVerified || !b.exec.On() || a.ApprovedBy != "bert" {
		t.Fatalf("got %s, on %v", a.State, b.exec.On())
	}
	if got, want := a.Expires.Sub(a.Started), action.DefaultDuration; got != want {
		t.Errorf("it holds %s, want %s", got, want)
	}
	if a, err := b.Release(t.Context(), "anna", a.ID); err != nil || a.State != heron.ActionReleased {
		t.Fatalf("release: got %+v, %v", a, err)
	}
	if b.exec.On() {
		t.Error("released but on")
	}
	want := []string{
		"action.quarantine.plan ok", "action.quarantine.approve ok", "action.quarantine.start ok",
		"action.quarantine.backup ok", "action.quarantine.do ok", "action.quarantine.verify ok", "action.quarantine.release ok",
	}
	if d := cmp.Diff(want, b.store.Audit()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]bool{true, false}, b.held); d != "" {
		t.Error(d)
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x", DryRun: true}, "")
	if err != nil || a.Plan == nil {
		t.Fatalf("got %+v, %v", a, err)
	}
	if _, err := b.Approve(t.Context(), "anna", a.ID, ""); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("approve: got %v, want a conflict", err)
	}
	if d := cmp.Diff([]string{"plan"}, b.exec.Calls()); d != "" {
		t.Error(d)
	}
}

func TestControlDeviceNeedsItsName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "plc", Operation: heron.OpQuarantine, Reason: "x"}, "")
	if err != nil || !a.Plan.Control {
		t.Fatalf("got %+v, %v", a, err)
	}
	for _, typed := range []string{"", "press", "Camera 1"} {
		if _, err := b.Approve(t.Context(), "anna", a.ID, typed); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("typed %q: got %v, want a refusal", typed, err)
		}
	}
	if b.exec.On() {
		t.Fatal("it was isolated")
	}
	if a, err = b.Approve(t.Context(), "anna", a.ID, "press 4"); err != nil || a.State != heron.ActionVerified {
		t.Errorf("got %+v, %v", a, err)
	}
	if !slices.Contains(b.store.Audit(), "action.quarantine.approve denied") {
		t.Errorf("the refusals are not in the audit log: %v", b.store.Audit())
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, c := range map[string]struct {
		a    heron.Action
		want heron.Code
	}{
		"no reason":      {heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine}, heron.CodeInvalid},
		"no device":      {heron.Action{DeviceID: "x", Operation: heron.OpQuarantine, Reason: "x"}, heron.CodeNotFound},
		"no operation":   {heron.Action{DeviceID: "cam", Operation: "explode", Reason: "x"}, heron.CodeInvalid},
		"no executor":    {heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Executor: "x", Reason: "x"}, heron.CodeInvalid},
		"too long":       {heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x", Params: heron.Attributes{"duration": "9999h"}}, heron.CodeInvalid},
		"no time at all": {heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x", Params: heron.Attributes{"duration": "soon"}}, heron.CodeInvalid},
		"nothing held":   {heron.Action{DeviceID: "cam", Operation: heron.OpRelease, Reason: "x"}, heron.CodeConflict},
	} {
		if _, err := b.Request(t.Context(), "anna", c.a, ""); heron.ErrorCode(err) != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	b.ask(t)
	again := heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x"}
	if _, err := b.Request(t.Context(), "anna", again, ""); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("twice: got %v, want a conflict", err)
	}
}

func TestReject(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, err := b.Request(t.Context(), "playbook", heron.Action{ID: "p1", DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.Request(t.Context(), "playbook", *a, ""); err != nil || again.Version != a.Version {
		t.Errorf("the same id again: got %+v, %v", again, err)
	}
	if a, err = b.Reject(t.Context(), "anna", a.ID); err != nil || a.State != heron.ActionRejected {
		t.Errorf("got %+v, %v", a, err)
	}
	if _, err := b.Approve(t.Context(), "anna", "p1", ""); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("approve after: got %v", err)
	}
}

func TestReleaseAsAnAction(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	q := b.ask(t)
	a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "cam", Operation: heron.OpRelease, Reason: "clean now"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if a, err = b.Approve(t.Context(), "anna", a.ID, ""); err != nil || a.State != heron.ActionReleased {
		t.Errorf("got %+v, %v", a, err)
	}
	if got := b.state(t, q.ID); got != heron.ActionReleased || b.exec.On() {
		t.Errorf("the quarantine is %s, on %v", got, b.exec.On())
	}
}

// TestFaults makes each step fail, and wants a state that tells the truth.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step  string
		times int
		want  heron.ActionState
		on    bool
	}{
		{"backup", 1, heron.ActionFailed, false},
		{"do", 1, heron.ActionRolledBack, false},
		{"verify", 1, heron.ActionRolledBack, false},
	} {
		t.Run(c.step, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.exec.Fail(c.step, c.times)
			a := b.ask(t)
			if a.State != c.want || b.exec.On() != c.on || a.Error == "" {
				t.Errorf("got %s, on %v, error %q; want %s, %v", a.State, b.exec.On(), a.Error, c.want, c.on)
			}
		})
	}
}

func TestWhatCannotBeUndoneIsUnknownAndTriedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.exec.Fail("do", 1)
	b.exec.Fail("undo", 2)
	a := b.ask(t)
	if a.State != heron.ActionUnknown || !b.exec.On() {
		t.Fatalf("got %s, on %v; want unknown and on", a.State, b.exec.On())
	}
	b.tick(t) // the second failure
	if got := b.state(t, a.ID); got != heron.ActionUnknown {
		t.Errorf("got %s", got)
	}
	b.pass(2 * time.Minute)
	b.tick(t)
	if got := b.state(t, a.ID); got != heron.ActionRolledBack || b.exec.On() {
		t.Errorf("got %s, on %v; want rolled back", got, b.exec.On())
	}
}

func TestReleaseThatFailsAtFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.ask(t)
	b.tick(t)
	b.exec.Fail("undo", 1)
	if _, err := b.Release(t.Context(), "anna", a.ID); heron.ErrorCode(err) != heron.CodeUnavailable {
		t.Fatalf("got %v, want to be told", err)
	}
	if got := b.state(t, a.ID); got != heron.ActionUnknown {
		t.Errorf("got %s", got)
	}
	b.pass(2 * time.Minute)
	b.tick(t)
	if got := b.state(t, a.ID); got != heron.ActionReleased || b.exec.On() {
		t.Errorf("got %s, on %v; want released", got, b.exec.On())
	}
}

// TestCutShort stops the store at each state that is written, as a crash does,
// and wants a restart to find out what happened.
func TestCutShort(t *testing.T) {
	t.Parallel()
	crash := errors.New("power is gone")
	for _, c := range []struct {
		name string
		fail func(a *heron.Action) bool
		want heron.ActionState
		on   bool
	}{
		{"before it is approved", func(a *heron.Action) bool { return a.State == heron.ActionApproved }, heron.ActionProposed, false},
		{"before it starts", func(a *heron.Action) bool { return a.State == heron.ActionRunning }, heron.ActionFailed, false},
		{"before it is done", func(a *heron.Action) bool { return len(a.Steps) == 2 }, heron.ActionRolledBack, false},
		{"after it is done", func(a *heron.Action) bool { return len(a.Steps) == 3 }, heron.ActionVerified, true},
		{"after it is verified", func(a *heron.Action) bool { return a.State == heron.ActionVerified }, heron.ActionVerified, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x"}, "")
			if err != nil {
				t.Fatal(err)
			}
			b.store.FailPut(func(a *heron.Action) error {
				if c.fail(a) {
					return crash
				}
				return nil
			})
			if _, err := b.Approve(t.Context(), "anna", a.ID, ""); !errors.Is(err, crash) {
				t.Fatalf("approve: got %v, want the crash", err)
			}
			b.store.FailPut(nil)
			b.restart()
			b.tick(t)
			if got := b.state(t, a.ID); got != c.want || b.exec.On() != c.on {
				t.Errorf("got %s, on %v; want %s, %v", got, b.exec.On(), c.want, c.on)
			}
		})
	}
}

func TestNothingIsSentBeforeItIsStored(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, err := b.Request(t.Context(), "anna", heron.Action{DeviceID: "cam", Operation: heron.OpQuarantine, Reason: "x"}, "")
	if err != nil {
		t.Fatal(err)
	}
	b.store.FailPut(func(*heron.Action) error { return errors.New("disk full") })
	if _, err := b.Approve(t.Context(), "anna", a.ID, ""); err == nil {
		t.Error("approved with a full disk")
	}
	if calls := b.exec.Calls(); slices.Contains(calls, "do") {
		t.Errorf("got %v", calls)
	}
}

func TestTimers(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.ask(t)
	b.pass(59 * time.Minute)
	b.tick(t)
	if got := b.state(t, a.ID); got != heron.ActionVerified {
		t.Fatalf("before its time: got %s", got)
	}
	b.pass(2 * time.Minute)
	b.tick(t)
	if got := b.state(t, a.ID); got != heron.ActionExpired || b.exec.On() {
		t.Errorf("after its time: got %s, on %v", got, b.exec.On())
	}
}

func TestWhatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.ask(t)
	b.exec.Set(false) // somebody flushed the rules, or the machine restarted
	b.restart()
	b.tick(t)
	if got := b.state(t, a.ID); got != heron.ActionVerified || !b.exec.On() {
		t.Errorf("got %s, on %v", got, b.exec.On())
	}
	if audit := strings.Join(b.store.Audit(), " "); !strings.Contains(audit, "action.quarantine.keep ok") {
		t.Errorf("the audit log does not tell: %s", audit)
	}
}

func TestKeepingQuietWritesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ask(t)
	before := len(b.store.Audit())
	for range 10 {
		b.pass(2 * time.Minute)
		b.tick(t)
	}
	if got := len(b.store.Audit()); got != before {
		t.Errorf("%d more entries", got-before)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it goes on")
	}
}
