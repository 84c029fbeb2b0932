package storetest

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/heron-iot/heron"
)

var byValue = []cmp.Option{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

func deviceTests() []test {
	return []test{
		{"device comes back as it was put", deviceRoundTrip},
		{"device version grows only with content", deviceVersion},
		{"device lists sort and page in every order", devicePages},
		{"cursor that was changed or belongs elsewhere is refused", cursorGuard},
		{"paging is stable while devices come", pagingStable},
		{"text sorts by bytes", collation},
		{"merged devices are hidden", mergedHidden},
		{"zones and ledger are kept", zonesAndLedger},
		{"corrections are kept with their device and in the ledger", correctionsKept},
		{"site loads with its observations", loadSite},
	}
}

func (s *suite) deviceIDs(t testing.TB, f heron.DeviceFilter, p heron.Page) []string {
	t.Helper()
	return ids(t, func(d *heron.Device) string { return d.ID }, func(p heron.Page) (heron.List[heron.Device], error) {
		return s.ListDevices(t.Context(), f, p)
	}, p)
}

func deviceRoundTrip(t *testing.T, s *suite, _ func(testing.TB) string) {
	put := s.put(t, 5)
	for i := range put {
		got, err := s.GetDevice(t.Context(), put[i].ID)
		must(t, err)
		put[i].Version = 1
		if diff := cmp.Diff(put[i], *got, byValue...); diff != "" {
			t.Fatalf("device differs (-put +got):\n%s", diff)
		}
	}
	_, err := s.GetDevice(t.Context(), "nobody")
	wantCode(t, err, heron.CodeNotFound)

	evil := device(9)
	evil.Name, evil.Hostnames = "a\x00b\xff'; DROP TABLE device; --", []string{"%_!|"}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: []heron.Device{evil}}))
	if got := s.deviceIDs(t, heron.DeviceFilter{Terms: []heron.Term{{Value: "drop table"}}}, heron.Page{Limit: 10}); len(got) != 1 {
		t.Fatalf("found %v, want the device with the evil name", got)
	}
}

func deviceVersion(t *testing.T, s *suite, _ func(testing.TB) string) {
	d := device(1)
	version := func() int64 {
		got, err := s.GetDevice(t.Context(), d.ID)
		must(t, err)
		return got.Version
	}
	s.apply(t, heron.BatchResult{Devices: []heron.Device{d}})
	first := version()
	d.Last += heron.Second
	d.Services[0].Last += heron.Second
	s.apply(t, heron.BatchResult{Devices: []heron.Device{d}})
	if v := version(); v != first {
		t.Fatalf("version %d after the device was merely seen, want %d", v, first)
	}
	if got, err := s.GetDevice(t.Context(), d.ID); err != nil || got.Last != d.Last {
		t.Fatalf("last seen %v, %v; want %v", got.Last, err, d.Last)
	}
	d.Name = "camera at the gate"
	s.apply(t, heron.BatchResult{Devices: []heron.Device{d}})
	if v := version(); v != first+1 {
		t.Fatalf("version %d after a rename, want %d", v, first+1)
	}
}

func devicePages(t *testing.T, s *suite, _ func(testing.TB) string) {
	devices := s.put(t, 53)
	for i := range devices {
		if i%3 == 0 { // what a device is said to be may come before and after its risk
			devices[i].Standing.Criticality = heron.Held{Value: heron.Criticalities()[i%4], By: heron.ByType}
		}
		risk := heron.RiskScore{RiskSummary: heron.RiskSummary{Score: float64(i%7) * 10, Level: heron.LevelOf(float64(i%7) * 10)}}
		must(t, s.PutAssessment(t.Context(), &heron.Assessment{DeviceID: devices[i].ID, Time: Start, Risk: risk}))
	}
	s.apply(t, heron.BatchResult{Devices: devices})
	key := map[string]func(i int) string{
		"name":       func(i int) string { return strings.ToLower(devices[i].Title()) },
		"risk":       func(i int) string { return fmt.Sprintf("%03d", i%7*10) },
		"priority":   func(i int) string { return fmt.Sprintf("%06.2f", (float64(i%7*10)+1.1)*devices[i].Standing.Urgency()) },
		"last_seen":  func(i int) string { return devices[i].Last.String() },
		"first_seen": func(i int) string { return devices[i].First.String() },
		"type":       func(i int) string { return devices[i].Identity.Type.Value },
		"ip":         func(i int) string { return fmt.Sprintf("%03d", i) },
		"vendor": func(i int) string {
			if v := devices[i].Identity.Vendor; v != nil {
				return strings.ToLower(v.Value)
			}
			return "~" // unknown comes last
		},
	}
	for sort, key := range key {
		var want []string
		order := make([]int, len(devices))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(a, b int) int { return strings.Compare(key(a)+"\x00"+devices[a].ID, key(b)+"\x00"+devices[b].ID) })
		for _, i := range order {
			want = append(want, devices[i].ID)
		}
		for _, limit := range []int{1, 7, 53, 1000} {
			if diff := cmp.Diff(want, s.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: limit, Sort: sort})); diff != "" {
				t.Errorf("sort %s, pages of %d (-want +got):\n%s", sort, limit, diff)
			}
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, s.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: 10, Sort: "-" + sort})); diff != "" {
			t.Errorf("sort -%s (-want +got):\n%s", sort, diff)
		}
	}
	for _, p := range []heron.Page{{Sort: "colour"}, {Limit: -1}, {Limit: 1001}} {
		_, err := s.ListDevices(t.Context(), heron.DeviceFilter{}, p)
		wantCode(t, err, heron.CodeInvalid)
	}
}

func cursorGuard(t *testing.T, s *suite, newURL func(testing.TB) string) {
	s.put(t, 10)
	l, err := s.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Limit: 3, Sort: "ip"})
	must(t, err)
	raw, err := base64.RawURLEncoding.DecodeString(l.Next)
	must(t, err)
	for i := range raw {
		bad := slices.Clone(raw)
		bad[i] ^= 1
		_, err := s.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{
			Limit: 3, Sort: "ip",
			Cursor: base64.RawURLEncoding.EncodeToString(bad),
		})
		wantCode(t, err, heron.CodeInvalid)
	}
	for _, sort := range []string{"name", "-ip", ""} {
		_, err = s.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Sort: sort, Cursor: l.Next})
		wantCode(t, err, heron.CodeInvalid)
	}
	_, err = s.ListAlerts(t.Context(), heron.AlertFilter{}, heron.Page{Cursor: l.Next})
	wantCode(t, err, heron.CodeInvalid)
	other := open(t, newURL(t))
	_, err = other.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Sort: "ip", Cursor: l.Next})
	wantCode(t, err, heron.CodeInvalid)
	again := reopen(t, s)
	_, err = again.ListDevices(t.Context(), heron.DeviceFilter{}, heron.Page{Limit: 3, Sort: "ip", Cursor: l.Next})
	must(t, err)
}

// reopen opens s's database a second time, as another process would.
func reopen(t testing.TB, s *suite) *suite {
	t.Helper()
	return open(t, s.url)
}

func pagingStable(t *testing.T, s *suite, _ func(testing.TB) string) {
	before := s.put(t, 20)
	seen := map[string]int{}
	p := heron.Page{Limit: 3, Sort: "-last_seen"}
	for i := 0; ; i++ {
		l, err := s.ListDevices(t.Context(), heron.DeviceFilter{}, p)
		must(t, err)
		for _, d := range l.Items {
			seen[d.ID]++
		}
		if l.Next == "" {
			break
		}
		p.Cursor = l.Next
		d := device(100 + i)
		d.Last = Start + heron.Hour // before the cursor, in this order
		must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: []heron.Device{d}}))
	}
	for _, d := range before {
		if seen[d.ID] != 1 {
			t.Errorf("device %s was listed %d times while others came", d.ID, seen[d.ID])
		}
	}
}

func collation(t *testing.T, s *suite, _ func(testing.TB) string) {
	names := []string{"", " a", "A-1", "Z", "_x", "a b", "a-b", "ab", "b", "z", "Ä", "ä", "é", "ß", "日本", "😀"}
	devices := make([]heron.Device, 0, len(names))
	for i, n := range names {
		devices = append(devices, heron.Device{ID: n + "#", Name: n, SiteID: "site", Zone: fmt.Sprint(i)})
	}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: devices}))
	got := s.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: 3, Sort: "type"}) // all alike: the id decides
	if !slices.IsSorted(got) || len(got) != len(names) {
		t.Fatalf("ids in order %q, want them by bytes", got)
	}
	var keys []string
	for _, id := range s.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: 4, Sort: "name"}) {
		d, err := s.GetDevice(t.Context(), id)
		must(t, err)
		keys = append(keys, strings.ToLower(d.Title()))
	}
	if !slices.IsSorted(keys) {
		t.Fatalf("names in order %q, want them by bytes of lower case", keys)
	}
}

func mergedHidden(t *testing.T, s *suite, _ func(testing.TB) string) {
	devices := s.put(t, 3)
	devices[1].MergedInto = devices[0].ID
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: devices[1:2]}))
	if got := s.deviceIDs(t, heron.DeviceFilter{}, heron.Page{Limit: 10}); slices.Contains(got, devices[1].ID) || len(got) != 2 {
		t.Fatalf("listed %v, want all but the merged one", got)
	}
	if got := s.deviceIDs(t, heron.DeviceFilter{Merged: true}, heron.Page{Limit: 10}); len(got) != 3 {
		t.Fatalf("listed %v with merged ones, want 3", got)
	}
	msgs, _, err := s.LiveSince(t.Context(), 0, 100)
	must(t, err)
	if last := msgs[len(msgs)-1]; last.Kind != heron.LiveDeviceGone || last.ID != devices[1].ID {
		t.Fatalf("last live message is %s of %s, want the merged device gone", last.Kind, last.ID)
	}
}

func zonesAndLedger(t *testing.T, s *suite, _ func(testing.TB) string) {
	z := heron.Zone{ID: "z1", Name: "Plant", Kind: "ot", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	must(t, s.PutZone(t.Context(), &z))
	z.Name = "Plant 2"
	must(t, s.PutZone(t.Context(), &z))
	zones, err := s.ListZones(t.Context())
	must(t, err)
	if diff := cmp.Diff([]heron.Zone{z}, zones, byValue...); diff != "" {
		t.Fatal(diff)
	}
	must(t, s.DeleteZone(t.Context(), "z1"))
	wantCode(t, s.DeleteZone(t.Context(), "z1"), heron.CodeNotFound)

	entries := []heron.LedgerEntry{
		{ID: "l1", SiteID: "site", Time: Start, Actor: "anna", Op: "merge", Device: "a", Others: []string{"b"}},
		{ID: "l2", SiteID: "site", Time: Start + 1, Actor: "anna", Op: "rename", Device: "a", Detail: map[string]string{"name": "x"}},
		{ID: "l3", SiteID: "other", Time: Start + 2},
	}
	e := heron.AuditEntry{Actor: "anna", Action: "device.merge", Outcome: "ok"}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Ledger: entries, Audit: &e}))
	entries[0].Undone = true
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Ledger: entries[:1]}))
	got, err := s.LoadLedger(t.Context(), "site")
	must(t, err)
	if diff := cmp.Diff(entries[:2], got, byValue...); diff != "" {
		t.Fatal(diff)
	}
	l, err := s.ListLedger(t.Context(), heron.Page{Limit: 1})
	must(t, err)
	if l.Items[0].ID != "l3" || l.Total != 3 || e.Seq != 1 {
		t.Fatalf("first of %d ledger entries is %s, audit entry %d; want l3 of 3, 1", l.Total, l.Items[0].ID, e.Seq)
	}
}

func correctionsKept(t *testing.T, s *suite, _ func(testing.TB) string) {
	d := device(1)
	d.Identity.Type = heron.Claim{Value: "plc", Confidence: 1, By: heron.ByUser}
	d.Corrections = []heron.Correction{{
		ID: "c1", Field: "type", Ruling: heron.RulingLock, Value: "plc", Actor: "anna", Reason: "seen", Time: Start,
	}}
	entry := heron.LedgerEntry{
		ID: "c1", SiteID: d.SiteID, Time: Start, Actor: "anna", Op: string(heron.RulingLock), Reason: "seen", Device: d.ID,
		Detail: map[string]string{"anchor": "a", "field": "type", "value": "plc"},
	}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{
		SiteID: d.SiteID, Devices: []heron.Device{d}, Ledger: []heron.LedgerEntry{entry},
	}))
	again := reopen(t, s)
	got, err := again.GetDevice(t.Context(), d.ID)
	must(t, err)
	if diff := cmp.Diff(d.Corrections, got.Corrections); diff != "" || got.Identity.Type != d.Identity.Type {
		t.Fatalf("type %+v, corrections (-want +got):\n%s", got.Identity.Type, diff)
	}
	ledger, err := again.LoadLedger(t.Context(), d.SiteID)
	must(t, err)
	if diff := cmp.Diff([]heron.LedgerEntry{entry}, ledger, byValue...); diff != "" {
		t.Fatal(diff)
	}
	d.Corrections, d.Identity.Type = nil, heron.Claim{Value: "camera", Confidence: 0.9}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{SiteID: d.SiteID, Devices: []heron.Device{d}}))
	got, err = again.GetDevice(t.Context(), d.ID)
	must(t, err)
	if len(got.Corrections) != 0 || got.Version != 2 {
		t.Fatalf("taken back: %+v, version %d, want 2", got.Corrections, got.Version)
	}
}

func loadSite(t *testing.T, s *suite, _ func(testing.TB) string) {
	const n = 620 // more than one chunk
	devices := s.put(t, n)
	foreign := heron.Device{ID: "dev-0003x", SiteID: "elsewhere"}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{Devices: []heron.Device{foreign}}))
	var obs []heron.DeviceObservation
	for i := range devices {
		obs = append(obs, heron.DeviceObservation{DeviceID: devices[i].ID, Observation: observation(i, "http.server", fmt.Sprint("nginx/", i))})
	}
	obs = append(obs, heron.DeviceObservation{DeviceID: foreign.ID, Observation: observation(1, "x.y", "z")})
	s.apply(t, heron.BatchResult{Observations: obs})
	i := 0
	err := s.LoadSite(t.Context(), "site", func(d heron.Device, got []heron.Observation) error {
		if d.ID != devices[i].ID || len(got) != 1 {
			return fmt.Errorf("device %d is %s with %d observations", i, d.ID, len(got))
		}
		if diff := cmp.Diff(obs[i].Observation, got[0], byValue...); diff != "" {
			return fmt.Errorf("observation of %s: %s", d.ID, diff)
		}
		i++
		return nil
	})
	must(t, err)
	if i != n {
		t.Fatalf("%d devices loaded, want %d", i, n)
	}
}

func observation(i int, key, value string) heron.Observation {
	return heron.Observation{
		Subject: heron.Subject{
			Endpoint:  heron.Endpoint{MAC: heron.MAC{2, 0, 0, 0, 0, byte(i)}, IP: netip.MustParseAddr("fe80::1"), VLAN: 12},
			Transport: heron.TCP, Port: 80,
		},
		Key: key, Value: value, Source: "http", Sensor: "s1", First: Start, Last: Start + heron.Second, Count: 3,
	}
}
