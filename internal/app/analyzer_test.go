package app

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/identify"
)

func TestAFullInventoryIsCountedByItsSensors(t *testing.T) {
	t.Parallel()
	id, err := identify.New()
	if err != nil {
		t.Fatal(err)
	}
	a := newAnalyzer(analyzerConfig{site: "site", identify: id, maxEndpoints: 10, quiet: true})
	batch := func(sensor string, from, to int) *heron.Batch {
		b := &heron.Batch{SensorID: sensor, Now: heron.Second}
		for i := from; i < to; i++ {
			o := heron.Observation{Key: heron.KeyARP, Source: "arp", First: heron.Second, Last: heron.Second, Count: 1}
			o.MAC, o.IP = heron.MAC{2, 0, 0, 0, 0, byte(i)}, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
			o.Value = fmt.Sprint(o.IP)
			b.Observations = append(b.Observations, o)
		}
		return b
	}
	for _, x := range []struct {
		batch *heron.Batch
		want  uint64
	}{
		{batch("a", 1, 9), 0},
		{batch("a", 9, 14), 3},
		{batch("b", 1, 9), 0}, // known already
		{batch("a", 20, 21), 4},
		{batch("b", 20, 22), 2},
	} {
		a.apply(x.batch)
		if got := x.batch.Stats.Unplaced; got != x.want {
			t.Errorf("sensor %s: %d observations had no room, want %d", x.batch.SensorID, got, x.want)
		}
	}
}
