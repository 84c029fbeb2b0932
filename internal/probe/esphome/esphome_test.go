package esphome_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/esphome"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func field(number byte, text string) string {
	return string([]byte{number<<3 | 2, byte(len(text))}) + text
}

func message(kind byte, body string) []byte {
	return append([]byte{0, byte(len(body)), kind}, body...)
}

func sealed(body string) []byte { return append([]byte{1, 0, byte(len(body))}, body...) }

func device() [][]byte {
	return [][]byte{
		message(2, "\x08\x01\x10\x09"+field(3, "plug-hall (esphome v2023.12.5)")+field(4, "plug-hall")),
		message(10, field(2, "plug-hall")+field(3, "02:00:00:00:00:05")+field(4, "2023.12.5")+field(6, "esp01_1m")+field(8, "athom.smart-plug-v2")),
		message(6, ""),
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	answers := device()
	probetest.Run(t, esphome.Probe(), []probetest.Case{
		{Name: "in clear", Answer: answers[0], Then: answers[1:], Want: map[string]string{
			"service.protocol": "tcp/6053/esphome", "esphome.server": "plug-hall (esphome v2023.12.5)", "esphome.name": "plug-hall",
			"esphome.mac": "02:00:00:00:00:05", "esphome.version": "2023.12.5", "esphome.model": "esp01_1m", "esphome.project": "athom.smart-plug-v2",
		}},
		{
			Name: "wants a key", Answer: sealed("\x01Bad indicator byte"),
			Want:    map[string]string{"service.protocol": "tcp/6053/esphome", "esphome.encrypted": "yes"},
			Follows: []probe.Follow{{Probe: "esphome", Path: "/noise"}},
		},
		{Name: "under a key", Path: "/noise", Answer: sealed("\x01door-front\x0002:00:00:00:00:05\x00"), Want: map[string]string{
			"service.protocol": "tcp/6053/esphome", "esphome.encrypted": "yes", "esphome.name": "door-front", "esphome.mac": "02:00:00:00:00:05",
		}},
	})
}

func TestNoCommandMayBeSent(t *testing.T) {
	t.Parallel()
	if esphome.Probe().Allow(message(33, "\x0d\x01\x00\x00\x00\x10\x01")) == nil { // a switch
		t.Error("a switch may be switched")
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, esphome.Probe(), device()[0]) }
