package loss_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect/detecttest"
	"github.com/heron-iot/heron/internal/detect/loss"
)

func TestLoss(t *testing.T) {
	t.Parallel()
	report := func(seconds float64, epoch string, s heron.Stats) detecttest.Step {
		return detecttest.Sensor(seconds, "s1", epoch, s)
	}
	calm := heron.Stats{Packets: 100_000}
	detecttest.Run(t, loss.Detector(), []detecttest.Scenario{
		{
			Name: "nothing lost",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(30, "a", heron.Stats{Packets: 50_000}), report(61, "a", calm),
			},
		},
		{
			Name: "the kernel drops frames",
			Script: []detecttest.Step{
				report(0, "a", calm), report(61, "a", heron.Stats{Packets: 200_000, KernelDrops: 3000}),
			},
			Want: []string{"medium  → : open, Sensor s1 misses 2.9 % of its traffic: the kernel has no room"},
		},
		{
			Name: "half of it is lost, and later nothing",
			Script: []detecttest.Step{
				report(0, "a", calm), report(61, "a", heron.Stats{Packets: 200_000, KernelDrops: 100_000}),
				report(122, "a", heron.Stats{Packets: 300_000, KernelDrops: 100_000}),
			},
			Want: []string{"high  → : closed, Sensor s1 misses 50.0 %"},
		},
		{
			Name: "holes in streams",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(61, "a", heron.Stats{Packets: 10_000, Gaps: 500}),
			},
			Want: []string{"medium  → : open, Sensor s1 misses 4.8 % of its traffic: TCP streams have holes"},
		},
		{
			Name: "a full table",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(61, "a", heron.Stats{Packets: 10_000, TableEvictions: 500, DroppedFacts: 7, DroppedEvents: 9}),
			},
			Want: []string{"medium  → : open, Sensor s1 misses 5.2 % of its traffic: the table of flows is full"},
		},
		{
			Name: "a full inventory",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(61, "a", heron.Stats{Packets: 10_000, Unplaced: 900}),
			},
			Want: []string{"medium  → : open, Sensor s1 misses 9.0 % of its traffic: the inventory is full (raise max_endpoints), or a host makes addresses up"},
		},
		{
			Name: "a few holes are chance",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(61, "a", heron.Stats{Packets: 500, Gaps: 60}),
			},
		},
		{
			Name: "a sensor that began anew",
			Script: []detecttest.Step{
				report(0, "a", calm), report(61, "b", heron.Stats{Packets: 1000, KernelDrops: 2}), report(125, "b", calm),
			},
		},
		{
			Name: "a short capture that is mostly lost",
			Script: []detecttest.Step{
				report(0, "a", heron.Stats{}), report(5, "a", heron.Stats{Packets: 5000, Gaps: 900}).AsLast(),
			},
			Want: []string{"high  → : open, Sensor s1 misses 15.3 %"},
		},
	})
}
