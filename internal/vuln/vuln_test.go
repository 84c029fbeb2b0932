package vuln_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/vuln"
)

func index(t testing.TB) *vuln.Index {
	t.Helper()
	x, err := vuln.New()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestStartSet(t *testing.T) {
	t.Parallel()
	x := index(t)
	kev := 0
	for _, a := range x.Search("cve-") {
		if a.KEV {
			kev++
		}
	}
	if x.Len() < 60 || kev < 45 {
		t.Errorf("%d advisories, %d of them exploited; want at least 60 and 45", x.Len(), kev)
	}
	if _, ok := x.Advisory("cve-2021-36260"); !ok {
		t.Error("look-up is not independent of case")
	}
}

func TestMatchProduct(t *testing.T) {
	t.Parallel()
	type p = vuln.Product
	const none = heron.GradeType
	tests := []struct {
		name    string
		product p
		cve     string
		want    heron.Grade
	}{
		{"build inside", p{Vendor: "Hikvision", Model: "DS-2CD2142FWD-I", Firmware: "V5.4.0 build 160530"}, "CVE-2017-7921", heron.GradeRange},
		{"build above", p{Vendor: "Hikvision", Model: "DS-2CD2142FWD-I", Firmware: "V5.4.5 build 170124"}, "CVE-2017-7921", none},
		{"build below", p{Vendor: "Hikvision", Model: "DS-2CD2142FWD-I", Firmware: "V5.2.5 build 141201"}, "CVE-2017-7921", none},
		{"bound without build", p{Vendor: "HIKVISION", Model: "DS-2CD2142FWD-I", Firmware: "5.4.4"}, "CVE-2017-7921", heron.GradeProbable},
		{"no range in the record", p{Vendor: "Hikvision", Model: "DS-2CD2432F-I(W)", Firmware: "V5.3.0"}, "CVE-2017-7921", heron.GradeModel},
		{"product word before", p{Vendor: "MikroTik", Model: "RB750Gr3", Firmware: "RouterOS 6.41.2"}, "CVE-2018-7445", heron.GradeRange},
		{"fixed", p{Vendor: "MikroTik", Model: "RB750Gr3", Firmware: "RouterOS 6.41.3"}, "CVE-2018-7445", none},
		{"version unknown", p{Vendor: "MikroTik", Model: "RB750Gr3"}, "CVE-2018-7445", heron.GradeModel},
		{"exact", p{Vendor: "NETGEAR", Model: "WNDR3700v3", Firmware: "V1.0.0.40_1.0.32"}, "CVE-2017-5521", heron.GradeExact},
		{"other hardware", p{Vendor: "NETGEAR", Model: "WNDR3700v4", Firmware: "V1.0.0.40_1.0.32"}, "CVE-2017-5521", none},
		{"patch in parentheses", p{Vendor: "Zyxel", Model: "NAS326", Firmware: "V5.21(AAZF.16)C0"}, "CVE-2024-29973", heron.GradeRange},
		{"patch fixed", p{Vendor: "Zyxel", Model: "NAS326", Firmware: "V5.21(AAZF.17)C0"}, "CVE-2024-29973", none},
		{"model code is metadata", p{Vendor: "ZyXEL", Model: "USG310", Firmware: "V4.64(AAPJ.0)"}, "CVE-2021-35029", heron.GradeRange},
		{"below the start", p{Vendor: "ZyXEL", Model: "USG310", Firmware: "V4.33(AAPJ.0)"}, "CVE-2021-35029", none},
		{"numbers, not text", p{Vendor: "Schneider Electric", Model: "BMXP342020 Modicon M340", Firmware: "v2.9"}, "CVE-2018-7857", heron.GradeRange},
		{"3.10 is after 3.01", p{Vendor: "Schneider Electric", Model: "BMXP342020 Modicon M340", Firmware: "v3.10"}, "CVE-2018-7857", none},
		{"family prefix", p{Vendor: "WAGO", Model: "750-880/025-000", Firmware: "FW09"}, "CVE-2021-34581", heron.GradeRange},
		{"above the family's range", p{Vendor: "WAGO", Model: "750-880/025-000", Firmware: "FW16"}, "CVE-2021-34581", none},
		{"letter inside", p{Vendor: "GE Grid Solutions", Model: "MU320E", Firmware: "v04A00.0"}, "CVE-2021-27452", heron.GradeRange},
		{"letter inside, fixed", p{Vendor: "GE Grid Solutions", Model: "MU320E", Firmware: "v04A00.1"}, "CVE-2021-27452", none},
		{"number and letter", p{Vendor: "HP", Model: "J9V82A (PageWide Pro 577dw)", Firmware: "1707A"}, "CVE-2017-2741", heron.GradeRange},
		{"inclusive end", p{Vendor: "BD", Model: "Alaris GS", Firmware: "2.3.6"}, "CVE-2018-14786", heron.GradeRange},
		{"date in the version", p{Vendor: "PAX", Model: "A920", Firmware: "PayDroid 11.1.50_20230614"}, "CVE-2023-42133", heron.GradeRange},
		{"banner", p{Vendor: "lighttpd", Model: "httpd", Firmware: "1.4.35", Service: "http"}, "CVE-2018-19052", heron.GradeProbable},
		{"alias of the maker", p{Vendor: "Allen-Bradley", Model: "1756-L71", Firmware: "20.11"}, "CVE-2021-22681", heron.GradeModel},
		{"another maker's product", p{Vendor: "Axis", Model: "DS-2CD2142FWD-I", Firmware: "5.4.0"}, "CVE-2017-7921", none},
		{"word of another model", p{Vendor: "D-Link", Model: "DNS-3200", Firmware: "1.0"}, "CVE-2020-25506", none},
	}
	x := index(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, reason := none, ""
			for _, f := range x.MatchProduct(tt.product) {
				if f.CVE == tt.cve {
					got, reason = f.Grade, f.Reason
				}
			}
			if got != tt.want {
				t.Errorf("%s for %+v = %s (%s), want %s", tt.cve, tt.product, got, reason, tt.want)
			}
			if got != none && reason == "" {
				t.Error("a match without a reason")
			}
		})
	}
}

func TestMatchDevice(t *testing.T) {
	t.Parallel()
	claim := func(s string) *heron.Claim { return &heron.Claim{Value: s, Confidence: 0.9} }
	d := &heron.Device{
		ID:       "d1",
		Identity: heron.Identity{Vendor: claim("D-Link"), Model: claim("DNS-320L")},
		Services: []heron.Service{{Port: 80, Protocol: "http", Product: "lighttpd", Version: "1.4.28"}},
	}
	got := map[string]heron.Vulnerability{}
	for _, v := range index(t).Match(d) {
		got[v.CVE] = v
	}
	if v := got["CVE-2024-3273"]; v.Grade != heron.GradeModel || !v.KEV || v.DeviceID != "d1" || v.State != heron.VulnOpen {
		t.Errorf("the device's own: %+v", v)
	}
	if v := got["CVE-2018-19052"]; v.Grade != heron.GradeProbable {
		t.Errorf("its web server's: %+v", v)
	}
	if got["CVE-2024-3273"].ID == got["CVE-2024-3272"].ID {
		t.Error("two vulnerabilities share an id")
	}
}

func TestParseRefusesWhatCouldMatchTooMuch(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown key":  "- cve: CVE-2020-1\n  titel: x\n",
		"no range":     "- cve: CVE-2020-1\n  title: x\n  cvss: 5\n  affected: [{vendor: A, models: [B]}]\n",
		"no vendor":    "- cve: CVE-2020-1\n  title: x\n  cvss: 5\n  affected: [{models: [B], all: true}]\n",
		"not a number": "- cve: CVE-2020-1\n  title: x\n  cvss: 5\n  affected: [{vendor: A, models: [B], to: none}]\n",
	} {
		if _, err := vuln.Parse([]byte(text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func FuzzMatchProduct(f *testing.F) {
	x := index(f)
	f.Add("Hikvision", "DS-2CD2142FWD-I", "V5.4.0 build 160530")
	f.Fuzz(func(t *testing.T, vendor, model, firmware string) {
		for _, g := range x.MatchProduct(vuln.Product{Vendor: vendor, Model: model, Firmware: firmware}) {
			if g.Grade == heron.GradeType || g.Reason == "" {
				t.Fatalf("%q %q %q: %+v", vendor, model, firmware, g)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("- cve: CVE-2020-1\n  title: x\n  cvss: 5\n  affected: [{vendor: A, models: [B], all: true}]\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		if list, err := vuln.Parse(b); err == nil {
			vuln.NewIndex(list)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	x := index(b)
	p := vuln.Product{Vendor: "Zyxel", Model: "NAS326", Firmware: "V5.21(AAZF.16)C0"}
	b.ReportAllocs()
	for b.Loop() {
		x.MatchProduct(p)
	}
}
