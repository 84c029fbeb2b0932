package action

import (
	"context"
	"log/slog"
	"slices"
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
	// Tick is how often timers are looked at; 0 is 1 s. ReadBack is how often
	// what holds is read back, and made again where it is gone; 0 is 1 min.
	Tick, ReadBack time.Duration
}

// Runner moves actions through their states. Its methods may be called from
// several goroutines; what they change, they change one after the other.
type Runner struct {
	c Config

	// mu is held through every step of an action: two changes to one network
	// must not race, and an action found running while nobody holds mu was cut
	// short.
	mu       sync.Mutex
	readBack time.Time // when what holds is to be read back next
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
	if c.ReadBack == 0 {
		c.ReadBack = time.Minute
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
