// Package irobot asks a cleaning robot of iRobot's which it is, with the search that its
// app sends to all, to the host alone. It can send nothing else.
//
// The dissector reads the answer: irobot.sku, irobot.firmware …
package irobot

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	request   = "irobotmcs"
	maxAnswer = 2 << 10
)

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "irobot", Transport: heron.UDP, Ports: []uint16{5678}, Safety: probe.ReadOnly, Worth: 3,
		Makers:    []string{"irobot", "azurewave", "murata", "liteon", "lite-on"},
		MaxWrites: 1, MaxBytes: len(request), MaxAnswer: maxAnswer, Allow: probe.Only([]byte(request)),
		Spec: "iRobot's search, as its public descriptions have it", Run: probe.Ask(probe.Begins("{"), []byte(request)),
	}
}
