package app

import (
	"testing"

	"github.com/heron-iot/heron"
)

// A packet of the far future stops time for those that come after it: they must
// not all wait for its end in one batch.
func TestABatchEndsThoughTimeStandsStill(t *testing.T) {
	t.Parallel()
	talk := hostile{
		frame: func(b []byte, _ int) []byte { return datagram(b, attacker, victim, 5000, 6000, []byte("x")) },
		at: func(i int) heron.Time {
			if i == 0 {
				return 100 * 365 * heron.Day
			}
			return heron.Time(i)
		},
	}
	batches := 0
	p := newPipeline(pipelineConfig{site: "test", sensor: "test", workers: 1, emit: func(*heron.Batch) error {
		batches++
		return nil
	}})
	if err := p.run(&attack{hostile: talk, count: maxUncut + 2, pace: 1}, func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	if batches != 2 {
		t.Errorf("%d batches, want one that is full and one for the rest", batches)
	}
}
