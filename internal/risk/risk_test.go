package risk_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/risk"
)

const now = heron.Time(1_790_000_000_000_000)

var controlIDs = []string{"A05", "A06", "A07", "A08", "A12", "A19", "C01", "C02", "N04", "N07", "S03", "S04"}

// random makes a device's input; every fact of it is drawn.
func random(r *rand.Rand) risk.Input {
	d := &heron.Device{ID: "d", Identity: heron.Identity{Type: heron.Claim{Value: "camera"}}}
	if r.IntN(2) == 0 {
		d.Identity.Model = &heron.Claim{Value: "M", Confidence: 0.9}
	}
	for range r.IntN(15) {
		d.Services = append(d.Services, heron.Service{Transport: heron.TCP, Port: uint16(r.IntN(1000)), Protocol: "http"})
	}
	in := risk.Input{Device: d, Now: now}
	for range r.IntN(6) {
		in.Vulnerabilities = append(in.Vulnerabilities, vulnerability(r))
	}
	statuses := []heron.ControlStatus{heron.ControlPass, heron.ControlFail, heron.ControlUnknown, heron.ControlNotApplicable}
	for _, id := range controlIDs {
		in.Controls = append(in.Controls, heron.ControlResult{ControlID: id, Status: statuses[r.IntN(4)]})
	}
	for range r.IntN(3) {
		in.Alerts = append(in.Alerts, alert(r))
	}
	if r.IntN(2) == 0 {
		in.Baseline = &heron.Baseline{Maturity: r.Float64()}
	}
	return in
}

func vulnerability(r *rand.Rand) heron.Vulnerability {
	return heron.Vulnerability{
		CVE:  "CVE-2020-" + string(rune('A'+r.IntN(26))) + string(rune('A'+r.IntN(26))),
		CVSS: 10 * r.Float64(), EPSS: r.Float64(), KEV: r.IntN(5) == 0,
		Grade: heron.Grade(r.IntN(7)), State: heron.VulnOpen,
	}
}

func alert(r *rand.Rand) heron.Alert {
	return heron.Alert{
		ID: heron.DeriveID("alert", string(rune(r.IntN(1000)))), Severity: heron.Severity(r.IntN(5)),
		Confidence: r.Float64(), State: heron.AlertOpen, Last: now - heron.Time(r.IntN(100))*heron.Hour,
	}
}

func check(t *testing.T, s heron.RiskScore) {
	t.Helper()
	if s.Score < 0 || s.Score > 100 || s.Low > s.Score || s.Score > s.High {
		t.Fatalf("score %v is not within 0, %v, %v, 100", s.Score, s.Low, s.High)
	}
	if s.Coverage < 0 || s.Coverage > 1 {
		t.Fatalf("coverage %v", s.Coverage)
	}
}

func TestBadNewsNeverLowersTheScore(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		in := random(r)
		before := risk.Score(in)
		check(t, before)
		worse := in
		switch r.IntN(3) {
		case 0:
			worse.Vulnerabilities = append(append([]heron.Vulnerability{}, in.Vulnerabilities...), vulnerability(r))
		case 1:
			worse.Alerts = append(append([]heron.Alert{}, in.Alerts...), alert(r))
		case 2:
			worse.Controls = append([]heron.ControlResult{}, in.Controls...)
			i := r.IntN(len(worse.Controls))
			if worse.Controls[i].Status == heron.ControlNotApplicable {
				continue // becoming applicable changes the set, not the news
			}
			worse.Controls[i].Status = heron.ControlFail
		}
		after := risk.Score(worse)
		check(t, after)
		if after.Score < before.Score {
			t.Fatalf("bad news lowered the score from %v to %v:\n%+v\n%+v", before.Score, after.Score, in, worse)
		}
	}
}

func TestGoodNewsNeverRaisesTheScore(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		in := random(r)
		before := risk.Score(in)
		better := in
		better.Controls = append([]heron.ControlResult{}, in.Controls...)
		i := r.IntN(len(better.Controls))
		if better.Controls[i].Status == heron.ControlNotApplicable {
			continue
		}
		better.Controls[i].Status = heron.ControlPass
		if after := risk.Score(better); after.Score > before.Score {
			t.Fatalf("good news raised the score from %v to %v", before.Score, after.Score)
		}
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 1_000 {
		in := random(r)
		want := risk.Score(in)
		r.Shuffle(len(in.Controls), func(i, j int) { in.Controls[i], in.Controls[j] = in.Controls[j], in.Controls[i] })
		r.Shuffle(len(in.Vulnerabilities), func(i, j int) {
			in.Vulnerabilities[i], in.Vulnerabilities[j] = in.Vulnerabilities[j], in.Vulnerabilities[i]
		})
		got := risk.Score(in)
		if got.Score != want.Score || got.Low != want.Low || got.High != want.High {
			t.Fatalf("score %v, %v, %v after shuffling, want %v, %v, %v", got.Low, got.Score, got.High, want.Low, want.Score, want.High)
		}
	}
}

func TestSameInputSameAnswer(t *testing.T) {
	t.Parallel()
	in := random(rand.New(rand.NewPCG(7, 8)))
	if a, b := risk.Score(in), risk.Score(in); !reflect.DeepEqual(a, b) {
		t.Errorf("two answers:\n%+v\n%+v", a, b)
	}
}

func camera() *heron.Device {
	return &heron.Device{ID: "cam", Identity: heron.Identity{
		Type: heron.Claim{Value: "camera"}, Model: &heron.Claim{Value: "DS-2CD2032", Confidence: 1},
		Firmware: &heron.Claim{Value: "5.4.0", Confidence: 1},
	}}
}

func kev() heron.Vulnerability {
	return heron.Vulnerability{CVE: "CVE-2021-36260", CVSS: 9.8, EPSS: 0.97, KEV: true, Grade: heron.GradeRange, State: heron.VulnOpen, FixedIn: "5.5.82"}
}

func results(failed ...string) []heron.ControlResult {
	var out []heron.ControlResult
	for _, id := range controlIDs {
		s := heron.ControlPass
		for _, f := range failed {
			if f == id {
				s = heron.ControlFail
			}
		}
		out = append(out, heron.ControlResult{ControlID: id, Status: s})
	}
	return out
}

func TestFloorHoldsAnExploitedDeviceUp(t *testing.T) {
	t.Parallel()
	in := risk.Input{Device: camera(), Vulnerabilities: []heron.Vulnerability{kev()}, Controls: results(), Now: now}
	s := risk.Score(in)
	if s.Score != 60 || s.Level != heron.RiskHigh || len(s.Floors) != 1 {
		t.Errorf("inside a flat network: %v %s with %d floors, want 60 high with one", s.Score, s.Level, len(s.Floors))
	}
	in.Controls = results("S04")
	if s = risk.Score(in); s.Score < 80 || s.Level != heron.RiskCritical {
		t.Errorf("reachable from the Internet: %v %s, want at least 80 critical", s.Score, s.Level)
	}
}

func TestBestMoveIsTheUpgrade(t *testing.T) {
	t.Parallel()
	s := risk.Score(risk.Input{Device: camera(), Vulnerabilities: []heron.Vulnerability{kev()}, Controls: results("A05"), Now: now})
	if len(s.Moves) == 0 || s.Moves[0].Code != "upgrade" {
		t.Fatalf("moves = %+v, want the upgrade first", s.Moves)
	}
	for _, m := range s.Moves {
		if m.Code == "A05" {
			t.Error("closing Telnet is said to help while a floor holds the score up")
		}
	}
	again := risk.Score(risk.Input{Device: camera(), Controls: results("A05"), Now: now})
	if got, want := s.Moves[0].Points, s.Score-again.Score; got < want-0.11 || got > want+0.11 {
		t.Errorf("the upgrade is said to take %v away; it takes %v", got, want)
	}
}

func TestNeverAssessedIsNotLow(t *testing.T) {
	t.Parallel()
	s := risk.Score(risk.Input{Device: &heron.Device{ID: "x", Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}}, Now: now})
	if s.Coverage != 0 || s.High < 30 {
		t.Errorf("a device nobody knows: coverage %v, high %v; want 0 and at least 30", s.Coverage, s.High)
	}
}

func TestSegmentedAndPatchedIsLow(t *testing.T) {
	t.Parallel()
	s := risk.Score(risk.Input{Device: camera(), Controls: results(), Now: now, Baseline: &heron.Baseline{Maturity: 1}})
	if s.Level != heron.RiskLow || s.High-s.Low > 5 || s.Coverage < 0.9 {
		t.Errorf("a clean device: %+v", s.RiskSummary)
	}
}

func BenchmarkScore(b *testing.B) {
	in := random(rand.New(rand.NewPCG(9, 9)))
	b.ReportAllocs()
	for b.Loop() {
		risk.Score(in)
	}
}
