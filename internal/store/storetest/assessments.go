package storetest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func assessmentTests() []test {
	return []test{
		{"a person's word on a vulnerability outlives assessments", vulnHuman},
		{"vulnerabilities filter and sort", vulnLists},
		{"risk history grows only when the risk moves", riskHistory},
		{"the site's risk is the mean of its devices", siteRisk},
		{"control results are replaced whole", controls},
	}
}

func vuln(cve string, cvss float64, kev bool, grade heron.Grade) heron.Vulnerability {
	return heron.Vulnerability{
		ID: "dev-0001/" + cve, DeviceID: "dev-0001", CVE: cve, Title: "hole", Grade: grade, CVSS: cvss, KEV: kev,
		State: heron.VulnOpen, First: Start, Last: Start, Reason: "version in range",
	}
}

func (s *suite) assess(t testing.TB, list ...heron.Vulnerability) {
	t.Helper()
	must(t, s.PutAssessment(t.Context(), &heron.Assessment{DeviceID: "dev-0001", Time: Start, Vulnerabilities: list}))
}

func (s *suite) vulns(t testing.TB, f heron.VulnerabilityFilter, sort string) []string {
	t.Helper()
	return ids(t, func(v *heron.Vulnerability) string { return v.CVE + " " + string(v.State) },
		func(p heron.Page) (heron.List[heron.Vulnerability], error) {
			return s.ListVulnerabilities(t.Context(), f, p)
		}, heron.Page{Limit: 2, Sort: sort})
}

func vulnHuman(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 2)
	a, b := vuln("CVE-1", 9, true, heron.GradeExact), vuln("CVE-2", 5, false, heron.GradeModel)
	s.assess(t, a, b)
	accepted, err := s.GetVulnerability(t.Context(), a.ID)
	must(t, err)
	accepted.State = heron.VulnAccepted
	must(t, s.PutVulnerability(t.Context(), accepted))
	check := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, s.vulns(t, heron.VulnerabilityFilter{}, "")); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	later := a
	later.First, later.Last, later.CVSS = Start+heron.Day, Start+heron.Day, 9.8
	s.assess(t, later, b)
	check("assessed again", "CVE-1 accepted", "CVE-2 open")
	got, err := s.GetVulnerability(t.Context(), a.ID)
	must(t, err)
	if got.First != Start || got.CVSS != 9.8 {
		t.Fatalf("first seen %v, CVSS %v; want %v, 9.8", got.First, got.CVSS, Start)
	}
	s.assess(t) // firmware updated: nothing matches
	check("all gone")
	s.assess(t, a, b)
	check("back again", "CVE-1 accepted", "CVE-2 open")
	accepted.State = heron.VulnOpen
	must(t, s.PutVulnerability(t.Context(), accepted))
	a.State = heron.VulnNotAffected // by a vendor's word, say
	s.assess(t, a, b)
	check("no longer a person's", "CVE-1 not_affected", "CVE-2 open")
	_, err = s.GetVulnerability(t.Context(), "none")
	wantCode(t, err, heron.CodeNotFound)
}

func vulnLists(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 2)
	s.assess(t, vuln("CVE-1", 5, true, heron.GradeRange), vuln("CVE-2", 9.8, false, heron.GradeFamily),
		vuln("CVE-3", 9.8, true, heron.GradeConfirmed), vuln("CVE-4", 7, false, heron.GradeExact))
	yes := true
	for _, tt := range []struct {
		f    heron.VulnerabilityFilter
		sort string
		want []string
	}{
		{heron.VulnerabilityFilter{}, "", []string{"CVE-3 open", "CVE-1 open", "CVE-2 open", "CVE-4 open"}},
		{heron.VulnerabilityFilter{}, "cve", []string{"CVE-1 open", "CVE-2 open", "CVE-3 open", "CVE-4 open"}},
		{heron.VulnerabilityFilter{}, "grade", []string{"CVE-2 open", "CVE-1 open", "CVE-4 open", "CVE-3 open"}},
		{heron.VulnerabilityFilter{KEV: &yes}, "cvss", []string{"CVE-1 open", "CVE-3 open"}},
		{heron.VulnerabilityFilter{MinGrade: heron.GradeExact}, "cve", []string{"CVE-3 open", "CVE-4 open"}},
		{heron.VulnerabilityFilter{CVE: "CVE-2", DeviceID: "dev-0001"}, "", []string{"CVE-2 open"}},
		{heron.VulnerabilityFilter{DeviceID: "dev-0000"}, "", nil},
		{heron.VulnerabilityFilter{States: []heron.VulnState{heron.VulnFixed}}, "", nil},
	} {
		if diff := cmp.Diff(tt.want, s.vulns(t, tt.f, tt.sort)); diff != "" {
			t.Errorf("%+v by %q (-want +got):\n%s", tt.f, tt.sort, diff)
		}
	}
}

// score assesses a device at a time with a risk alone.
func (s *suite) score(t testing.TB, id string, at heron.Time, score float64, reason string) {
	t.Helper()
	r := heron.RiskScore{
		RiskSummary: heron.RiskSummary{Score: score, Low: score / 2, High: 100, Level: heron.LevelOf(score)}, Cause: "device",
		Moves: []heron.RiskMove{{Code: reason}},
	}
	must(t, s.PutAssessment(t.Context(), &heron.Assessment{DeviceID: id, Time: at, Risk: r}))
}

func riskHistory(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 2)
	for i, score := range []float64{40, 40, 70.5, 70.5, 70.5, 10} {
		s.score(t, "dev-0001", Start+heron.Time(i)*heron.Minute, score, "a")
	}
	s.score(t, "dev-0001", Start+9*heron.Minute, 10, "other reasons, same score")
	scores := func(from, to heron.Time) []float64 {
		points, err := s.RiskHistory(t.Context(), "dev-0001", from, to)
		must(t, err)
		var list []float64
		for _, p := range points {
			if p.Cause != "device" || p.Low != p.Score/2 {
				t.Errorf("point %+v", p)
			}
			list = append(list, p.Score)
		}
		return list
	}
	if got := scores(0, 0); !slices.Equal(got, []float64{40, 70.5, 10}) {
		t.Fatalf("history %v, want 40, 70.5, 10", got)
	}
	if got := scores(Start+3*heron.Minute, Start+4*heron.Minute); !slices.Equal(got, []float64{70.5}) {
		t.Fatalf("history of a time without change %v, want the score that held then", got)
	}
	r, err := s.GetRisk(t.Context(), "dev-0001")
	must(t, err)
	d, err := s.GetDevice(t.Context(), "dev-0001")
	must(t, err)
	if r.Score != 10 || r.Moves[0].Code != "other reasons, same score" || d.Risk == nil || *d.Risk != r.RiskSummary {
		t.Fatalf("risk %+v, with the device %+v", r, d.Risk)
	}
	before, err := s.LiveSeq(t.Context())
	must(t, err)
	s.score(t, "dev-0001", Start+heron.Hour, 10, "other reasons, same score")
	if after, err := s.LiveSeq(t.Context()); after != before || err != nil {
		t.Fatalf("an assessment that found nothing new sent %d live messages, %v", after-before, err)
	}
	_, err = s.GetRisk(t.Context(), "dev-0000")
	wantCode(t, err, heron.CodeNotFound)
}

func siteRisk(t *testing.T, s *suite, _ func(testing.TB) string) {
	s.put(t, 3)
	s.score(t, "dev-0000", Start, 20, "")
	s.advance(10 * heron.Second)
	s.score(t, "dev-0001", Start+heron.Second, 60, "")
	s.advance(10 * heron.Second)
	s.score(t, "dev-0001", Start+20*heron.Second, 40, "")
	for i, score := range []float64{20, 0} {
		s.advance(10 * heron.Second)
		s.score(t, "dev-0001", Start+heron.Hour+heron.Time(i)*heron.Minute, score, "")
	}
	points, err := s.SiteRiskHistory(t.Context(), 0, Start+heron.Day)
	must(t, err)
	if len(points) != 3 || points[0].Score != 40 || points[1].Score != 30 || points[2].Score != 10 {
		t.Fatalf("site history %+v, want 40, at once 30, and an hour later 10 alone", points)
	}
	o, err := s.Overview(t.Context(), Start+2*heron.Hour)
	must(t, err)
	if len(o.RiskHistory) != 3 || o.Devices != 3 {
		t.Fatalf("overview: %+v", o)
	}
}

func controls(t *testing.T, s *suite, _ func(testing.TB) string) {
	put := func(list ...heron.ControlResult) {
		must(t, s.PutAssessment(t.Context(), &heron.Assessment{DeviceID: "d", Time: Start, Controls: list}))
	}
	a := heron.ControlResult{ControlID: "N01", DeviceID: "d", Status: heron.ControlPass, Evidence: []string{"a=b"}, Time: Start}
	b := heron.ControlResult{ControlID: "A05", DeviceID: "d", Status: heron.ControlUnknown, Reason: "not seen"}
	put(a, b)
	put(b, a)
	got, err := s.ListControlResults(t.Context(), "d")
	must(t, err)
	if diff := cmp.Diff([]heron.ControlResult{b, a}, got); diff != "" {
		t.Fatalf("results (-want +got):\n%s", diff)
	}
	put(a)
	if got, err = s.ListControlResults(t.Context(), "d"); len(got) != 1 || err != nil {
		t.Fatalf("%d results, %v; want 1", len(got), err)
	}
}
