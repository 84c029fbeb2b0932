package bus

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
)

func TestShedsTheLeastImportantFirst(t *testing.T) {
	t.Parallel()
	end := heron.Endpoint{IP: netip.MustParseAddr("10.0.0.1")}
	batch := func(state heron.FlowState, port uint16, value string) *heron.Batch {
		return &heron.Batch{
			SensorID: "s", Flows: []heron.Flow{{ID: heron.FlowID{1}, Client: end, ServerPort: port, State: state}},
			Observations: []heron.Observation{{Subject: heron.Subject{Endpoint: end}, Key: "k", Value: value}},
			Events:       []heron.Event{{Kind: "modbus.write"}},
		}
	}
	known := batch(heron.FlowEstablished, 80, "old")
	for _, tt := range []struct {
		name            string
		b               *heron.Batch
		l               level
		flows, observed int
	}{
		{"room enough", known, keepAll, 1, 1},
		{"a known conversation", known, shedQuiet, 0, 1},
		{"a new conversation", batch(heron.FlowEstablished, 81, "old"), shedQuiet, 1, 1},
		{"a known one that goes wrong", batch(heron.FlowRejected, 80, "old"), shedQuiet, 1, 1},
		{"any flow", batch(heron.FlowRejected, 82, "old"), shedFlows, 0, 1},
		{"a repeated fact", known, shedRepeats, 0, 0},
		{"a new fact", batch(heron.FlowEstablished, 80, "new"), shedRepeats, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShedder()
			s.thin(known, keepAll)
			got := s.thin(tt.b, tt.l)
			lost := s.totals()
			switch {
			case len(got.Flows) != tt.flows || len(got.Observations) != tt.observed || len(got.Events) != 1:
				t.Errorf("%d flows, %d observations, %d events left", len(got.Flows), len(got.Observations), len(got.Events))
			case lost.flows != uint64(1-tt.flows) || lost.observations != uint64(1-tt.observed):
				t.Errorf("counted: %+v", lost)
			case got.Stats.ShedFlows != lost.flows || got.Stats.ShedFacts != lost.observations:
				t.Errorf("told: %+v", got.Stats)
			case len(tt.b.Flows) != 1:
				t.Error("the batch itself was changed")
			}
		})
	}
}

func TestLevelsFollowTheRoom(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[uint64]level{0: keepAll, 69: keepAll, 70: shedQuiet, 80: shedFlows, 89: shedFlows, 90: shedRepeats, 200: shedRepeats} {
		if got := levelOf(bytes, 100); got != want {
			t.Errorf("%d of 100: level %d, want %d", bytes, got, want)
		}
	}
}

func TestMemoryOfWhatWasToldIsBounded(t *testing.T) {
	t.Parallel()
	var m told
	for i := range uint64(5 * generation) {
		if m.before(i) {
			t.Fatal(fmt.Sprint(i), "was told before")
		}
	}
	if n := len(m.young) + len(m.old); n > 2*generation {
		t.Fatalf("%d are remembered", n)
	}
	if !m.before(5*generation - 1) {
		t.Error("the last one is forgotten")
	}
}
