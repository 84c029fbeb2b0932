package identify_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestCodeIn_finds_the_number_of_a_model(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		" HT812 Command Shell":                 "HT812",
		" GS108T":                              "GS108T",
		" Wireless N Access Point WA901ND\"":   "WA901ND",
		"-8186/1.7":                            "8186",
		"/SPA525G2-7.6.1":                      "SPA525G2",
		" Technologies ZTC ZT230-203dpi ZPL":   "ZT230-203dpi",
		" Systems, Inc. 2E42-27R Rev 04.07.07": "2E42-27R",
		" Router 3031 Software Extended_V2.04": "Router 3031",
		" TZ 215 wireless-N":                   "TZ 215",
		" 205 Network Camera version 4.05":     "205",
		" 6865i/4.2.0.2023":                    "6865i",
		",Network Camera,P3343,5.20.3":         "P3343",
		// Versions, years, measures, standards, serial numbers and other products.
		"":                                     "",
		" IOS Software (C2600-I-M)":            "",
		" Version 5.20":                        "",
		" v2.90.00":                            "",
		" (c) 2012":                            "",
		" StrongARM / 233 Mhz (PRO 330)":       "",
		" 24-port 10Base-T hub":                "",
		" printer on 00:11:22:33:44:55":        "",
		" KEQ0817541":                          "",
		" serial A1234":                        "",
		" HTTP/1.1":                            "",
		" server compatible with an X500":      "",
		" one two three four five six X500":    "",
		" living room":                         "",
		" node1":                               "",
		" i686 GNU":                            "",
		" 192.168.1.10":                        "",
		" \xff\xfe\x00":                        "",
		" ------ ":                             "",
		" Wi-Fi 6":                             "",
		" TV 55in":                             "",
		" FWLAN/WPA2-PSK ABCDEF0123456789":     "",
		" MODEL ABCDEFGHIJKLMNOPQRSTUVWXYZ123": "",
	} {
		if got := identify.CodeIn(rest); got != want {
			t.Errorf("%q: got %q, want %q", rest, got, want)
		}
	}
}

func TestOwner_knows_the_vendor_by_its_domain(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"api.fitbit.com":       "Fitbit",
		"scalews.withings.net": "Withings",
		"www.netatmo.co.uk.":   "Netatmo",
		"fitbit":               "",
		"fitbit.example.com":   "",
		"notfitbit.com":        "",
		"www.google.com":       "",
		"s3.amazonaws.com":     "",
		"espressif.com":        "", // makes modules
		"lg.com":               "",
		"":                     "",
		"..":                   "",
	} {
		if v, ok := identify.Owner(name); v.Name != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", name, v.Name, ok, want)
		}
	}
}

// TestIdentify_names_speak_last: what a text names in passing counts where nobody
// else has an answer, and only there.
func TestIdentify_names_speak_last(t *testing.T) {
	t.Parallel()
	p, err := load("- {id: a.b, match: [{key: upnp.model_name, exists: true}], yields: {vendor: [Sonos, 4], model: ['${value}', 4]}}")
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	title := heron.Observation{Key: "http.title", Value: "Moxa NPort 5110A Console"}
	asked := heron.Observation{Key: "dns.query", Value: "api.fitbit.com"}
	name := heron.Observation{Key: "dhcp.hostname", Value: "moxa-7"}
	known := heron.Observation{Key: "upnp.model_name", Value: "One"}
	for _, c := range []struct {
		what          string
		obs           []heron.Observation
		vendor, model string
	}{
		{"a title", []heron.Observation{title}, "Moxa", "5110A"},
		{"a name asked for", []heron.Observation{asked}, "Fitbit", ""},
		{"a host name", []heron.Observation{name}, "Moxa", ""},
		{"two names of two makers", []heron.Observation{name, asked}, "", ""},
		{"a field made for it", []heron.Observation{asked, name, known}, "Sonos", "One"},
	} {
		got := id.Identify(c.obs).Identity
		for _, x := range []struct {
			claim *heron.Claim
			want  string
		}{{got.Vendor, c.vendor}, {got.Model, c.model}} {
			said := ""
			if x.claim != nil {
				said = x.claim.Value
			}
			if said != x.want {
				t.Errorf("%s: got %q, want %q", c.what, said, x.want)
			}
		}
	}
}

func FuzzCodeIn(f *testing.F) {
	f.Add(" HT812 Command Shell")
	f.Add("/SPA525G2-7.6.1\xff")
	f.Fuzz(func(t *testing.T, rest string) {
		if code := identify.CodeIn(rest); len(code) > len(rest) {
			t.Errorf("%q: %q is longer", rest, code)
		}
		identify.Owner(rest)
	})
}
