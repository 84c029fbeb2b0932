package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/store"
)

func alertTests() []test {
	return []test{
		{"alerts sort, filter and page", alertLists},
		{"what people said of an alert outlives detectors", alertHuman},
		{"a stale version of an alert is a conflict", alertConflict},
		{"only one of many writers of a version wins", alertRace},
		{"new and graver alerts are notified once", notifications},
		{"open alerts count at their device", alertCount},
		{"incidents are kept", incidents},
	}
}

func alert(i int) heron.Alert {
	return heron.Alert{
		ID: fmt.Sprintf("al-%02d", i), SiteID: "site", Detector: []string{"scan.port", "arp.spoof"}[i%2],
		Severity: heron.Severity(i % 5), Confidence: 0.5, DeviceID: fmt.Sprintf("dev-%04d", i%3), Src: fmt.Sprintf("10.0.0.%d", i),
		First: Start, Last: Start + heron.Time(i)*heron.Minute, DetectedAt: Start, Count: 1, Attack: []string{"T0846"},
		Title: "Port scan", Summary: fmt.Sprintf("Host %d scans ÄÖÜ", i), Evidence: heron.Attributes{"ports": "22,23"},
	}
}

func alertLists(t *testing.T, s *suite, _ func(testing.TB) string) {
	var list []heron.Alert
	for i := range 23 {
		list = append(list, alert(i))
	}
	s.apply(t, heron.BatchResult{Alerts: list})
	closed := alert(7)
	closed.State = heron.AlertClosed
	must(t, s.PutAlert(t.Context(), &closed))
	get := func(f heron.AlertFilter, sort string) []string {
		return ids(t, func(a *heron.Alert) string { return a.ID[3:] }, func(p heron.Page) (heron.List[heron.Alert], error) {
			return s.ListAlerts(t.Context(), f, p)
		}, heron.Page{Limit: 4, Sort: sort})
	}
	for _, tt := range []struct {
		name string
		f    heron.AlertFilter
		sort string
		want []string
	}{
		{"state", heron.AlertFilter{States: []heron.AlertState{heron.AlertClosed}}, "", []string{"07"}},
		{"severity", heron.AlertFilter{Severities: []heron.Severity{heron.Critical, heron.Info}}, "first_seen", []string{"00", "04", "05", "09", "10", "14", "15", "19", "20"}},
		{"detector and device", heron.AlertFilter{Detectors: []string{"arp.spoof"}, DeviceID: "dev-0001"}, "", []string{"19", "13", "07", "01"}},
		{"text", heron.AlertFilter{Text: "host 1 SCANS äö"}, "", []string{"01"}},
		{"address", heron.AlertFilter{Text: "10.0.0.21"}, "", []string{"21"}},
		{"from", heron.AlertFilter{From: Start + 21*heron.Minute}, "last_seen", []string{"21", "22"}},
		{"by severity", heron.AlertFilter{From: Start + 13*heron.Minute}, "-severity", []string{"19", "14", "18", "13", "22", "17", "21", "16", "20", "15"}},
	} {
		if diff := cmp.Diff(tt.want, get(tt.f, tt.sort)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	if n := len(get(heron.AlertFilter{}, "severity")); n != 23 {
		t.Fatalf("%d alerts listed, want 23", n)
	}
	open, err := s.OpenAlerts(t.Context(), "site")
	must(t, err)
	if len(open) != 22 || slices.ContainsFunc(open, func(a heron.Alert) bool { return a.ID == "al-07" }) {
		t.Fatalf("%d open alerts, want all but the closed one", len(open))
	}
	want := alert(3)
	want.State, want.Version, want.Updated = heron.AlertOpen, 1, Start
	got, err := s.GetAlert(t.Context(), "al-03")
	must(t, err)
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Fatalf("alert (-want +got):\n%s", diff)
	}
}

func alertHuman(t *testing.T, s *suite, _ func(testing.TB) string) {
	a := alert(1)
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	mine, err := s.GetAlert(t.Context(), a.ID)
	must(t, err)
	mine.State, mine.Assignee, mine.Note, mine.Verdict = heron.AlertAcknowledged, "anna", "my backup server", heron.VerdictExpected
	must(t, s.PutAlert(t.Context(), mine))
	a.Count, a.Last = 40, a.Last+heron.Hour
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	got, err := s.GetAlert(t.Context(), a.ID)
	must(t, err)
	want := *mine
	want.Count, want.Last, want.Version = 40, a.Last, 3
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Fatalf("after the detector spoke again (-want +got):\n%s", diff)
	}
	a.State = heron.AlertClosed
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	got, err = s.GetAlert(t.Context(), a.ID)
	must(t, err)
	if got.State != heron.AlertClosed || got.Note != "my backup server" {
		t.Fatalf("after the detector cleared it: state %s, note %q", got.State, got.Note)
	}
	a.State = heron.AlertOpen
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	if got, err = s.GetAlert(t.Context(), a.ID); err != nil || got.State != heron.AlertClosed {
		t.Fatalf("a detector reopened it: state %s, %v", got.State, err)
	}
}

func alertConflict(t *testing.T, s *suite, _ func(testing.TB) string) {
	a := alert(1)
	must(t, s.PutAlert(t.Context(), &a))
	first := a
	a.Note = "second"
	must(t, s.PutAlert(t.Context(), &a))
	if a.Version != 2 || a.Updated != Start {
		t.Fatalf("version %d, updated %v; want 2, %v", a.Version, a.Updated, Start)
	}
	first.Note = "too late"
	wantCode(t, s.PutAlert(t.Context(), &first), heron.CodeConflict)
	first.Version = 0
	must(t, s.PutAlert(t.Context(), &first))
	first.State = "dormant"
	wantCode(t, s.PutAlert(t.Context(), &first), heron.CodeInvalid)
	_, err := s.GetAlert(t.Context(), "none")
	wantCode(t, err, heron.CodeNotFound)
}

func alertRace(t *testing.T, s *suite, _ func(testing.TB) string) {
	a := alert(1)
	must(t, s.PutAlert(t.Context(), &a))
	var wg sync.WaitGroup
	won := make(chan struct{}, 100)
	other := reopen(t, s)
	for i := range 8 {
		db := []*suite{s, other}[i%2]
		wg.Go(func() {
			mine := a
			switch err := db.PutAlert(t.Context(), &mine); heron.ErrorCode(err) {
			case "":
				won <- struct{}{}
			case heron.CodeConflict:
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d of 8 writers of the same version won, want 1", len(won))
	}
}

func notifications(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.SetReceivers([]store.Receiver{{Name: "hook"}, {Name: "pager", MinSeverity: heron.High}})
	a := alert(2) // medium
	list := func() []string {
		l, err := s.ListNotifications(t.Context(), a.ID)
		must(t, err)
		var names []string
		for _, n := range l {
			names = append(names, n.Receiver+" "+n.State)
		}
		slices.Sort(names)
		return names
	}
	check := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, list()); diff != "" {
			t.Fatalf("%s: notifications (-want +got):\n%s", what, diff)
		}
	}
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	check("new alert", "hook pending")
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	check("seen again", "hook pending")
	due, err := s.DueNotifications(t.Context(), Start, 10)
	must(t, err)
	if len(due) != 1 || due[0].AlertID != a.ID || due[0].Created != Start {
		t.Fatalf("due: %+v", due)
	}
	due[0].Tries, due[0].Next, due[0].Error = 1, Start+heron.Minute, "refused"
	must(t, s.PutNotification(t.Context(), &due[0]))
	if again, err := s.DueNotifications(t.Context(), Start+heron.Minute-1, 10); len(again) != 0 || err != nil {
		t.Fatalf("due before its time: %+v, %v", again, err)
	}
	again, err := s.DueNotifications(t.Context(), Start+heron.Minute, 10)
	must(t, err)
	if diff := cmp.Diff(due, again); diff != "" {
		t.Fatalf("due (-want +got):\n%s", diff)
	}
	due[0].State, due[0].Sent = "sent", Start+heron.Minute
	must(t, s.PutNotification(t.Context(), &due[0]))
	a.Severity = heron.Critical
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	check("graver", "hook pending", "hook sent", "pager pending")
	a.Severity = heron.High
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a}})
	check("less grave", "hook pending", "hook sent", "pager pending")
	due[0].State = "lost"
	wantCode(t, s.PutNotification(t.Context(), &due[0]), heron.CodeInvalid)
}

func alertCount(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 3)
	check := func(want int) {
		t.Helper()
		d, err := s.GetDevice(t.Context(), "dev-0001")
		must(t, err)
		if d.OpenAlerts != want {
			t.Fatalf("device has %d open alerts, want %d", d.OpenAlerts, want)
		}
	}
	a, b := alert(1), alert(4)
	s.apply(t, heron.BatchResult{Alerts: []heron.Alert{a, b}})
	check(2)
	a.State = heron.AlertAcknowledged
	must(t, s.PutAlert(t.Context(), &a))
	check(2)
	a.State = heron.AlertSuppressed
	must(t, s.PutAlert(t.Context(), &a))
	check(1)
	d := device(1)
	d.Name, d.OpenAlerts, d.Quarantined = "renamed", 77, true
	s.apply(t, heron.BatchResult{Devices: []heron.Device{d}})
	check(1) // it is the store's number, whatever inventory thinks
	b.State = heron.AlertClosed
	must(t, s.PutAlert(t.Context(), &b))
	check(0)
	msgs, _, err := s.LiveSince(t.Context(), 0, 1000)
	must(t, err)
	if last := msgs[len(msgs)-1]; last.Kind != heron.LiveDevice || last.ID != "dev-0001" {
		t.Fatalf("last live message is %s %s, want the device with its new count", last.Kind, last.ID)
	}
}

func incidents(t *testing.T, s *suite, _ func(testing.TB) string) {
	in := heron.Incident{ID: "i1", SiteID: "site", Title: "Botnet", Severity: heron.High, Alerts: []string{"a"}, First: Start, Last: Start}
	s.apply(t, heron.BatchResult{Incidents: []heron.Incident{in, {ID: "i2", SiteID: "site", State: heron.AlertClosed, Last: Start + 1}}})
	in.Alerts = append(in.Alerts, "b")
	s.apply(t, heron.BatchResult{Incidents: []heron.Incident{in}})
	l, err := s.ListIncidents(t.Context(), heron.Page{})
	must(t, err)
	in.State, in.Version = heron.AlertOpen, 2
	if diff := cmp.Diff(in, l.Items[1], byValue...); diff != "" || l.Items[0].ID != "i2" {
		t.Fatalf("incidents (-want +got):\n%s", diff)
	}
	open, err := s.LoadIncidents(t.Context(), "site")
	must(t, err)
	if len(open) != 1 || open[0].ID != "i1" {
		t.Fatalf("open incidents: %+v", open)
	}
}
