package main

import (
	"testing"

	"github.com/heron-iot/heron"
)

func TestTheSourcesOfAProcessCount(t *testing.T) {
	t.Parallel()
	health := &heron.SensorHealth{}
	for _, x := range []struct {
		name                 string
		sensor               heron.Sensor
		packets, flows, lost string
	}{
		{"a source", heron.Sensor{Stats: heron.Stats{Packets: 9, Flows: 2, KernelDrops: 1, TableEvictions: 1, StreamDrops: 1, Unplaced: 1}}, "9", "2", "4"},
		{"a source that saw nothing yet", heron.Sensor{}, "0", "0", "0"},
		{"a process", heron.Sensor{Health: health}, "", "", ""},
		{"a process that is a source itself", heron.Sensor{Health: health, Stats: heron.Stats{Packets: 9}}, "9", "0", "0"},
	} {
		if packets, flows, lost := counted(&x.sensor); packets != x.packets || flows != x.flows || lost != x.lost {
			t.Errorf("%s: packets %q, flows %q, lost %q", x.name, packets, flows, lost)
		}
	}
}
