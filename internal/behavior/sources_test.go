package behavior_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/behavior"
)

func TestSources(t *testing.T) {
	t.Parallel()
	t.Run("are not mixed up by the numbers of their flows", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		for i := range 4 {
			tr.From(fmt.Sprint("sensor", i%2))
			f := talk(byte(i % 2))
			f.Last += heron.Time(i/2) * heron.Second
			if got := tr.Flow(f, 0, 0); got.Still != (i >= 2) {
				t.Errorf("report %d: got %+v", i, got)
			}
		}
		if got := trafficOf(tr)["cam"]; got.ClientFlows != 2 || got.BytesOut != 120 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("have no more room than there is, whatever numbers they send", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		for sensor := range 3 {
			tr.From(fmt.Sprint("sensor", sensor))
			for i := range uint32(2000) {
				f := talk(byte(sensor), byte(i), byte(i>>8))
				f.Number = 1<<32 - 1 - i*256
				tr.Flow(f, 0, 0)
			}
		}
		if now, most := tr.Chunks(); now > most {
			t.Errorf("%d chunks of flows, want at most %d", now, most)
		}
	})
	t.Run("are forgotten an hour after they were heard", func(t *testing.T) {
		t.Parallel()
		tr := behavior.New("site")
		tr.From("gone")
		tr.Flow(talk(1), 0, 0)
		tr.From("there")
		tr.Advance(start + 2*heron.Hour)
		tr.From("another")
		tr.From("there")
		if now, _ := tr.Chunks(); now != 0 {
			t.Errorf("%d chunks of flows", now)
		}
	})
}
