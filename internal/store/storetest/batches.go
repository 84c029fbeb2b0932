package storetest

import (
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/heron-iot/heron"
)

func batchTests() []test {
	return []test{
		{"batch is applied once, whole or not at all", applyOnce},
		{"same batch from many writers counts once", applyOnceRacing},
		{"observations move only last and count", observations},
		{"ports of switches are told once each, the latest first", ports},
		{"flows keep their latest report and are found by either side", flows},
		{"peers and baselines come back", peersAndBaselines},
		{"timeline keeps its order", timeline},
		{"a batch updates its sensor but not what people named", batchSensor},
	}
}

func applyOnce(t *testing.T, s *suite, _ func(testing.TB) string) {
	b := &heron.Batch{SensorID: "s1", SiteID: "site", Epoch: "e", Seq: 1, Flows: []heron.Flow{{ID: heron.FlowID{1}, Last: Start}}}
	r := &heron.BatchResult{
		Batch: b, Devices: []heron.Device{device(1)}, Alerts: []heron.Alert{{ID: "a1", SiteID: "site", DeviceID: "dev-0001"}},
		Changes:      []heron.DeviceChange{{Time: Start, Kind: heron.DeviceNew, DeviceID: "dev-0001", Summary: "new"}},
		Observations: []heron.DeviceObservation{{DeviceID: "dev-0001", Observation: observation(1, "a.b", "c")}},
		Incidents:    []heron.Incident{{ID: "i1", SiteID: "site", Alerts: []string{"a1"}}},
		Scan:         &heron.Scan{ID: "scan", State: heron.ScanRunning, ScanCounts: heron.ScanCounts{Packets: 3}},
		Audit:        []heron.AuditEntry{{Time: Start, Action: "scan.probe", Object: "192.0.2.1"}, {Time: Start, Action: "scan.probe", Object: "192.0.2.2"}},
	}
	for i, want := range []bool{true, false, false} {
		applied, err := s.ApplyBatch(t.Context(), r)
		if applied != want || err != nil {
			t.Fatalf("time %d: ApplyBatch = %v, %v; want %v", i, applied, err, want)
		}
	}
	changes, err := s.ListDeviceChanges(t.Context(), "dev-0001", heron.Page{})
	must(t, err)
	live, _, err := s.LiveSince(t.Context(), 0, 100)
	must(t, err)
	if changes.Total != 1 || len(live) != 5 { // device, timeline, alert, device with its count, incident
		t.Fatalf("%d changes, %d live messages; want 1, 5", changes.Total, len(live))
	}
	scans, err := s.ListScans(t.Context())
	must(t, err)
	entries, err := s.ListAudit(t.Context(), heron.AuditFilter{Action: "scan.probe"}, heron.Page{})
	must(t, err)
	if len(scans) != 1 || scans[0].Packets != 3 || entries.Total != 2 {
		t.Fatalf("scans %+v, %d entries in the audit log; want one and 2", scans, entries.Total)
	}
	b.Part = 1
	if applied, err := s.ApplyBatch(t.Context(), r); !applied || err != nil {
		t.Fatalf("another part of the batch: ApplyBatch = %v, %v", applied, err)
	}
	_, err = s.ApplyBatch(t.Context(), &heron.BatchResult{})
	wantCode(t, err, heron.CodeInvalid)

	// A batch that cannot be stored leaves nothing behind, and can come again.
	b.Seq, b.Part = 2, 0
	r.Changes = append(r.Changes, heron.DeviceChange{DeviceID: "x", Device: nil, Summary: "ok"})
	r.Baselines = []heron.Baseline{{DeviceID: "dev-0001", Maturity: nan()}}
	if _, err := s.ApplyBatch(t.Context(), r); err == nil {
		t.Fatal("a baseline that JSON cannot hold was stored")
	}
	if l, _ := s.ListDeviceChanges(t.Context(), "x", heron.Page{}); l.Total != 0 {
		t.Fatal("half of a failed batch is stored")
	}
	r.Baselines = nil
	if applied, err := s.ApplyBatch(t.Context(), r); !applied || err != nil {
		t.Fatalf("the mended batch: ApplyBatch = %v, %v", applied, err)
	}
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

func applyOnceRacing(t *testing.T, s *suite, _ func(testing.TB) string) {
	const batches, writers = 20, 4
	applied := make([]int, writers)
	other := reopen(t, s)
	var wg sync.WaitGroup
	for w := range writers {
		db := s
		if w%2 == 1 {
			db = other // as another process would
		}
		wg.Go(func() {
			for i := range batches {
				b := &heron.Batch{SensorID: "s1", SiteID: "site", Epoch: "e", Seq: uint64(i)}
				ok, err := db.ApplyBatch(t.Context(), &heron.BatchResult{
					Batch: b, Devices: []heron.Device{device(i), device(i + 1), device(0)},
					Alerts: []heron.Alert{{ID: fmt.Sprint("a", i%3), DeviceID: "dev-0000"}},
				})
				if err != nil {
					t.Error(err)
				}
				if ok {
					applied[w]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range applied {
		total += n
	}
	if total != batches {
		t.Fatalf("%d batches were applied %d times", batches, total)
	}
	d, err := s.GetDevice(t.Context(), "dev-0000")
	must(t, err)
	if d.OpenAlerts != 3 {
		t.Fatalf("device has %d open alerts, want 3", d.OpenAlerts)
	}
	checkLive(t, s)
}

// checkLive walks the live stream: numbers without a gap from 1.
func checkLive(t testing.TB, s *suite) {
	t.Helper()
	var last int64
	for {
		msgs, _, err := s.LiveSince(t.Context(), last, 50)
		must(t, err)
		if len(msgs) == 0 {
			break
		}
		for _, m := range msgs {
			if m.Seq != last+1 {
				t.Fatalf("live message %d follows %d", m.Seq, last)
			}
			last = m.Seq
		}
	}
	if seq, err := s.LiveSeq(t.Context()); seq != last || err != nil {
		t.Fatalf("LiveSeq = %d, %v; the last message is %d", seq, err, last)
	}
}

func observations(t *testing.T, s *suite, _ func(testing.TB) string) {
	o := observation(1, "http.server", "evil\x00\xff\"'")
	give := func(o heron.Observation) {
		s.apply(t, heron.BatchResult{Observations: []heron.DeviceObservation{{DeviceID: "d", Observation: o}}})
	}
	list := func(device string) []heron.Observation {
		l, err := s.ListObservations(t.Context(), device, heron.Page{})
		must(t, err)
		return l.Items
	}
	give(o)
	later := o
	later.First, later.Last, later.Count = o.First+5, o.Last+heron.Hour, 9
	give(later)
	earlier := o
	earlier.First, earlier.Last, earlier.Count = o.First-5, o.Last-1, 2
	give(earlier)
	bare := heron.Observation{Key: "link.mac", Value: "x", First: 1, Last: 2, Count: 1}
	give(bare)
	want := o
	want.Value, want.First, want.Last, want.Count = "evil\uFFFD\uFFFD\"'", earlier.First, later.Last, later.Count
	if diff := cmp.Diff([]heron.Observation{want, bare}, list("d"), byValue...); diff != "" {
		t.Fatalf("observations (-want +got):\n%s", diff)
	}
	// A fact that another device has now leaves the one that had it; what else
	// that one has stays.
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{
		SiteID: "site", Observations: []heron.DeviceObservation{{DeviceID: "e", Observation: o}},
	}))
	if len(list("d")) != 1 || len(list("e")) != 1 {
		t.Fatalf("after the move d has %d and e %d observations, want 1 and 1", len(list("d")), len(list("e")))
	}
	l, err := s.ListObservations(t.Context(), "e", heron.Page{Sort: "-last_seen"})
	must(t, err)
	if l.Items[0].IP != netip.MustParseAddr("fe80::1") || l.Items[0].VLAN != 12 {
		t.Fatalf("observation came back as %+v", l.Items[0])
	}
}

func ports(t *testing.T, s *suite, _ func(testing.TB) string) {
	mac := heron.MAC{2, 0, 0, 0, 0, 1}
	said := func(device, port, alias string, first, last heron.Time) heron.DeviceObservation {
		a := heron.Attachment{Switch: "192.0.2.2", Name: "core-1", Port: port, Alias: alias}
		return heron.DeviceObservation{DeviceID: device, Observation: heron.Observation{
			Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: mac}}, Key: heron.KeyPort, Value: a.Fact(), First: first, Last: last, Count: 1,
		}}
	}
	must(t, s.PutDevices(t.Context(), &heron.DeviceEdit{SiteID: "site", Observations: []heron.DeviceObservation{
		said("d", "Gi1/0/7", "", 10, 20), said("d", "Gi1/0/9", "", 30, 40), said("d", "Gi1/0/7", "Desk 14", 50, 60), said("e", "Gi1/0/1", "", 70, 80),
		{DeviceID: "d", Observation: heron.Observation{Key: heron.KeyPort, Value: "no port", First: 1, Last: 90, Count: 1}},
	}}))
	got, err := s.ListPorts(t.Context(), "d")
	must(t, err)
	at := func(port, alias string, first, last heron.Time) heron.PortStay {
		return heron.PortStay{Last: last, Attachment: heron.Attachment{
			MAC: mac, Switch: "192.0.2.2", Name: "core-1", Port: port, Alias: alias, Since: first,
		}}
	}
	if diff := cmp.Diff([]heron.PortStay{at("Gi1/0/7", "Desk 14", 10, 60), at("Gi1/0/9", "", 30, 40)}, got); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
	if got, err = s.ListPorts(t.Context(), "nobody"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("ports of nobody: %v, %v; want an empty list", got, err)
	}
}

func flows(t *testing.T, s *suite, _ func(testing.TB) string) {
	var list []heron.Flow
	for i := range 10 {
		f := heron.Flow{
			ID: heron.FlowID{0xf0 + byte(i)}, Transport: heron.TCP, ServerPort: 502, Protocol: []string{"modbus", "http"}[i%2],
			First: Start + heron.Time(i)*heron.Second, Last: Start + heron.Time(i)*heron.Minute, ClientBytes: 1 << 40,
			ClientDevice: "d1", ServerDevice: "d2", State: heron.FlowEstablished,
		}
		if i >= 6 {
			f.ClientDevice, f.ServerDevice = "d2", "d3"
		}
		list = append(list, f)
	}
	s.apply(t, heron.BatchResult{Batch: &heron.Batch{Flows: list}})
	newer, older := list[0], list[1]
	newer.Last, newer.ClientBytes = newer.Last+1, 99
	older.Last, older.ClientBytes = older.Last-1, 1
	s.apply(t, heron.BatchResult{Batch: &heron.Batch{Flows: []heron.Flow{newer, older}}})
	list[0] = newer
	get := func(f heron.FlowFilter) []string {
		return ids(t, func(f *heron.Flow) string { return f.ID.String()[:2] }, func(p heron.Page) (heron.List[heron.Flow], error) {
			return s.ListFlows(t.Context(), f, p)
		}, heron.Page{Limit: 3})
	}
	for _, tt := range []struct {
		f    heron.FlowFilter
		want []string
	}{
		{heron.FlowFilter{}, []string{"f9", "f8", "f7", "f6", "f5", "f4", "f3", "f2", "f1", "f0"}},
		{heron.FlowFilter{DeviceID: "d1"}, []string{"f5", "f4", "f3", "f2", "f1", "f0"}},
		{heron.FlowFilter{DeviceID: "d2"}, []string{"f9", "f8", "f7", "f6", "f5", "f4", "f3", "f2", "f1", "f0"}},
		{heron.FlowFilter{DeviceID: "d3", Protocol: "modbus"}, []string{"f8", "f6"}},
		{heron.FlowFilter{From: Start + 8*heron.Minute}, []string{"f9", "f8"}},
		{heron.FlowFilter{To: Start + heron.Second}, []string{"f1", "f0"}},
		{heron.FlowFilter{DeviceID: "nobody"}, nil},
	} {
		if diff := cmp.Diff(tt.want, get(tt.f)); diff != "" {
			t.Errorf("flows of %+v (-want +got):\n%s", tt.f, diff)
		}
	}
	l, err := s.ListFlows(t.Context(), heron.FlowFilter{}, heron.Page{})
	must(t, err)
	if diff := cmp.Diff(list[:2], []heron.Flow{l.Items[9], l.Items[8]}, byValue...); diff != "" {
		t.Fatalf("flows (-want +got):\n%s", diff)
	}
}

func peersAndBaselines(t *testing.T, s *suite, _ func(testing.TB) string) {
	devices := s.put(t, 3)
	devices[2].Zone, devices[2].Standing.Purdue = "z-ot", heron.Held{Value: "3.5", By: heron.ByType}
	s.apply(t, heron.BatchResult{Devices: devices[2:]})
	peer := func(address string, bytes uint64) heron.Peer {
		return heron.Peer{Address: address, Protocol: "tls", Port: 443, BytesOut: bytes, Flows: 1, First: Start, Last: Start}
	}
	base := heron.Baseline{DeviceID: "dev-0001", Since: Start, Maturity: 0.25, Features: map[string]heron.Tail{"bytes_out": {Mean: 1.5}}}
	base.Traffic = heron.Traffic{
		BytesOut: 7, SizesOut: [heron.FlowBuckets]uint32{7: 1 << 31},
		Used: []heron.ServiceUse{{Transport: heron.TCP, Port: 443, Protocol: "tls", Flows: 1, Last: Start}},
	}
	s.apply(t, heron.BatchResult{
		Baselines: []heron.Baseline{base, {DeviceID: "dev-0002"}},
		Peers:     map[string][]heron.Peer{"dev-0001": {peer("a", 1), peer("b", 5)}, "dev-0002": {peer("x", 1)}},
	})
	known := peer("c", 3)
	known.DeviceID = "dev-0002"
	s.apply(t, heron.BatchResult{Peers: map[string][]heron.Peer{"dev-0001": {peer("a", 9), known}}})
	known.Title, known.Zone, known.Purdue = devices[2].Title(), "z-ot", "3.5"
	peers, err := s.ListPeers(t.Context(), "dev-0001")
	must(t, err)
	if diff := cmp.Diff([]heron.Peer{peer("a", 9), peer("b", 5), known}, peers); diff != "" {
		t.Fatalf("peers (-want +got):\n%s", diff)
	}
	got, err := s.GetBaseline(t.Context(), "dev-0001")
	must(t, err)
	if diff := cmp.Diff(base, *got, byValue...); diff != "" {
		t.Fatalf("baseline (-want +got):\n%s", diff)
	}
	_, err = s.GetBaseline(t.Context(), "dev-0000")
	wantCode(t, err, heron.CodeNotFound)
	n := 0
	must(t, s.LoadBaselines(t.Context(), "site", func(heron.Baseline) error { n++; return nil }))
	must(t, s.LoadBaselines(t.Context(), "elsewhere", func(heron.Baseline) error { n += 100; return nil }))
	if n != 2 {
		t.Fatalf("%d baselines loaded, want 2", n)
	}
}

func timeline(t *testing.T, s *suite, _ func(testing.TB) string) {
	var want []string
	for batch := range 3 {
		var changes []heron.DeviceChange
		for i := range 30 {
			text := fmt.Sprintf("%d.%02d", batch, i)
			d := device(i)
			changes = append(changes, heron.DeviceChange{
				Time: Start + heron.Time(batch), Kind: heron.DeviceUpdated, DeviceID: "d", Summary: text, Device: &d,
			})
			want = append([]string{text}, want...)
		}
		s.apply(t, heron.BatchResult{Changes: changes})
	}
	got := ids(t, func(c *heron.DeviceChange) string {
		if c.Device != nil {
			t.Error("a timeline entry holds the whole device")
		}
		return c.Summary
	}, func(p heron.Page) (heron.List[heron.DeviceChange], error) {
		return s.ListDeviceChanges(t.Context(), "d", p)
	}, heron.Page{Limit: 8})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("timeline (-want +got):\n%s", diff)
	}
}

func batchSensor(t *testing.T, s *suite, _ func(testing.TB) string) {
	must(t, s.PutSensor(t.Context(), &heron.Sensor{ID: "s1", Name: "Basement", Created: Start, State: "never"}))
	s.apply(t, heron.BatchResult{Sensor: &heron.Sensor{ID: "s1", Name: "s1", State: "online", Stats: heron.Stats{Packets: 7}}})
	got, err := s.GetSensor(t.Context(), "s1")
	must(t, err)
	want := heron.Sensor{ID: "s1", Name: "Basement", Created: Start, State: "online", Stats: heron.Stats{Packets: 7}, LastSeq: 1}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Fatalf("sensor (-want +got):\n%s", diff)
	}
}
