package incident_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/incident"
)

const start = heron.Time(1_700_000_000_000_000)

// alert is an alert about a device, some minutes in.
func alert(id, device, detector string, minutes int, s heron.Severity, confidence float64) heron.Alert {
	at := start + heron.Time(minutes)*heron.Minute
	return heron.Alert{
		ID: id, DeviceID: device, Detector: detector, Severity: s, Confidence: confidence, Title: "title of " + id,
		First: at, Last: at, State: heron.AlertOpen,
	}
}

func TestGrouper(t *testing.T) {
	t.Parallel()
	t.Run("puts the alerts of one hour about one device together", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		first, _ := g.Apply(alert("a", "cam", "scan.port", 0, heron.High, 0.9))
		second, changed := g.Apply(alert("b", "cam", "arp.spoof", 50, heron.High, 0.9))
		third, _ := g.Apply(alert("c", "cam", "device.new", 100, heron.Info, 1))
		if first.ID != second.ID || second.ID != third.ID || !changed || !slices.Equal(third.Alerts, []string{"a", "b", "c"}) {
			t.Errorf("got %+v, %+v, %+v", first, second, third)
		}
		later, _ := g.Apply(alert("d", "cam", "scan.port", 161, heron.High, 0.9))
		other, _ := g.Apply(alert("e", "printer", "scan.port", 100, heron.High, 0.9))
		if later.ID == first.ID || other.ID == first.ID {
			t.Errorf("got %+v, %+v", later, other)
		}
	})
	t.Run("scores by a noisy or over detectors", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		one, _ := g.Apply(alert("a", "cam", "scan.port", 0, heron.High, 1))
		twice, _ := g.Apply(alert("b", "cam", "scan.port", 1, heron.High, 1))
		both, _ := g.Apply(alert("c", "cam", "arp.spoof", 2, heron.Critical, 1))
		want := math.Round(1000*(1-0.35*0.15)) / 10
		if one.Score != 65 || twice.Score != 65 || both.Score != want {
			t.Errorf("got %v, %v, %v, want 65, 65, %v", one.Score, twice.Score, both.Score, want)
		}
		if one.Severity != heron.High || both.Severity != heron.Critical {
			t.Errorf("got %v, %v", one.Severity, both.Severity)
		}
	})
	t.Run("is never less grave than its gravest alert", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		if got, _ := g.Apply(alert("a", "cam", "x.y", 0, heron.High, 0.3)); got.Severity != heron.High {
			t.Errorf("got %v", got.Severity)
		}
	})
	t.Run("does not change for an alert seen again", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		a := alert("a", "cam", "scan.port", 0, heron.High, 0.9)
		g.Apply(a)
		a.Last += heron.Minute
		if got, changed := g.Apply(a); changed || got.Last != a.Last {
			t.Errorf("changed %v: %+v", changed, got)
		}
	})
	t.Run("closes with its last alert, and takes false ones out of the score", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		a, b := alert("a", "cam", "scan.port", 0, heron.High, 1), alert("b", "cam", "arp.spoof", 1, heron.High, 1)
		g.Apply(a)
		g.Apply(b)
		b.State, b.Verdict = heron.AlertClosed, heron.VerdictFalse
		if got, changed := g.Apply(b); got.State != heron.AlertOpen || got.Score != 65 || !changed {
			t.Errorf("got %+v", got)
		}
		a.State = heron.AlertClosed
		if got, _ := g.Apply(a); got.State != heron.AlertClosed {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("groups by address where there is no device", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		a := alert("a", "", "scan.port", 0, heron.High, 1)
		a.Src = "203.0.113.9"
		b := alert("b", "", "x.y", 1, heron.High, 1)
		b.Src = a.Src
		first, _ := g.Apply(a)
		second, _ := g.Apply(b)
		if first.ID != second.ID || first.Title != a.Src {
			t.Errorf("got %+v, %+v", first, second)
		}
		again := incident.New("site")
		again.Load([]heron.Incident{second})
		if third, _ := again.Apply(b); third.ID != first.ID {
			t.Errorf("after loading: got %+v", third)
		}
	})
	t.Run("goes on after a restart without losing score", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		g.Apply(alert("a", "cam", "scan.port", 0, heron.High, 1))
		before, _ := g.Apply(alert("b", "cam", "arp.spoof", 1, heron.High, 1))
		next := incident.New("site")
		next.Load([]heron.Incident{before})
		if got, _ := next.Apply(alert("b", "cam", "arp.spoof", 1, heron.High, 1)); got.ID != before.ID || got.Score != before.Score {
			t.Errorf("got %+v, want %+v", got, before)
		}
	})
	t.Run("forgets the incident that was quiet longest", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		ids := map[string]string{}
		note := func(device string, minute int) (again bool) {
			in, _ := g.Apply(alert("a-"+device, device, "x.y", minute, heron.Low, 1))
			again = ids[device] == in.ID && in.First < in.Last
			ids[device] = in.ID
			return again
		}
		for i := range 10_000 {
			note(fmt.Sprint(i), i/1000)
		}
		note("0", 11)
		note("more", 12)
		if !note("0", 13) || note("1", 13) {
			t.Error("not the one that was quiet longest was forgotten")
		}
	})
	t.Run("is bounded", func(t *testing.T) {
		t.Parallel()
		g := incident.New("site")
		for i := range 10_100 {
			g.Apply(alert(fmt.Sprint(i), fmt.Sprint("d", i), "x.y", 0, heron.Low, 1))
		}
		var last heron.Incident
		for i := range 300 {
			last, _ = g.Apply(alert(fmt.Sprint("m", i), "cam", "x.y", 0, heron.Low, 1))
		}
		if len(last.Alerts) != 256 {
			t.Errorf("lists %d alerts", len(last.Alerts))
		}
	})
}
