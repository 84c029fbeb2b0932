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
		"-Elem-1A2B3C":                         "",
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

func TestLineIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Acme FlashArray":                  "FlashArray",
		"Acme BreezeMAX base station":      "BreezeMAX",
		"Acme BOBCAT":                      "BOBCAT",
		"Acme TrangoLINK, version 7":       "TrangoLINK",
		"Acme TMNet WebConfig":             "",
		"Acme Switch":                      "",
		"Acme Remote Management":           "",
		"Acme RouterOS":                    "",
		"Acme SMART signage":               "",
		"Acme EVALUATION unit":             "",
		"Acme THERMOSTAT":                  "",
		"Acme, FlashArray is at the right": "",
		"ACME ETHERNET MULTI-ENVIRONMENT":  "",
		"Acme":                             "",
	} {
		if got := identify.LineIn(text, text[len("Acme"):]); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
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

func TestThingsOwner_is_who_runs_a_cloud_for_its_own_things(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"mqtt.us.petlibro.com":             "Petlibro",
		"api-iot.somebrand.co.uk.":         "Somebrand",
		"eu-mqtt2.somebrand.io":            "Somebrand",
		"www.somebrand.com":                "", // anybody
		"api.somebrand.com":                "",
		"mqtt.com":                         "",
		"iot.us-east-1.amazonaws.com":      "", // serves others
		"mqtt.tuyaeu.com":                  "",
		"device.google.com":                "",
		"mqtt.hs2.com":                     "", // too short
		"mqtt.iot.com":                     "",
		"ota.espressif.com":                "", // makes modules
		"device-metrics-us.amazon.com":     "",
		"mqtt.192.168":                     "",
		"":                                 "",
		"..":                               "",
		"devicesomething.somebrand.com":    "",
		"x-y-z-mqtt-a-b-c-d.somebrand.com": "",
	} {
		if got := identify.ThingsOwner(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestHostCode_finds_the_number_of_a_product(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]string{
		"-RUT955":           "RUT955",
		"-hr54":             "HR54",
		"_MFC-J6710DW":      "MFC-J6710DW",
		"-HS110-1A2B3C":     "HS110",
		"":                  "",
		"-":                 "",
		"RUT955":            "",
		"-1a2b3c":           "", // the end of an address
		"-kitchen":          "",
		"-PC01":             "", // people count computers so
		"-ROOM101":          "",
		"-0123456789ABCDEF": "",
		"-E1":               "",
	} {
		if got := identify.HostCode(rest); got != want {
			t.Errorf("%q: got %q, want %q", rest, got, want)
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

func TestIdentify_who_is_named_first_owns_the_product(t *testing.T) {
	t.Parallel()
	p, err := load("- {id: a.b, match: [{key: http.title, word: [RackSwitch]}], yields: {vendor: [IBM, 5.5], type: [switch, 5]}}")
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string]string{
		"RackSwitch G8272":               "IBM",
		"Lenovo RackSwitch G8272":        "Lenovo",
		"RackSwitch G8272 run by Lenovo": "IBM",
	} {
		got := id.Identify([]heron.Observation{{Key: "http.title", Value: title}}).Identity
		if got.Vendor == nil || got.Vendor.Value != want {
			t.Errorf("%q: got %v, want %s", title, got.Vendor, want)
		}
	}
}

// TestIdentify_a_number_beside_a_signatures_word: who says his maker by the word of a
// product, and no model, is believed about the number beside it, where texts describe.
func TestIdentify_a_number_beside_a_signatures_word(t *testing.T) {
	t.Parallel()
	p, err := load(`
- {id: a.sure, match: [{key: [snmp.sysdescr, ftp.banner], word: EqualLogic}], yields: {vendor: [Dell, 5]}}
- {id: a.faint, match: [{key: snmp.sysdescr, word: Optra}], yields: {vendor: [Lexmark, 3]}}
- {id: a.full, match: [{key: snmp.sysdescr, word: QXA}], yields: {vendor: [Qumulo, 5], model: [QXA, 4]}}
`)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ key, value, want string }{
		{"snmp.sysdescr", "EqualLogic PS4100", "PS4100"},
		{"snmp.sysdescr", "EqualLogic storage", ""},
		{"snmp.sysdescr", "EqualLogic HW 77A", ""},
		{"ftp.banner", "220 EqualLogic SAN7 ready", ""},
		{"snmp.sysdescr", "Optra T610", ""},
		{"snmp.sysdescr", "QXA T610", "QXA"},
		{"snmp.sysdescr", "T610", ""},
	} {
		got := id.Identify([]heron.Observation{{Key: c.key, Value: c.value}}).Identity
		said := ""
		if got.Model != nil {
			said = got.Model.Value
		}
		if said != c.want {
			t.Errorf("%s %q: got %q, want %q", c.key, c.value, said, c.want)
		}
	}
}

func TestProductCode_is_all_of_the_text(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"HS110(EU)":          "HS110",
		"DCS-935L":           "DCS-935L",
		"F660":               "",
		"ABF660/V2.22":       "ABF660",
		"TAU-72 build 2.18":  "TAU-72",
		"TAU-72 of the hall": "",
		"KEQ0817541":         "",
		"ESP-07AEFB":         "",
		"HF-LPB100":          "",
		"SRV-01":             "",
		"PC-1234":            "",
		"BEEF5B0E":           "",
		"living-room":        "",
		"":                   "",
	} {
		if got := identify.ProductCode(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestIdentify_rules_that_speak_last: they are heard of attributes without an
// answer, of one condition or several, and weaken nothing.
func TestIdentify_rules_that_speak_last(t *testing.T) {
	t.Parallel()
	p, err := load(`
- {id: a.known, match: [{key: upnp.model_name, equals: One}], yields: {type: [tv, 4], firmware: ["1", 4]}}
- {id: a.last, match: [{key: http.title, word: Lamp}], last: true, yields: {type: [smart_bulb, 4], firmware: ["2", 4]}, examples: [{http.title: Lamp}]}
- {id: a.last-two, match: [{key: http.title, word: Fan}, {key: service.open, equals: tcp/80}], last: true, yields: {type: [fan, 4]}, examples: [{http.title: Fan, service.open: tcp/80}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	id, err := identify.NewWith(p)
	if err != nil {
		t.Fatal(err)
	}
	known, lamp := heron.Observation{Key: "upnp.model_name", Value: "One"}, heron.Observation{Key: "http.title", Value: "Lamp"}
	fan, port := heron.Observation{Key: "http.title", Value: "Fan"}, heron.Observation{Key: "service.open", Value: "tcp/80"}
	alone := id.Identify([]heron.Observation{known}).Identity
	for _, c := range []struct {
		obs  []heron.Observation
		want string
	}{
		{[]heron.Observation{lamp}, "smart_bulb"},
		{[]heron.Observation{fan, port}, "fan"},
		{[]heron.Observation{fan}, heron.Unknown},
		{[]heron.Observation{known, lamp, fan, port}, "tv"},
		{[]heron.Observation{lamp, fan, port}, heron.Unknown},
	} {
		got := id.Identify(c.obs).Identity
		if got.Type.Value != c.want {
			t.Errorf("%v: got %q, want %q", c.obs, got.Type.Value, c.want)
		}
		if c.want == "tv" && (got.Type != alone.Type || *got.Firmware != *alone.Firmware) {
			t.Errorf("%+v is weaker than %+v", got.Type, alone.Type)
		}
	}
	settles := func(obs ...heron.Observation) (claims []string) {
		for _, s := range id.Settles(obs, nil) {
			claims = append(claims, s.Claim)
		}
		return claims
	}
	if got := settles(fan); len(got) != 1 || got[0] != "fan" {
		t.Errorf("what would settle a fan: %q", got)
	}
	if got := settles(known, fan); len(got) != 0 {
		t.Errorf("what would settle a television: %q", got)
	}
	if _, err := load("- {id: a.b, match: [{key: identity.vendor, equals: Sonos}], last: true, yields: {type: [camera, 3]}}"); err == nil {
		t.Error("a rule that speaks last and waits for the vendor is accepted")
	}
}

// TestIdentify_authorities: who signs for anybody is no word of the maker; who signed
// its own is.
func TestIdentify_authorities(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	for issuer, want := range map[string]string{
		"CN=DigiCert SHA2 Secure Server CA,O=DigiCert Inc,C=US":                                      "",
		"CN=Symantec Class 3 Secure Server CA - G4,OU=Symantec Trust Network,O=Symantec Corporation": "",
		"CN=Amazon RSA 2048 M02,O=Amazon,C=US":                                                       "",
		"CN=R11,O=Let's Encrypt,C=US":                                                                "",
		"CN=Sonos Device Authentication Root CA,OU=Sonos Devices,O=Sonos\\, Inc":                     "Sonos",
		"CN=Digi Device,O=Digi International,C=US":                                                   "Digi",
	} {
		got := ""
		if v := id.Identify([]heron.Observation{{Key: "tls.cert.issuer", Value: issuer}}).Identity.Vendor; v != nil {
			got = v.Value
		}
		if got != want {
			t.Errorf("%s names %q, want %q", issuer, got, want)
		}
	}
}
