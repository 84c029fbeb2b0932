// Package bustest is the conformance suite of package bus: what its users rely
// on, run on the bus in process and on an outside one.
package bustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
)

// Open opens a bus of its own for one test, with some of c changed.
type Open func(t testing.TB, c bus.Config) *bus.Bus

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, open Open)
	}{
		{"batches arrive whole and in order", arriveInOrder},
		{"a batch published twice arrives once", publishedTwice},
		{"a failing batch is tried again before later ones", retriedInOrder},
		{"a batch that cannot be applied is set aside, kept and can be retried", poison},
		{"an unavailable store delays and drops nothing", unavailableStore},
		{"a consumer that stops hands its batch to the next", handOver},
		{"a silent consumer is kept alive while it works", slowConsumer},
		{"sites do not see each other's batches", sites},
		{"a large batch arrives in parts", largeBatch},
		{"counts agree end to end, run after run", countRuns},
		{"live messages reach all who listen", live},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, open)
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func batch(seq int) *heron.Batch {
	return &heron.Batch{SensorID: "s1", SiteID: "site", Epoch: "e", Seq: uint64(seq), Now: heron.Time(seq + 1)}
}

func publish(t testing.TB, b *bus.Bus, list ...*heron.Batch) {
	t.Helper()
	for _, x := range list {
		must(t, b.PublishBatch(t.Context(), x))
	}
}

// consume runs a consumer until fn says that it has seen enough.
func consume(t testing.TB, b *bus.Bus, site string, fn func(*heron.Batch) (enough bool, err error)) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errors.New("the batches did not all come"))
	defer cancel()
	enough := false
	err := b.ConsumeBatches(ctx, site, func(_ context.Context, x *heron.Batch) (err error) {
		if enough {
			t.Errorf("batch %d after the last", x.Seq)
		}
		if enough, err = fn(x); enough {
			cancel()
		}
		return err
	})
	must(t, err)
	if !enough {
		t.Fatal(context.Cause(ctx))
	}
}

// await polls until ok, for at most a minute.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("waited a minute for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func arriveInOrder(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	var want []string
	for i := range 60 {
		x := batch(i)
		x.SensorID = []string{"s1", "s2.with *strange> name", ""}[i%3]
		x.Observations = []heron.Observation{{Key: "a.b", Value: fmt.Sprint(i), Subject: heron.Subject{Port: 7}}}
		x.Events = []heron.Event{{Kind: "modbus.write", Attrs: map[string]string{"k": "v"}}}
		publish(t, b, x)
		want = append(want, fmt.Sprintf("%s %d", x.SensorID, i))
	}
	var got []string
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, fmt.Sprintf("%s %d", x.SensorID, x.Seq))
		i := len(got) - 1
		w := batch(i)
		w.SensorID = x.SensorID
		w.Observations = []heron.Observation{{Key: "a.b", Value: fmt.Sprint(i), Subject: heron.Subject{Port: 7}}}
		w.Events = []heron.Event{{Kind: "modbus.write", Attrs: map[string]string{"k": "v"}}}
		if diff := cmp.Diff(w, x, cmpopts.EquateComparable(heron.Endpoint{})); diff != "" {
			t.Errorf("batch %d (-want +got):\n%s", i, diff)
		}
		return len(got) == len(want), nil
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("order (-want +got):\n%s", diff)
	}
	await(t, "the bus to be empty", func() bool { return b.Stats(t.Context()).Waiting == 0 })
}

func publishedTwice(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	publish(t, b, batch(0), batch(0), batch(1), batch(0), batch(1), batch(2))
	var got []uint64
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, x.Seq)
		return x.Seq == 2, nil
	})
	if !slices.Equal(got, []uint64{0, 1, 2}) {
		t.Fatalf("batches %v, want 0 1 2", got)
	}
}

func retriedInOrder(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	publish(t, b, batch(0), batch(1), batch(2))
	var got []uint64
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, x.Seq)
		if x.Seq == 1 && len(got) < 4 {
			return false, errors.New("not yet")
		}
		return x.Seq == 2, nil
	})
	if !slices.Equal(got, []uint64{0, 1, 1, 1, 2}) {
		t.Fatalf("batches %v, want 0 1 1 1 2", got)
	}
}

func poison(t *testing.T, open Open) {
	b := open(t, bus.Config{MaxTries: 2})
	publish(t, b, batch(0), batch(1), batch(2))
	var got []uint64
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, x.Seq)
		if x.Seq == 1 {
			return false, errors.New("line one\nline two: cannot be")
		}
		return x.Seq == 2, nil
	})
	if !slices.Equal(got, []uint64{0, 1, 1, 2}) {
		t.Fatalf("batches %v, want 0 1 1 2", got)
	}
	aside, err := b.Aside(t.Context(), 10)
	must(t, err)
	s := b.Stats(t.Context())
	if len(aside) != 1 || !strings.Contains(aside[0].Reason, "cannot be") || s.Aside != 1 || s.Parked != 1 {
		t.Fatalf("aside %+v, stats %+v", aside, s)
	}
	n, err := b.Retry(t.Context())
	must(t, err)
	consume(t, b, "site", func(x *heron.Batch) (bool, error) { return x.Seq == 1, nil })
	if s := b.Stats(t.Context()); n != 1 || s.Parked != 0 {
		t.Fatalf("%d retried, stats %+v", n, s)
	}
}

func unavailableStore(t *testing.T, open Open) {
	b := open(t, bus.Config{MaxTries: 2})
	publish(t, b, batch(0), batch(1))
	var tries int
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		if tries++; x.Seq == 0 && tries < 6 {
			return false, heron.Errorf(heron.CodeUnavailable, "database is down")
		}
		return x.Seq == 1, nil
	})
	if s := b.Stats(t.Context()); tries != 7 || s.Aside != 0 {
		t.Fatalf("%d tries, stats %+v; want 7 tries and nothing aside", tries, s)
	}
}

func handOver(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	publish(t, b, batch(0), batch(1))
	ctx, cancel := context.WithCancel(t.Context())
	must(t, b.ConsumeBatches(ctx, "site", func(ctx context.Context, _ *heron.Batch) error {
		cancel() // the process is told to stop in the middle of a batch
		return context.Cause(ctx)
	}))
	began := time.Now()
	var got []uint64
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, x.Seq)
		return x.Seq == 1, nil
	})
	if !slices.Equal(got, []uint64{0, 1}) || time.Since(began) > 8*time.Second {
		t.Fatalf("batches %v after %v, want 0 1 at once", got, time.Since(began))
	}
}

func slowConsumer(t *testing.T, open Open) {
	b := open(t, bus.Config{AckWait: time.Second})
	publish(t, b, batch(0), batch(1))
	var got []uint64
	consume(t, b, "site", func(x *heron.Batch) (bool, error) {
		got = append(got, x.Seq)
		if x.Seq == 0 {
			time.Sleep(3 * time.Second) // longer than the bus waits for a sign of life
		}
		return x.Seq == 1, nil
	})
	if s := b.Stats(t.Context()); !slices.Equal(got, []uint64{0, 1}) || s.Repeated != 0 || s.Stalls != 0 {
		t.Fatalf("batches %v, stats %+v; want each once", got, s)
	}
}

func sites(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	for i := range 10 {
		x := batch(i)
		x.SiteID = []string{"north", "north.east"}[i%2]
		publish(t, b, x)
	}
	var wg sync.WaitGroup
	for i, site := range []string{"north", "north.east"} {
		wg.Go(func() {
			n := 0
			consume(t, b, site, func(x *heron.Batch) (bool, error) {
				if x.SiteID != site || int(x.Seq)%2 != i {
					t.Errorf("site %s got batch %d of site %s", site, x.Seq, x.SiteID)
				}
				n++
				return n == 5, nil
			})
		})
	}
	wg.Wait()
}

func largeBatch(t *testing.T, open Open) {
	b := open(t, bus.Config{})
	x := batch(0)
	x.Last = true
	const n = 60_000
	for i := range n {
		// Text that does not compress, so that the batch is too large for one message.
		x.Observations = append(x.Observations, heron.Observation{
			Key: "k", Value: noise(i),
		})
	}
	publish(t, b, x)
	parts, next := 0, 0
	consume(t, b, "site", func(p *heron.Batch) (bool, error) {
		if int(p.Part) != parts {
			t.Errorf("part %d came as number %d", p.Part, parts)
		}
		parts++
		for _, o := range p.Observations {
			if o.Value != x.Observations[next].Value {
				t.Fatalf("observation %d is not where it was", next)
			}
			next++
		}
		return p.Last, nil
	})
	if next != n || parts < 2 {
		t.Fatalf("%d of %d observations in %d parts", next, n, parts)
	}
}

func noise(i int) string {
	var b strings.Builder
	for j := range 12 {
		b.WriteString(heron.DeriveID(fmt.Sprint(i), fmt.Sprint(j)))
	}
	return b.String()
}

// countRuns counts end to end, often, because a stall of one consumer in some
// twenty runs was once seen with the same server.
func countRuns(t *testing.T, open Open) {
	const runs, each = 20, 100
	b := open(t, bus.Config{})
	seen := map[uint64]int{}
	for run := range runs {
		go func() {
			for i := range each {
				if err := b.PublishBatch(t.Context(), batch(run*each+i)); err != nil {
					t.Error(err)
				}
			}
		}()
		n := 0
		consume(t, b, "site", func(x *heron.Batch) (bool, error) {
			seen[x.Seq]++
			n++
			return n == each, nil
		})
	}
	for i := range runs * each {
		if seen[uint64(i)] != 1 {
			t.Errorf("batch %d came %d times", i, seen[uint64(i)])
		}
	}
	if s := b.Stats(t.Context()); s.Applied != runs*each || s.Published != runs*each {
		t.Fatalf("stats %+v, want %d published and applied", s, runs*each)
	}
}

func live(t *testing.T, open Open) {
	b := open(t, bus.Config{SiteID: "site"})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var got [2]atomic.Int64
	for i := range got {
		wg.Go(func() {
			last := int64(0)
			must(t, b.SubscribeLive(ctx, func(l heron.Live) {
				if l.Seq < 0 {
					got[i].CompareAndSwap(0, -1) // the greeting: this listener is there
					return
				}
				if l.Seq != last+1 || l.Kind != heron.LiveAlert || string(l.Data) != `{"id":"a"}` {
					t.Errorf("message %+v after %d", l, last)
				}
				last = l.Seq
				got[i].Store(last)
			}))
		})
	}
	await(t, "both listeners", func() bool {
		must(t, b.PublishLive(ctx, heron.Live{Seq: -1}))
		return got[0].Load() == -1 && got[1].Load() == -1
	})
	for i := range 1000 {
		must(t, b.PublishLive(ctx, heron.Live{Seq: int64(i + 1), Kind: heron.LiveAlert, ID: "a", Data: []byte(`{"id":"a"}`)}))
	}
	await(t, "all messages", func() bool { return got[0].Load() == 1000 && got[1].Load() == 1000 })
	cancel()
	wg.Wait()
}
