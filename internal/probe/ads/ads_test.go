package ads_test

import (
	"bytes"
	"testing"

	"github.com/heron-iot/heron/internal/probe/ads"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func controller() []byte {
	return bytes.Join([][]byte{
		probetest.Hex("03661471 00000000 01000080 050102030101 1027 03000000"),
		probetest.Hex("0500 0a00"), []byte("CX-123456\x00"),
		probetest.Hex("0400 1401 14010000 0a000000 00000000 ba470000"), make([]byte, 276-16),
		probetest.Hex("0300 0400 03 01 b80f"),
	}, nil)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ads.Probe(), []probetest.Case{{Name: "controller", Answer: controller(), Want: map[string]string{
		"service.protocol": "udp/48899/ads", "ads.net_id": "5.1.2.3.1.1", "ads.twincat_version": "3.1.4024",
		"ads.os_version": "10.0.18362", "host.name": "CX-123456",
	}}})
}

// TestNoRouteMayBeAdded tries the order that is a service of the same search, and a
// question that promises more than it holds.
func TestNoRouteMayBeAdded(t *testing.T) {
	t.Parallel()
	allow := ads.Probe().Allow
	for _, out := range []string{
		"03661471 00000000 06000000 000000000000 1027 00000000",
		"03661471 00000000 01000000 000000000000 1027 01000000",
		"03661471 00000000 01000000 000000000000 1027 00000000 ffff",
	} {
		if allow(probetest.Hex(out)) == nil {
			t.Errorf("%s may be sent", out)
		}
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ads.Probe(), controller()) }
