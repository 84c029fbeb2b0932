package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
)

func TestOrderIsCheckedWhole(t *testing.T) {
	t.Parallel()
	base := config.Default()
	base.Sensor.Interfaces = []string{"eth0"}
	base.Sensor.Filter = "tcp"
	none, few, ring := "", 3, int64(5)
	c, err := checkOrder(base, heron.SensorConfig{Filter: &none, Local: &[]string{"198.51.100.0/24"}})
	if err != nil || c.Sensor.Filter != "" || len(c.Prefixes()) != 1 || c.Sensor.Interfaces[0] != "eth0" || base.Sensor.Filter != "tcp" {
		t.Fatalf("a good order: %+v, %v", c.Sensor, err)
	}
	wrong := "port"
	_, err = checkOrder(base, heron.SensorConfig{
		Filter: &wrong, Local: &[]string{"here"}, Sources: &[]string{}, MaxFlows: &few, EvidenceBytes: &ring,
	})
	for _, want := range []string{"filter", "local", "sources", "max_flows", "evidence_bytes"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not told in: %v", want, err)
		}
	}
}

func TestOrderIsKept(t *testing.T) {
	t.Parallel()
	f := &field{base: config.Config{Data: t.TempDir()}}
	if o, err := f.loadOrder(); err != nil || o.Version != 0 {
		t.Fatalf("no order yet: %+v, %v", o, err)
	}
	filter := "tcp"
	if err := f.storeOrder(heron.SensorConfig{Version: 4, Filter: &filter}); err != nil {
		t.Fatal(err)
	}
	o, err := f.loadOrder()
	if err != nil || o.Version != 4 || *o.Filter != "tcp" || o.Local != nil {
		t.Fatalf("the order: %+v, %v", o, err)
	}
}

func TestClockOffset(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	ms := func(n int) time.Time { return at.Add(time.Duration(n) * time.Millisecond) }
	// The other clock is 5 s ahead; 10 ms there, 3 ms at work, 10 ms back.
	offset, trip := clockOffset(ms(0), ms(23), ms(5010), ms(5013))
	if offset != 5*time.Second || trip != 20*time.Millisecond {
		t.Errorf("offset %v, on the way %v", offset, trip)
	}
}

// TestReshapedSensorLosesNoPacket changes the pipeline in the middle of a stream.
func TestReshapedSensorLosesNoPacket(t *testing.T) {
	t.Parallel()
	const n = 300
	total, flows := uint64(0), map[string]uint64{}
	s := &sensor{name: "s", conf: pipelineConfig{site: "x", sensor: "s"}}
	s.begin(1)
	s.queue = make(chan *heron.Batch, 2*n) // nobody sends here
	src := &packets{n: n}
	for i := 0; ; i++ {
		var p heron.Packet
		if err := src.Next(&p); err != nil {
			break
		}
		if err := s.take([]*heron.Packet{&p}); err != nil {
			t.Fatal(err)
		}
		if i == n/2 {
			if err := s.reshape(func(c *pipelineConfig) { c.table = 4096 }); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	close(s.queue)
	for b := range s.queue {
		flows[b.Epoch] = max(flows[b.Epoch], b.Stats.Packets)
	}
	for _, packets := range flows {
		total += packets
	}
	if len(flows) != 2 || total != n {
		t.Errorf("%d packets of %d in %d runs", total, n, len(flows))
	}
}

func TestAddressesOfAnAlert(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"10.0.0.1": "10.0.0.1", "02-00-00-00-00-01": "02:00:00:00:00:01", "a name": "", "": ""} {
		if got := strings.Join(addressesIn(in), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNoEvidenceRemovesWhatWasKept(t *testing.T) {
	t.Parallel()
	f := &field{base: config.Config{Data: t.TempDir()}}
	s := &source{name: "tzsp://127.0.0.1:37008", sensor: &sensor{name: "s"}}
	if err := f.keep(s, 4<<20); err != nil {
		t.Fatal(err)
	}
	s.sensor.kept().Add(&heron.Packet{Time: 1, Data: make([]byte, 60), Link: heron.LinkEthernet})
	f.sources = []*source{s}
	var got bytes.Buffer
	if err := f.packets(t.Context(), heron.PacketQuery{To: 2}, &got); err != nil || got.Len() == 0 {
		t.Fatalf("%d bytes of packets, %v", got.Len(), err)
	}
	if err := f.keep(s, 8<<20); err != nil || s.sensor.kept() == nil {
		t.Fatalf("another limit: %v", err)
	}
	if err := f.keep(s, 0); err != nil || s.sensor.kept() != nil {
		t.Fatalf("none: %v", err)
	}
	left, err := os.ReadDir(filepath.Join(f.base.Data, "evidence"))
	if err != nil || len(left) != 0 {
		t.Errorf("left on disk: %v, %v", left, err)
	}
}
