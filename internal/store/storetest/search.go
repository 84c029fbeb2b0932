package storetest

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func searchTests() []test {
	return []test{
		{"every search field finds what it should", searchFields},
		{"wrong search terms say what would be right", searchErrors},
		{"filters and facets agree", facets},
	}
}

// zoo is a handful of devices that each field can tell apart.
func zoo(t testing.TB, s *suite) {
	t.Helper()
	addr, mac := netip.MustParseAddr, func(last byte) []heron.MAC { return []heron.MAC{{0xaa, 0xbb, 0xcc, 0, 0, last}} }
	claim := func(v string) *heron.Claim { return &heron.Claim{Value: v, Confidence: 1} }
	held := func(v string) heron.Held { return heron.Held{Value: v, By: heron.ByType} }
	devices := []heron.Device{
		{
			ID: "cam", Name: "Gate 100%_cam", MACs: mac(1), IPs: []netip.Addr{addr("10.0.0.5"), addr("192.0.2.1")},
			Hostnames: []string{"axis-gate.lan"}, Local: true, Zone: "z-ot", Sensors: []string{"sensor-a", "sensor-b"},
			Identity: heron.Identity{Vendor: claim("AXIS"), Model: claim("P3245"), Type: *claim("camera"), Firmware: claim("9.80.1"), OS: claim("Linux")},
			Services: []heron.Service{{Transport: heron.TCP, Port: 554, Protocol: "rtsp"}, {Transport: heron.TCP, Port: 80, Protocol: "http", Product: "Boa/0.94"}},
			First:    Start - 10*heron.Day, Last: Start - heron.Minute,
			Standing: heron.Standing{Criticality: held("low"), Purdue: held("3.5"), ZoneKind: held("ot")},
			Presence: heron.Presence{State: heron.PresencePresent},
		},
		{
			ID: "plc", MACs: mac(2), IPs: []netip.Addr{addr("10.0.0.50")}, Local: true, Zone: "z-ot", Sensors: []string{"sensor-a"},
			Identity: heron.Identity{Vendor: claim("Siemens"), Model: claim("S7-1200"), Type: *claim("plc"), Firmware: claim("V4.2.3")},
			Services: []heron.Service{{Transport: heron.TCP, Port: 102, Protocol: "s7comm"}},
			First:    Start - heron.Hour, Last: Start - 3*heron.Day,
			Standing: heron.Standing{Criticality: held("critical"), Purdue: held("1"), ZoneKind: held("ot")},
			Presence: heron.Presence{State: heron.PresenceAway},
		},
		{
			ID: "bulb", Standing: heron.Standing{Criticality: held("medium"), Purdue: held("4"), ZoneKind: held("guest")}, IPs: []netip.Addr{addr("2001:db8::7")}, Local: true, Zone: "z-home", Sensors: []string{"sensor-b"},
			Identity: heron.Identity{Vendor: claim("Signify"), Type: *claim("smart_bulb"), Firmware: claim("10.1")},
			Services: []heron.Service{{Transport: heron.UDP, Port: 5540, Protocol: "matter"}},
			First:    Start - 40*heron.Day, Last: Start - 30*heron.Day,
		},
		{ID: "cloud", IPs: []netip.Addr{addr("203.0.113.9")}, Identity: heron.Identity{Type: heron.Claim{Value: heron.Unknown}}, First: Start, Last: Start},
	}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: devices}))
	must(t, s.PutZone(t.Context(), &heron.Zone{ID: "z-ot", Name: "Plant floor", Kind: "ot"}))
	must(t, s.PutZone(t.Context(), &heron.Zone{ID: "z-home", Name: "Living room", Kind: "iot"}))
	must(t, s.PutSensor(t.Context(), &heron.Sensor{ID: "sensor-a", Name: "Basement tap"}))
	for id, score := range map[string]float64{"cam": 85, "plc": 60, "bulb": 12.5} {
		risk := heron.RiskScore{RiskSummary: heron.RiskSummary{Score: score, Level: heron.LevelOf(score)}}
		must(t, s.PutAssessment(t.Context(), &heron.Assessment{DeviceID: id, Time: Start, Risk: risk}))
	}
	must(t, s.PutAction(t.Context(), &heron.Action{
		ID: "q1", DeviceID: "bulb", Operation: heron.OpQuarantine, State: heron.ActionVerified, Created: Start,
	}, nil))
}

// searches maps a search, as a person types it, to the devices it finds.
var searches = map[string]string{
	"axis": "cam", "AXIS": "cam", "gate": "cam", "100%_": "cam", "100_": "", "s7": "plc", "10.0.0.5": "cam plc",
	"aa:bb:cc": "cam plc", "light": "", "smart": "bulb", "2001:db8": "bulb", "-axis": "bulb cloud plc", "'": "", "!": "",
	"vendor:axi": "cam", "vendor=axis": "cam", "vendor=axi": "", "vendor:s": "bulb cam plc",
	"model:s7": "plc", "model=s7-1200": "plc", "type:camera": "cam", "type=camera": "cam", "type:PLC": "plc",
	"type:unknown": "cloud", "name:gate": "cam", "hostname:axis": "cam", "hostname:lan": "cam", "hostname=axis-gate.lan": "cam",
	"ip:10.0.0.5": "cam", "ip:10.0.0": "cam plc", "ip:10.0.0.0/24": "cam plc", "ip:10.0.0.48/28": "plc", "ip:2001:db8::/32": "bulb",
	"ip:192.0.2.1": "cam", "ip=10.0.0.50": "plc", "ip:0.0.0.0/0": "cam cloud plc",
	"mac:aa:bb:cc:00:00:02": "plc", "mac:AA-BB-CC": "cam plc", "mac:bb:cc": "",
	"zone:ot": "cam plc", "zone:plant": "cam plc", "zone:z-home": "bulb", "zone:iot": "bulb", "zone:nowhere": "",
	"firmware:9.80.1": "cam", "firmware<10": "cam plc", "firmware<9.80": "plc", "firmware>=9.80.1": "bulb cam",
	"firmware>9.9": "bulb cam", "firmware:v4": "plc", "firmware=4.2.3": "plc", "version<=4.2.3": "plc",
	"os:linux": "cam", "os=linux": "cam", "risk>=60": "cam plc", "risk<60": "bulb", "risk=12.5": "bulb", "risk>85": "",
	"level:critical": "cam", "level>=high": "cam plc", "level<high": "bulb", "level:unknown": "cloud", "level>unknown": "bulb cam plc",
	"level<=low": "bulb", "level<low": "", "level>critical": "",
	"port:80": "cam", "port:8": "", "port:5540": "bulb", "service:rtsp": "cam", "service:boa": "cam", "service:tcp/102": "plc",
	"protocol:http": "cam", "protocol:s7comm": "plc", "protocol:htt": "",
	"sensor:sensor-a": "cam plc", "sensor:sensor": "", "sensor:basement": "cam plc", "sensor=sensor-b": "bulb cam",
	"seen:1h": "cam cloud", "seen<4d": "cam cloud plc", "seen>7d": "bulb", "first:1d": "cloud plc", "first>2w": "bulb",
	"seen>=2026-09-21": "cam cloud", "seen<2026-09-01": "bulb", "first:2026-09-11": "cam",
	"local:yes": "bulb cam plc", "local:no": "cloud", "-local:true": "cloud", "quarantined:yes": "bulb", "quarantined:no": "cam cloud plc",
	"criticality:low": "cam", "criticality>low": "bulb plc", "criticality>=low": "bulb cam plc", "criticality<=medium": "bulb cam",
	"criticality<low": "", "-criticality:low": "bulb cloud plc",
	"purdue:1": "plc", "purdue=3.5": "cam", "purdue<=3.5": "cam plc", "purdue>1.0": "bulb cam", "purdue>4": "", "zone:guest": "bulb",
	"presence:away": "plc", "-presence:away": "bulb cam cloud",
	"category:ot": "plc", "category:camera": "cam", "category=other": "cloud",
	"vendor:axis firmware<10 zone:ot": "cam", "vendor:axis zone:home": "", "-vendor:axis zone:ot": "plc",
}

// parseSearch is a small reader of the search language, for the suite's table.
func parseSearch(text string) []heron.Term {
	var terms []heron.Term
	for word := range strings.FieldsSeq(text) {
		var t heron.Term
		word, t.Not = strings.CutPrefix(word, "-")
		for i, c := range word {
			if strings.ContainsRune(":=<>", c) && i > 0 && isField(word[:i]) {
				t.Field, t.Op, word = word[:i], word[i:i+1], word[i+1:]
				if rest, ok := strings.CutPrefix(word, "="); ok {
					t.Op, word = t.Op+"=", rest
				}
				break
			}
		}
		t.Value = word
		terms = append(terms, t)
	}
	return terms
}

func isField(s string) bool {
	return len(s) > 1 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" && s != "aa"
}

func searchFields(t *testing.T, s *suite, _ func(testing.TB) string) {
	zoo(t, s)
	for text, want := range searches {
		got := s.deviceIDs(t, heron.DeviceFilter{Terms: parseSearch(text)}, heron.Page{Limit: 10})
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("search %q found %v, want %q", text, got, want)
		}
	}
}

func searchErrors(t *testing.T, s *suite, _ func(testing.TB) string) {
	for _, text := range []string{
		"colour:red", "vendor<a", "risk:high", "level:huge", "port:http", "port:70000", "seen:yesterday", "local:maybe", "ip:10.0.0.0/99",
		"mac>1", "criticality:huge", "purdue:x", "purdue>6", "purdue:NaN", "firmware~1",
	} {
		terms := parseSearch(text)
		if text == "firmware~1" {
			terms = []heron.Term{{Field: "firmware", Op: "~", Value: "1"}}
		}
		_, err := s.ListDevices(t.Context(), heron.DeviceFilter{Terms: terms}, heron.Page{})
		if heron.ErrorCode(err) != heron.CodeInvalid || !strings.Contains(err.Error(), "want") {
			t.Errorf("search %q: error %v, want one that says what would be right", text, err)
		}
	}
}

func facets(t *testing.T, s *suite, _ func(testing.TB) string) {
	zoo(t, s)
	yes := true
	for name, f := range map[string]heron.DeviceFilter{
		"all": {}, "type": {Types: []string{"camera", "plc"}}, "vendor": {Vendors: []string{"AXIS"}}, "zone": {Zones: []string{"z-ot"}},
		"sensor": {Sensors: []string{"sensor-b"}}, "level": {Levels: []heron.RiskLevel{heron.RiskCritical, heron.RiskUnknown}},
		"local": {Local: &yes}, "last": {LastFrom: Start - heron.Hour}, "ids": {IDs: []string{"cam", "bulb", "none"}},
		"criticality": {Criticalities: []string{"low", "critical"}}, "purdue": {Purdue: []string{"1"}},
		"presence": {Presence: []heron.PresenceState{heron.PresenceAway}},
		"terms":    {Terms: parseSearch("risk>=60")},
	} {
		l, err := s.ListDevices(t.Context(), f, heron.Page{})
		must(t, err)
		got, err := s.CountDevices(t.Context(), f)
		must(t, err)
		if diff := cmp.Diff(countByHand(l.Items), got, byValue...); diff != "" {
			t.Errorf("facets of %s (-by hand +got):\n%s", name, diff)
		}
	}
}

func countByHand(devices []heron.Device) heron.Facets {
	counts := map[string]map[string]int{"type": {}, "vendor": {}, "zone": {}, "level": {}, "sensor": {}, "criticality": {}, "purdue_level": {}, "presence": {}}
	for _, d := range devices {
		counts["type"][d.Identity.Type.Value]++
		if d.Identity.Vendor != nil {
			counts["vendor"][d.Identity.Vendor.Value]++
		}
		if d.Zone != "" {
			counts["zone"][d.Zone]++
		}
		level := heron.RiskUnknown
		if d.Risk != nil {
			level = d.Risk.Level
		}
		counts["level"][string(level)]++
		for name, v := range map[string]string{
			"criticality": d.Standing.Criticality.Value, "purdue_level": d.Standing.Purdue.Value, "presence": string(d.Presence.State),
		} {
			if v != "" {
				counts[name][v]++
			}
		}
		for _, s := range d.Sensors {
			counts["sensor"][s]++
		}
	}
	facets := heron.Facets{}
	for name, c := range counts {
		facets[name] = []heron.Facet{}
		for v, n := range c {
			facets[name] = append(facets[name], heron.Facet{Value: v, Count: n})
		}
		slices.SortFunc(facets[name], func(a, b heron.Facet) int {
			if a.Count != b.Count {
				return b.Count - a.Count
			}
			return strings.Compare(a.Value, b.Value)
		})
	}
	return facets
}
