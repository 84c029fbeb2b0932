package notify_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/notify"
)

// outbox is a store in memory.
type outbox struct {
	mu     sync.Mutex
	rows   map[string]heron.Notification
	alerts map[string]heron.Alert
}

func newOutbox(a heron.Alert, receivers ...string) *outbox {
	o := &outbox{rows: map[string]heron.Notification{}, alerts: map[string]heron.Alert{a.ID: a}}
	for _, n := range notify.Rows(&a, receivers, heron.Second) {
		o.rows[n.ID] = n
	}
	return o
}

func (o *outbox) DueNotifications(_ context.Context, now heron.Time, limit int) ([]heron.Notification, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var due []heron.Notification
	for _, n := range o.rows {
		if n.State == notify.Pending && n.Next <= now && len(due) < limit {
			due = append(due, n)
		}
	}
	return due, nil
}

func (o *outbox) PutNotification(_ context.Context, n *heron.Notification) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rows[n.ID] = *n
	return nil
}

func (o *outbox) GetAlert(_ context.Context, id string) (*heron.Alert, error) {
	if a, ok := o.alerts[id]; ok {
		return &a, nil
	}
	return nil, heron.Errorf(heron.CodeNotFound, "no alert %q", id)
}

func (o *outbox) GetDevice(context.Context, string) (*heron.Device, error) {
	return nil, heron.Errorf(heron.CodeNotFound, "gone")
}

func (o *outbox) only(t *testing.T) heron.Notification {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.rows {
		return n
	}
	t.Fatal("the outbox is empty")
	return heron.Notification{}
}

// receiver answers what the test says, and keeps what it got.
type receiver struct {
	mu     sync.Mutex
	got    []notify.Message
	answer func(n int) (bool, error)
}

func (r *receiver) Send(_ context.Context, m notify.Message) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, m)
	if r.answer == nil {
		return false, nil
	}
	return r.answer(len(r.got))
}

func alert() heron.Alert {
	return heron.Alert{ID: "a", Detector: "scan.port", State: heron.AlertOpen, DeviceID: "d"}
}

// clock is a clock that the test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestDeliveredOnce(t *testing.T) {
	t.Parallel()
	o, r := newOutbox(alert(), "soc"), &receiver{}
	n := notify.NewRunner(notify.Config{Store: o, Link: func(id string) string { return "https://heron/alerts/" + id }})
	n.SetReceivers(map[string]notify.Sender{"soc": r})
	for range 3 {
		if err := n.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	row := o.only(t)
	if len(r.got) != 1 || row.State != notify.Sent || row.Tries != 1 || row.Sent == 0 {
		t.Fatalf("got %d messages, row %+v", len(r.got), row)
	}
	if m := r.got[0]; m.ID != row.ID || m.Kind != notify.KindRaised || m.Link != "https://heron/alerts/a" || m.Device != nil {
		t.Errorf("got %+v", m)
	}
}

func TestRetriedWithGrowingDelays(t *testing.T) {
	t.Parallel()
	o := newOutbox(alert(), "soc")
	r := &receiver{answer: func(int) (bool, error) { return true, errors.New("busy") }}
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	n := notify.NewRunner(notify.Config{Store: o, Now: c.Now, MaxTries: 5, Delay: time.Second, MaxDelay: 5 * time.Second})
	n.SetReceivers(map[string]notify.Sender{"soc": r})
	var last time.Duration
	for try := 1; try <= 5; try++ {
		if err := n.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		row := o.only(t)
		if row.Tries != try {
			t.Fatalf("got %d tries, want %d", row.Tries, try)
		}
		if try == 5 {
			break
		}
		wait := row.Next.Std().Sub(c.now)
		if wait < last/2 || wait > 5*time.Second*5/4 || try == 1 && wait < time.Second {
			t.Errorf("try %d: waits %s after %s", try, wait, last)
		}
		last, c.now = wait, c.now.Add(wait)
	}
	if row := o.only(t); row.State != notify.Failed || row.Error != "busy" {
		t.Errorf("after the last try: %+v", row)
	}
	c.now = c.now.Add(24 * time.Hour)
	if err := n.Deliver(t.Context()); err != nil || len(r.got) != 5 {
		t.Errorf("tried again after giving up: %d, %v", len(r.got), err)
	}
}

func TestReceiverSaysWhen(t *testing.T) {
	t.Parallel()
	o := newOutbox(alert(), "soc")
	r := &receiver{answer: func(int) (bool, error) {
		return true, notify.RetryAfterError{After: time.Hour, Err: errors.New("later")}
	}}
	c := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	n := notify.NewRunner(notify.Config{Store: o, Now: c.Now})
	n.SetReceivers(map[string]notify.Sender{"soc": r})
	if err := n.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if wait := o.only(t).Next.Std().Sub(c.now); wait < time.Hour {
		t.Errorf("waits %s, want an hour", wait)
	}
}

func TestGivenUpAtOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		receivers map[string]notify.Sender
		alert     string
	}{
		"refused":        {map[string]notify.Sender{"soc": &receiver{answer: func(int) (bool, error) { return false, errors.New("no") }}}, "a"},
		"not configured": {nil, "a"},
		"alert is gone":  {map[string]notify.Sender{"soc": &receiver{}}, "b"},
	} {
		o := newOutbox(heron.Alert{ID: c.alert}, "soc")
		o.alerts = map[string]heron.Alert{"a": alert()}
		n := notify.NewRunner(notify.Config{Store: o})
		n.SetReceivers(c.receivers)
		if err := n.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if row := o.only(t); row.State != notify.Failed || row.Error == "" {
			t.Errorf("%s: got %+v", name, row)
		}
	}
}

func TestOneSlowReceiverHoldsUpNobody(t *testing.T) {
	t.Parallel()
	o := newOutbox(alert(), "fast", "slow")
	release := make(chan struct{})
	fast := &receiver{}
	slow := &receiver{answer: func(int) (bool, error) { <-release; return false, nil }}
	n := notify.NewRunner(notify.Config{Store: o, Poll: time.Millisecond})
	n.SetReceivers(map[string]notify.Sender{"fast": fast, "slow": slow})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	deadline := time.Now().Add(5 * time.Second)
	for {
		fast.mu.Lock()
		got := len(fast.got)
		fast.mu.Unlock()
		if got == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the fast one got nothing")
		}
		time.Sleep(time.Millisecond)
	}
	close(release)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRowsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	a := alert()
	one, two := notify.Rows(&a, []string{"x", "y"}, 1), notify.Rows(&a, []string{"x", "y"}, 2)
	if one[0].ID != two[0].ID || one[0].ID == one[1].ID {
		t.Errorf("got %v and %v", one, two)
	}
	a.State = heron.AlertClosed
	if closed := notify.Rows(&a, []string{"x"}, 3); closed[0].ID == one[0].ID {
		t.Error("closing is the same delivery as raising")
	}
}

func TestTestMessage(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	n := notify.NewRunner(notify.Config{})
	n.SetReceivers(map[string]notify.Sender{"soc": r})
	if err := n.Test(t.Context(), "soc"); err != nil || len(r.got) != 1 || r.got[0].Kind != notify.KindTest {
		t.Errorf("got %+v, %v", r.got, err)
	}
	if err := n.Test(t.Context(), "nobody"); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("got %v", err)
	}
	if got := n.Receivers(); !slices.Equal(got, []string{"soc"}) {
		t.Errorf("got %v", got)
	}
}
