package detect_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// echo raises what an event of kind "raise" says, and clears with "clear".
func echo(id string) detect.Detector {
	return detect.Detector{
		ID: id, Title: "Echo", Severity: heron.Medium, Attack: []string{"T0000"}, Watches: detect.WatchEvent,
		Events: []string{"raise", "clear"},
		Start: func() detect.Evaluate {
			return func(_ detect.View, in *detect.Input, out func(detect.Signal)) {
				s := detect.Signal{Op: detect.Raise, Key: in.Event.Attrs["key"], Summary: in.Event.Attrs["text"], Confidence: 0.5}
				if in.Event.Kind == "clear" {
					s.Op = detect.Clear
				}
				if in.Event.Attrs["grave"] != "" {
					s.Severity, s.Confidence = heron.Critical, 0.9
				}
				out(s)
			}
		},
	}
}

// say applies an event at a time in seconds.
func say(e *detect.Engine, seconds int, kind, key, text string) {
	now := heron.Time(seconds+1) * heron.Second
	e.Apply(nil, &detect.Input{Now: now, Event: &heron.Event{Time: now, Kind: kind, Attrs: map[string]string{"key": key, "text": text}}})
}

// one drains the engine and wants one alert.
func one(t *testing.T, e *detect.Engine) heron.Alert {
	t.Helper()
	list := e.Drain()
	if len(list) != 1 {
		t.Fatalf("got %d alerts, want one: %+v", len(list), list)
	}
	return list[0]
}

func TestEngine(t *testing.T) {
	t.Parallel()
	start := func() *detect.Engine { return detect.NewEngine([]detect.Detector{echo("test.echo")}, "site") }
	t.Run("makes one alert of the same trouble", func(t *testing.T) {
		t.Parallel()
		e := start()
		say(e, 0, "raise", "a", "first")
		first := one(t, e)
		say(e, 10, "raise", "a", "second")
		say(e, 20, "raise", "a", "third")
		a := one(t, e)
		if a.ID != first.ID || a.Count != 3 || a.Summary != "third" || a.DetectedAt != first.DetectedAt || a.Last-a.First != 20*heron.Second {
			t.Errorf("got %+v", a)
		}
		if len(e.Drain()) != 0 {
			t.Error("drained twice")
		}
	})
	t.Run("tells troubles apart by key and detector", func(t *testing.T) {
		t.Parallel()
		e := detect.NewEngine([]detect.Detector{echo("test.b"), echo("test.a")}, "site")
		say(e, 0, "raise", "x", "")
		say(e, 1, "raise", "y", "")
		var got []string
		for _, a := range e.Drain() {
			got = append(got, a.Fingerprint)
		}
		if fmt.Sprint(got) != "[test.a/x test.b/x test.a/y test.b/y]" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("clears, and raises anew after", func(t *testing.T) {
		t.Parallel()
		e := start()
		say(e, 0, "raise", "a", "")
		say(e, 1, "clear", "a", "")
		say(e, 2, "clear", "never raised", "")
		closed := one(t, e)
		if closed.State != heron.AlertClosed {
			t.Errorf("got %+v", closed)
		}
		say(e, 3, "raise", "a", "")
		if again := one(t, e); again.ID == closed.ID || again.State != heron.AlertOpen || again.Count != 1 {
			t.Errorf("got %+v", again)
		}
	})
	t.Run("keeps what a person did to an alert", func(t *testing.T) {
		t.Parallel()
		e := start()
		say(e, 0, "raise", "a", "")
		a := one(t, e)
		a.State, a.Assignee, a.Version = heron.AlertAcknowledged, "anna", 7
		e.Load([]heron.Alert{a})
		say(e, 1, "raise", "a", "")
		if got := one(t, e); got.State != heron.AlertAcknowledged || got.Assignee != "anna" || got.Count != 2 {
			t.Errorf("got %+v", got)
		}
		a.State = heron.AlertClosed
		e.Load([]heron.Alert{a})
		say(e, 2, "raise", "a", "")
		if got := one(t, e); got.ID == a.ID {
			t.Error("an alert that was closed came back")
		}
	})
	t.Run("goes on with the alerts of before a restart", func(t *testing.T) {
		t.Parallel()
		e := start()
		say(e, 0, "raise", "a", "")
		a := one(t, e)
		next := start()
		next.Load([]heron.Alert{a})
		say(next, 60, "raise", "a", "")
		if got := one(t, next); got.ID != a.ID || got.Count != 2 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("takes the same trouble for news after a quiet day", func(t *testing.T) {
		t.Parallel()
		e := start()
		say(e, 0, "raise", "a", "")
		a := one(t, e)
		say(e, 86_500, "raise", "a", "")
		if got := one(t, e); got.ID == a.ID {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("gives ids that depend on the input alone", func(t *testing.T) {
		t.Parallel()
		a, b := start(), start()
		say(a, 5, "raise", "a", "")
		say(b, 5, "raise", "a", "")
		if x, y := one(t, a), one(t, b); x.ID != y.ID {
			t.Errorf("%s and %s", x.ID, y.ID)
		}
	})
	t.Run("holds ten thousand troubles at most", func(t *testing.T) {
		t.Parallel()
		e := start()
		for i := range 10_050 {
			say(e, i, "raise", fmt.Sprint(i), "")
		}
		e.Drain()
		say(e, 10_051, "raise", "0", "") // the quietest was forgotten
		say(e, 10_052, "raise", "10049", "")
		if list := e.Drain(); len(list) != 2 || list[0].Count != 2 || list[1].Count != 1 {
			t.Errorf("got %+v", list)
		}
	})
	t.Run("forgets the trouble that was quiet longest", func(t *testing.T) {
		t.Parallel()
		e := start()
		e.Load([]heron.Alert{
			{ID: "young", Fingerprint: "test.echo/young", Last: 2 * heron.Second},
			{ID: "old", Fingerprint: "test.echo/old", Last: heron.Second},
		})
		for i := range 9_998 {
			say(e, 10+i, "raise", fmt.Sprint(i), "")
		}
		say(e, 10_010, "raise", "0", "") // is news again, and 1 is quieter now
		say(e, 10_011, "raise", "more", "")
		say(e, 10_012, "raise", "young", "")
		say(e, 10_013, "raise", "and more", "")
		e.Drain()
		for key, known := range map[string]bool{"old": false, "young": true, "0": true, "1": false} {
			say(e, 10_014, "clear", key, "")
			if got := len(e.Drain()) > 0; got != known {
				t.Errorf("%s is known: %v", key, got)
			}
		}
	})
	t.Run("hands each input to those that watch for it", func(t *testing.T) {
		t.Parallel()
		counts := map[string]int{}
		count := func(id string, w detect.Watch) detect.Detector {
			return detect.Detector{ID: id, Watches: w, Start: func() detect.Evaluate {
				return func(detect.View, *detect.Input, func(detect.Signal)) { counts[id]++ }
			}}
		}
		e := detect.NewEngine([]detect.Detector{
			count("flow", detect.WatchFlow), count("event", detect.WatchEvent), count("change", detect.WatchChange), count("clock", detect.WatchClock),
		}, "site")
		for i := range 10 {
			now := heron.Time(i+1) * 500 * heron.Millisecond
			e.Apply(nil, &detect.Input{Now: now, Flow: &heron.Flow{}})
			e.Apply(nil, &detect.Input{Now: now, Event: &heron.Event{}})
			e.Apply(nil, &detect.Input{Now: now, Change: &heron.DeviceChange{}})
			e.Apply(nil, &detect.Input{Now: now})
		}
		if fmt.Sprint(counts) != "map[change:10 clock:5 event:10 flow:10]" {
			t.Errorf("got %v", counts)
		}
	})
}

func TestTable(t *testing.T) {
	t.Parallel()
	tab := detect.NewTable[string, int](8, detect.HashString, strings.Compare)
	for i := range 100 {
		*tab.Get(fmt.Sprint(i), heron.Time(i)) = i
		tab.Mark(fmt.Sprint(i))
	}
	kept := 0
	for i := range 100 {
		if tab.Find(fmt.Sprint(i)) != nil {
			kept++
		}
	}
	if kept > 8 || tab.Find("99") == nil || tab.Find("0") != nil {
		t.Errorf("kept %d, want the latest of at most 8", kept)
	}
	calls := 0
	sweep := func(now heron.Time) {
		tab.Sweep(now, func(*int) bool { return true }, func(string, *int) bool { calls++; return true })
	}
	sweep(heron.Hour)
	sweep(heron.Hour + heron.Second)
	if calls != kept || tab.Find("99") != nil {
		t.Errorf("swept %d of %d", calls, kept)
	}
}

// TestTableIsAMap does what it is told at random, beside a map.
func TestTableIsAMap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	tab, want := detect.NewTable[uint64, int](1<<20, detect.HashNumber, cmp.Compare[uint64]), map[uint64]int{}
	for i := range 20_000 {
		switch k := r.Uint64N(500); r.IntN(3) {
		case 0:
			tab.Remove(k)
			delete(want, k)
		case 1:
			*tab.Get(k, 1) = i
			want[k] = i
			tab.Mark(k)
		default:
			v := tab.Find(k)
			if w, known := want[k]; known != (v != nil) || known && *v != w {
				t.Fatalf("step %d: %d is %v, want %v %v", i, k, v, known, w)
			}
		}
	}
	got := 0
	tab.Sweep(heron.Hour, func(*int) bool { return true }, func(uint64, *int) bool { got++; return false })
	if got != len(want) {
		t.Errorf("swept %d of %d", got, len(want))
	}
}

func TestSweepOfATable(t *testing.T) {
	t.Parallel()
	tab := detect.NewTable[uint64, bool](1<<20, detect.HashNumber, cmp.Compare[uint64])
	const n = 5000
	for k := range uint64(n) {
		*tab.Get(k, 1) = true
		tab.Mark(k)
	}
	sweep := func(now heron.Time) (calls int) {
		tab.Sweep(now, func(concern *bool) bool { return *concern }, func(uint64, *bool) bool { calls++; return false })
		return calls
	}
	if got := sweep(heron.Hour); got != n {
		t.Errorf("swept %d of %d", got, n)
	}
	if got := sweep(heron.Hour + heron.Minute); got != 0 {
		t.Errorf("swept %d that nobody asked for since", got)
	}
	for k := range uint64(n) {
		*tab.Find(k) = k < 1000
	}
	for i := range 3 { // those that are of no concern are not looked at again
		if got := sweep(heron.Hour + heron.Time(2+i)*heron.Minute); got != 1000 {
			t.Errorf("swept %d, want the 1000 that are of concern", got)
		}
	}
}
