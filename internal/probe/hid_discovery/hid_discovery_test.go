package hid_discovery_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/hid_discovery"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const answer = "discovered;091;02:00:00:00:00:05;NorthDoor;192.0.2.7;1;EH400;2.3.1.603;04/23/2012;"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, hid_discovery.Probe(), []probetest.Case{{Name: "controller", Answer: []byte(answer), Want: map[string]string{
		"service.protocol": "udp/4070/hid_discovery", "hid.mac": "02:00:00:00:00:05", "hid.name": "NorthDoor", "hid.model": "EH400",
		"hid.firmware": "2.3.1.603",
	}}})
}

func TestNoOrderMayBeSent(t *testing.T) {
	t.Parallel()
	if hid_discovery.Probe().Allow([]byte("command_blink_on;042;02:00:00:00:00:05;30;")) == nil {
		t.Error("an order may be sent")
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, hid_discovery.Probe(), []byte(answer)) }
