package hart_ip_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/hart_ip"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// opened grants a session, and identity is the answer to command 0.
func opened() []byte { return probetest.Hex("01 01 00 00 0001 000d 01 0000ea60") }

func identity() []byte {
	return probetest.Hex("01 01 03 00 0002 0025 06 80 00 18 0000 fe 264e 05 07 05 04 11 0c 0000d2 05 02 0002 00 0026 0026 84 45")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, hart_ip.Probe(), []probetest.Case{
		{Name: "instrument", Answer: opened(), Then: [][]byte{identity()}, Want: map[string]string{
			"service.protocol": "udp/5094/hart_ip", "hart_ip.device_id": "d2", "hart_ip.device_type": "264e",
			"hart_ip.instrument": "d2 type 26.264e", "hart_ip.manufacturer_id": "26", "hart_ip.revision": "7.5.4.2",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, hart_ip.Probe(), append(opened(), identity()...)) }
