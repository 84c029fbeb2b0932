package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/store"
)

func liveTests() []test {
	return []test{
		{"live stream has no gap under many writers", liveRace},
		{"outbox hands out each message until published", outbox},
		{"trimmed live stream tells readers to start afresh", liveTrim},
		{"overview counts and says what needs a person", overview},
	}
}

func liveRace(t *testing.T, s *suite, _ func(testing.TB) string) {
	const writers, each = 4, 25
	other := reopen(t, s)
	done := make(chan struct{})
	var wg, reader sync.WaitGroup
	reader.Go(func() { // must never see a number and later one before it
		var last int64
		for finished := false; ; {
			msgs, _, err := s.LiveSince(t.Context(), last, 1000)
			if err != nil {
				t.Error(err)
				return
			}
			for _, m := range msgs {
				if m.Seq != last+1 {
					t.Errorf("message %d came after %d", m.Seq, last)
				}
				last = m.Seq
			}
			if finished {
				return
			}
			select {
			case <-done:
				finished = true // one more look at what came last
			default:
			}
		}
	})
	for w := range writers {
		db := []*suite{s, other}[w%2]
		wg.Go(func() {
			for i := range each {
				l := heron.Live{Kind: heron.LiveStats, ID: fmt.Sprint(w), Data: json.RawMessage(fmt.Sprint(i))}
				if err := db.AddLive(t.Context(), &l); err != nil || l.Seq == 0 {
					t.Error(l.Seq, err)
				}
			}
		})
	}
	wg.Wait()
	close(done)
	reader.Wait()
	checkLive(t, s)
	if seq, _ := s.LiveSeq(t.Context()); seq != writers*each {
		t.Fatalf("%d messages, want %d", seq, writers*each)
	}
}

func outbox(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 5)
	select {
	case <-s.Committed():
	default:
		t.Fatal("no hint after a commit with live messages")
	}
	first, err := s.Outbox(t.Context(), 3)
	must(t, err)
	again, err := s.Outbox(t.Context(), 3)
	must(t, err)
	if len(first) != 3 || len(again) != 3 || again[0].Seq != first[0].Seq {
		t.Fatalf("outbox gave %d, then %d messages from %d; want the same 3 until published", len(first), len(again), again[0].Seq)
	}
	must(t, s.MarkPublished(t.Context(), first[2].Seq))
	must(t, s.MarkPublished(t.Context(), first[0].Seq)) // late word from a slow publisher
	rest, err := s.Outbox(t.Context(), 10)
	must(t, err)
	if len(rest) != 2 || rest[0].Seq != 4 {
		t.Fatalf("outbox then gave %d messages from %d, want 2 from 4", len(rest), rest[0].Seq)
	}
	var d heron.Device
	must(t, json.Unmarshal(rest[0].Data, &d))
	if rest[0].Kind != heron.LiveDevice || d.ID != rest[0].ID || d.Version != 1 || rest[0].Time != Start {
		t.Fatalf("message %+v", rest[0])
	}
}

func liveTrim(t *testing.T, s *suite, _ func(testing.TB) string) {
	for i := range 130 { // the suite keeps 100
		must(t, s.AddLive(t.Context(), &heron.Live{Kind: heron.LiveStats, Data: json.RawMessage(fmt.Sprint(i))}))
	}
	_, err := s.Retain(t.Context(), Start, store.Policy{})
	must(t, err)
	if _, oldest, err := s.LiveSince(t.Context(), 0, 1); oldest != 1 || err != nil {
		t.Fatalf("oldest %d, %v; want 1: nothing was published yet", oldest, err)
	}
	must(t, s.MarkPublished(t.Context(), 130))
	removed, err := s.Retain(t.Context(), Start, store.Policy{})
	must(t, err)
	msgs, oldest, err := s.LiveSince(t.Context(), 5, 1000)
	must(t, err)
	if removed.Live != 30 || oldest != 31 || len(msgs) != 100 || msgs[0].Seq != 31 {
		t.Fatalf("%d removed, oldest %d, %d messages; want 30, 31, 100", removed.Live, oldest, len(msgs))
	}
}

func overview(t *testing.T, s *suite, _ func(testing.TB) string) {
	zoo(t, s)
	a := alert(4) // critical
	a.DeviceID = "cam"
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a, alert(0)}})
	must(t, s.PutSensor(t.Context(), &heron.Sensor{ID: "dead", Name: "Attic", State: "offline", LastSeen: Start}))
	must(t, s.PutAction(t.Context(), &heron.Action{ID: "p", DeviceID: "cam", Operation: heron.OpQuarantine, State: heron.ActionProposed}, nil))
	o, err := s.Overview(t.Context(), Start)
	must(t, err)
	if o.Devices != 3 || o.DevicesNew != 1 || o.Unknown != 0 || o.Alerts["critical"] != 1 || o.Alerts["info"] != 1 {
		t.Fatalf("overview %+v", o)
	}
	if len(o.ByCategory) != 3 || o.ByZone[0] != (heron.Facet{Value: "z-ot", Count: 2}) || len(o.Sensors) != 2 {
		t.Fatalf("overview %+v", o)
	}
	var kinds []string
	for _, n := range o.Needs {
		kinds = append(kinds, n.Kind+" "+n.ID)
	}
	if fmt.Sprint(kinds) != "[alert al-04 action p sensor dead device cam]" {
		t.Fatalf("needs %v", kinds)
	}
}
