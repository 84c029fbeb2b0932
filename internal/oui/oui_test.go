package oui_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

func mac(t *testing.T, s string) heron.MAC {
	t.Helper()
	m, err := heron.ParseMAC(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mac, vendor string
		module      bool
		bits        int
	}{
		{"00:17:88:24:76:ff", "Philips", false, 24},
		{"94:10:3e:41:c2:05", "Belkin", false, 24},
		{"50:c7:bf:00:fc:a3", "TP-Link", false, 24},
		{"5c:cf:7f:07:ae:fb", "Espressif", true, 24},
		{"00:1a:22:05:c4:2e", "eQ-3", false, 24},
		{"00:0e:8c:ec:72:b6", "Siemens", false, 24},
		{"00:00:bc:24:47:fe", "Rockwell", false, 24},
		{"5c:aa:fd:02:92:1a", "Sonos", false, 24},
		{"00:80:f4:00:00:01", "Schneider Electric", false, 24},
		{"00:50:c2:4f:94:64", "RTDS", false, 36},
		{"00:02:31:00:00:01", "Ingersoll Rand", false, 24},
	} {
		a, ok := oui.Lookup(mac(t, c.mac))
		if !ok || a.Vendor != c.vendor || a.Module != c.module || a.Bits != c.bits {
			t.Errorf("%s: got %+v, %v; want %s, module %v, /%d", c.mac, a, ok, c.vendor, c.module, c.bits)
		}
	}
}

func TestLookup_knows_nobody(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"zero": "00:00:00:00:00:00", "broadcast": "ff:ff:ff:ff:ff:ff", "multicast": "01:00:5e:00:00:fb",
		"locally administered": "02:17:88:24:76:ff", "never assigned": "fc:ff:ff:00:00:01",
	} {
		if a, ok := oui.Lookup(mac(t, s)); ok {
			t.Errorf("%s address %s: got %+v", name, s, a)
		}
	}
}

func TestLookup_prefers_the_longest_prefix(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	// 70:b3:d5 is a block that the IEEE gives out in 36-bit parts.
	for i := range 16 {
		for _, first := range []string{"70:b3:d5", "8c:1f:64", "c4:93:00", "0c:fe:5d", "38:b8:eb"} {
			m := mac(t, first+":00:00:00")
			m[3], m[4] = byte(i<<4), byte(i<<4)
			if a, ok := oui.Lookup(m); ok {
				seen[a.Bits] = true
			}
		}
	}
	if !seen[36] || !seen[28] {
		t.Errorf("lengths found: %v; want 28 and 36 among them", seen)
	}
}

func TestLookup_does_not_allocate(t *testing.T) {
	m := mac(t, "00:17:88:24:76:ff")
	oui.Lookup(m)
	if n := testing.AllocsPerRun(100, func() { oui.Lookup(m) }); n != 0 {
		t.Errorf("%v allocations a look-up", n)
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Signify Netherlands B.V.":          "Philips",
		"Royal Philips Electronics":         "Philips",
		"Belkin International Inc.":         "Belkin",
		"TP-LINK TECHNOLOGIES CO.,LTD.":     "TP-Link",
		"Hewlett Packard Enterprise":        "HPE",
		"SCHNEIDER ELECTRIC":                "Schneider Electric",
		"Rockwell Automation/Allen-Bradley": "Rockwell",
		"Hangzhou Hikvision Digital Tech":   "Hikvision",
		"Nest Labs Inc.":                    "Nest",
		"LG Electronics":                    "LG",
		"Cisco-Linksys, LLC":                "Linksys",
		"ASSMANN Electronic GmbH":           "Ednet",
		"American Power Conversion Corp.":   "APC",
	} {
		if v, ok := oui.Canonical(name); !ok || v.Name != want {
			t.Errorf("%q: got %+v, %v; want %s", name, v, ok, want)
		}
	}
	for _, name := range []string{"", "Wink Streaming", "Nestle", "Yi An Electronics", "nobody at all"} {
		if v, ok := oui.Canonical(name); ok {
			t.Errorf("%q: got %+v, want none", name, v)
		}
	}
}

func TestOwner_names_the_parent_of_a_brand(t *testing.T) {
	t.Parallel()
	if got := oui.Owner("ring"); got != "amazon" {
		t.Errorf("Ring: got %q, want amazon", got)
	}
	if got := oui.Owner("sonos"); got != "" {
		t.Errorf("Sonos: got %q, want none", got)
	}
}

func TestVendors_own_names_are_canonical(t *testing.T) {
	t.Parallel()
	all := oui.Vendors()
	for name, v := range all {
		if got, ok := oui.Canonical(name); !ok || got.Name != name {
			t.Errorf("%s: is canonically %s", name, got.Name)
		}
		if v.Owner != "" {
			if _, ok := all[v.Owner]; !ok {
				t.Errorf("%s: owner %s is not in the table", name, v.Owner)
			}
		}
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"MURATA MANUFACTURING CO., LTD.":      "Murata Manufacturing",
		"Apple, Inc.":                         "Apple",
		"IBM Corp":                            "IBM",
		"SHENZHEN BILIAN ELECTRONIC CO.，LTD":  "Shenzhen Bilian Electronic",
		"SAMSUNG ELECTRO-MECHANICS(THAILAND)": "Samsung Electro-mechanics",
		"Co., Ltd.":                           "Co",
		"":                                    "",
	} {
		if got := oui.Tidy(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestEncode_does_not_depend_on_order(t *testing.T) {
	t.Parallel()
	entries := []oui.Entry{
		{Prefix: 0x001122, Bits: 24, Organization: "Beta"},
		{Prefix: 0x000001, Bits: 24, Organization: "Alpha"},
		{Prefix: 0x0011223, Bits: 28, Organization: "Gamma"},
		{Prefix: 0x001122334, Bits: 36, Organization: "Beta"},
	}
	var a, b bytes.Buffer
	if err := oui.Encode(&a, entries); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(entries)
	if err := oui.Encode(&b, entries); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same entries in another order give other bytes")
	}
}

func FuzzTidy(f *testing.F) {
	f.Add("Signify Netherlands B.V.")
	f.Add("，(x) Co")
	f.Fuzz(func(t *testing.T, name string) {
		once := oui.Tidy(name)
		if len(once) > 4*len(name)+4 {
			t.Errorf("%q grew to %q", name, once)
		}
		if f := oui.Fold(name); strings.Contains(f, "  ") || oui.Fold(f) != f {
			t.Errorf("folding %q twice: %q, then %q", name, f, oui.Fold(f))
		}
		oui.Canonical(name)
	})
}

func BenchmarkLookup(b *testing.B) {
	m := heron.MAC{0x00, 0x17, 0x88, 0x24, 0x76, 0xff}
	oui.Lookup(m)
	b.ReportAllocs()
	for b.Loop() {
		oui.Lookup(m)
	}
}

func TestVendors_file_is_in_order_and_unambiguous(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("vendors.txt")
	if err != nil {
		t.Fatal(err)
	}
	last, owner := "", map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, aliases, _ := strings.Cut(strings.TrimPrefix(line, "*"), " = ")
		if low := strings.ToLower(name); low < last {
			t.Errorf("%s stands after %s", name, last)
		} else {
			last = low
		}
		name, _, _ = strings.Cut(name, " < ")
		for alias := range strings.SplitSeq(name+","+aliases, ",") {
			folded := oui.Fold(alias)
			if other := owner[folded]; folded != "" && other != "" && other != name {
				t.Errorf("%q stands for both %s and %s", folded, other, name)
			}
			owner[folded] = name
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"Basic realm=\"Moxa Web Console\"":      {"Moxa", " Web Console\""},
		"CN=1,O=Schneider Electric,C=FR":        {"Schneider Electric", ""},
		"220 Hewlett Packard Enterprise switch": {"HPE", " switch"},
		"Microsoft-IIS/8.5":                     {},
		"a sharp, smarter square":               {},
		"Espressif module":                      {},
		"developed by nobody":                   {},
		// Short names begin the text, as the vendor spells them.
		"HP LaserJet 4100":        {"HP", " LaserJet 4100"},
		"hp laserjet":             {},
		"compatible with HP ones": {},
		"HPLIP":                   {},
		"NEC":                     {"NEC", ""},
		// Ordinary words have a number behind them.
		"Brother NC-170h, Firmware": {"Brother", " NC-170h, Firmware"},
		"SHARP MX-M350N":            {"Sharp", " MX-M350N"},
		"Sky Q 2":                   {},
		"Sun and moon":              {},
		"Oracle GlassFish Server 3": {},
		"Brother and sister":        {},
		"Sharper Image 3":           {},
		"\xff\xfe Moxa\xc3":         {"Moxa", "\xc3"},
		"Ähnlich: Moxa 5":           {"Moxa", " 5"},
		// Elsewhere they want a place where a thing gives its name.
		"NEC-i SV8100-NA":                      {"NEC", "-i SV8100-NA"},
		"Basic realm=\"APC Management Card\"":  {"APC", " Management Card\""},
		"CN=DT800 Series,O=NEC Corporation":    {"NEC", " Corporation"},
		"IBM Network Printer 24":               {"IBM", " Network Printer 24"},
		"IBM_HTTP_Server/2.0.42":               {},
		"expires=Sun, 12-Jan-2030":             {},
		"Turn the linear brother over to 5000": {},
		"Extreme caution, 5 people":            {},
		"SW:NRS HW:HP DL360G7 (c) Avaya Inc.":  {"Avaya", " Inc."},
		// The organisation speaks before the name.
		"CN=MERCURY-1,OU=Engineering,O=Crestron Electronics\\, Inc.,L=Rockleigh": {"Crestron", "\\, Inc."},
		// A name may begin a word.
		"PolycomVVX-VVX_350-UA/5.8.0.13337": {"Polycom", "-VVX_350-UA/5.8.0.13337"},
		"AvigilonOnvifNvt/2.6.0.130":        {"Avigilon", "/2.6.0.130"},
		"AppleHttpServer/2f080fc0":          {},
		"TrueNAS-12":                        {},
		"ciscoworks":                        {},
	} {
		if m, ok := oui.Named(text); m.Vendor.Name != want[0] || m.Rest != want[1] || ok != (want[0] != "") {
			t.Errorf("%q: got %q, %q, %v; want %q", text, m.Vendor.Name, m.Rest, ok, want)
		}
	}
}

func TestNamed_tells_whom_a_text_begins_with(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Lenovo RackSwitch G8272":                  true,
		"220 Xerox FTP server":                     true,
		"Basic realm=\"Moxa Web Console\"":         true,
		"Web console of Moxa":                      false,
		"CN=RackSwitch,O=Lenovo":                   false,
		"Integrated Dell Remote Access Controller": false,
	} {
		if m, ok := oui.Named(text); !ok || m.First != want {
			t.Errorf("%q: got %v, %v; want %v", text, m.First, ok, want)
		}
	}
}
