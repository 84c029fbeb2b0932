package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
)

func TestSmoke(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	b, err := bus.Open(ctx, bus.Config{StoreDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	t0 := time.Now()
	for i := range 100 {
		if err := b.PublishBatch(ctx, &heron.Batch{SensorID: "s", SiteID: "x", Seq: uint64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	t.Log("publish", time.Since(t0))
	t0 = time.Now()
	n := 0
	err = b.ConsumeBatches(ctx, "x", func(_ context.Context, bt *heron.Batch) error {
		if int(bt.Seq) != n {
			t.Error(bt.Seq, n)
		}
		n++
		if n == 100 {
			cancel()
		}
		return nil
	})
	t.Log("consume", time.Since(t0), n, err)
	t.Logf("%+v", b.Stats(t.Context()))
}
