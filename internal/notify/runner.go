package notify

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/heron-iot/heron"
)

// States of a heron.Notification.
const (
	Pending = "pending"
	Sent    = "sent"
	Failed  = "failed" // given up; a person should look
)

// Kinds of message.
const (
	KindRaised = "alert.raised"
	KindClosed = "alert.closed"
	KindTest   = "test"
)

// Store is the outbox, and what a message is made of.
type Store interface {
	DueNotifications(ctx context.Context, now heron.Time, limit int) ([]heron.Notification, error)
	PutNotification(ctx context.Context, n *heron.Notification) error
	GetAlert(ctx context.Context, id string) (*heron.Alert, error)
	GetDevice(ctx context.Context, id string) (*heron.Device, error)
}

// Config is what a Runner is made of. The zero value of each optional field is
// its default.
type Config struct {
	Store Store
	// Link returns the address of the page about an alert; may be nil.
	Link func(alertID string) string
	// MaxTries is how often a delivery is tried before it is given up; 0 is 12,
	// which with the default delays is most of a day.
	MaxTries int
	// Delay is the wait after the first failure, doubled after each more up to
	// MaxDelay, with a quarter of jitter; 0 is 5 s, and 4 h.
	Delay, MaxDelay time.Duration
	// Timeout bounds one attempt; 0 is 15 s.
	Timeout time.Duration
	// Poll is how often the outbox is looked at; 0 is 1 s.
	Poll time.Duration
	Now  func() time.Time // nil is the clock on the wall
	Log  *slog.Logger     // nil discards
}

// RetryAfterError is a failure whose receiver said how long to leave it alone.
type RetryAfterError struct {
	After time.Duration
	Err   error
}

func (e RetryAfterError) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e RetryAfterError) Unwrap() error { return e.Err }

// Runner delivers what is due.
type Runner struct {
	c Config

	mu        sync.Mutex
	receivers map[string]Sender
}

// NewRunner returns a Runner without receivers; SetReceivers gives it some.
func NewRunner(c Config) *Runner {
	return &Runner{c: c.withDefaults()}
}

func (c Config) withDefaults() Config {
	if c.MaxTries == 0 {
		c.MaxTries = 12
	}
	if c.Delay == 0 {
		c.Delay = 5 * time.Second
	}
	if c.MaxDelay == 0 {
		c.MaxDelay = 4 * time.Hour
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	if c.Poll == 0 {
		c.Poll = time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// SetReceivers replaces the receivers, by name. Rows for a receiver that is
// gone are given up when they come due.
func (r *Runner) SetReceivers(receivers map[string]Sender) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.receivers = receivers
}

func (r *Runner) receiver(name string) Sender {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.receivers[name]
}

// Receivers returns the names of the receivers, sorted.
func (r *Runner) Receivers() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.receivers))
	for n := range r.receivers {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Rows returns the outbox rows that tell each receiver of a. Their ids are
// made from the alert, its state and the receiver: telling twice is telling
// once.
func Rows(a *heron.Alert, receivers []string, now heron.Time) []heron.Notification {
	rows := make([]heron.Notification, 0, len(receivers))
	for _, name := range receivers {
		rows = append(rows, heron.Notification{
			ID:       heron.DeriveID("notification", a.ID, kindOf(a), name),
			AlertID:  a.ID,
			Receiver: name,
			State:    Pending,
			Created:  now,
			Next:     now,
		})
	}
	return rows
}

func kindOf(a *heron.Alert) string {
	if a.State == heron.AlertClosed {
		return KindClosed
	}
	return KindRaised
}

// Run delivers what is due until ctx ends.
func (r *Runner) Run(ctx context.Context) error {
	tick := time.NewTicker(r.c.Poll)
	defer tick.Stop()
	for {
		if err := r.Deliver(ctx); err != nil && ctx.Err() == nil {
			r.c.Log.Error("read outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// batch is how many deliveries are read at a time.
const batch = 100

// Deliver tries what is due now, once. Receivers are served side by side, each
// in the order of its rows; one that fails in a way that may pass is left alone
// for the rest of the round, so that it cannot hold the others up for long.
func (r *Runner) Deliver(ctx context.Context) error {
	due, err := r.c.Store.DueNotifications(ctx, heron.TimeOf(r.c.Now()), batch)
	if err != nil {
		return err
	}
	byReceiver := map[string][]*heron.Notification{}
	for i := range due {
		byReceiver[due[i].Receiver] = append(byReceiver[due[i].Receiver], &due[i])
	}
	var wg sync.WaitGroup
	for _, rows := range byReceiver {
		wg.Go(func() {
			for _, n := range rows {
				if r.deliver(ctx, n); n.State == Pending {
					return
				}
			}
		})
	}
	wg.Wait()
	return nil
}

// deliver tries one row and writes down what came of it.
func (r *Runner) deliver(ctx context.Context, n *heron.Notification) {
	retry, err := r.attempt(ctx, n)
	if ctx.Err() != nil {
		return // cut short by our own end: the row is due again at the next start
	}
	now := heron.TimeOf(r.c.Now())
	n.Tries++
	switch {
	case err == nil:
		n.State, n.Sent, n.Next, n.Error = Sent, now, 0, ""
	case !retry || n.Tries >= r.c.MaxTries:
		n.State, n.Next, n.Error = Failed, 0, err.Error()
		r.c.Log.Error("notification given up", "id", n.ID, "receiver", n.Receiver, "tries", n.Tries, "error", err)
	default:
		n.Next, n.Error = now.Add(r.delay(n.Tries, err)), err.Error()
	}
	if err := r.c.Store.PutNotification(ctx, n); err != nil {
		r.c.Log.Error("store notification", "id", n.ID, "error", err)
	}
}

func (r *Runner) attempt(ctx context.Context, n *heron.Notification) (retry bool, err error) {
	to := r.receiver(n.Receiver)
	if to == nil {
		return false, heron.Errorf(heron.CodeNotFound, "receiver %q is not configured any more", n.Receiver)
	}
	m, err := r.message(ctx, n)
	if err != nil {
		return heron.ErrorCode(err) != heron.CodeNotFound, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.c.Timeout, errors.New("receiver took too long"))
	defer cancel()
	return to.Send(ctx, m)
}

// message builds what n tells, from what the store knows now.
func (r *Runner) message(ctx context.Context, n *heron.Notification) (Message, error) {
	a, err := r.c.Store.GetAlert(ctx, n.AlertID)
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: n.ID, Kind: kindOf(a), Time: n.Created, Alert: *a}
	if r.c.Link != nil {
		m.Link = r.c.Link(a.ID)
	}
	if a.DeviceID != "" {
		d, err := r.c.Store.GetDevice(ctx, a.DeviceID)
		if err == nil {
			m.Device = d
		} else if heron.ErrorCode(err) != heron.CodeNotFound {
			return Message{}, err
		}
	}
	return m, nil
}

// Test sends a message of kind "test" to one receiver, now and once.
func (r *Runner) Test(ctx context.Context, receiver string) error {
	to := r.receiver(receiver)
	if to == nil {
		return heron.Errorf(heron.CodeNotFound, "no receiver is called %q", receiver)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.c.Timeout, errors.New("receiver took too long"))
	defer cancel()
	now := heron.TimeOf(r.c.Now())
	_, err := to.Send(ctx, Message{
		ID: heron.NewID(), Kind: KindTest, Time: now,
		Alert: heron.Alert{
			ID: "test", Detector: "test", Severity: heron.Info, First: now, Last: now, DetectedAt: now,
			Title: "Test", Summary: "Heron can reach this receiver.", State: heron.AlertOpen,
		},
	})
	return err
}

// delay is the wait before the try after the given number of failures.
func (r *Runner) delay(tries int, err error) time.Duration {
	d := r.c.Delay
	for i := 1; i < tries && d < r.c.MaxDelay; i++ {
		d *= 2
	}
	d = min(d, r.c.MaxDelay)
	d += time.Duration(rand.Int64N(int64(d)/4 + 1))
	if after, ok := errors.AsType[RetryAfterError](err); ok {
		d = max(d, min(after.After, r.c.MaxDelay))
	}
	return d
}
