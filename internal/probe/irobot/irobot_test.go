package irobot_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/irobot"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const answer = `{"ver":"3","hostname":"Roomba-0123456789ABCDEF","robotname":"Dusty","ip":"192.0.2.7","mac":"02:00:00:00:00:05","sw":"v2.4.8-44","sku":"R980020"}`

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, irobot.Probe(), []probetest.Case{{Name: "robot", Answer: []byte(answer), Want: map[string]string{
		"service.protocol": "udp/5678/irobot", "irobot.hostname": "Roomba-0123456789ABCDEF", "irobot.name": "Dusty",
		"irobot.mac": "02:00:00:00:00:05", "irobot.firmware": "v2.4.8-44", "irobot.sku": "R980020",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, irobot.Probe(), []byte(answer)) }
