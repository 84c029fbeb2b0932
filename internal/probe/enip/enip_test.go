package enip_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/enip"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// controller is the identity of one, as item 0x0c.
func controller() []byte {
	return probetest.Hex("6300 3300 00000000 00000000 0000000000000000 00000000" +
		"0100 0c00 2d00 0100 0002af12c0000205 0000000000000000" +
		"0100 0e00 3700 1404 3400 78563412 0b 313736392d4c333245204c 03")
}

func cases(transport string) []probetest.Case {
	return []probetest.Case{
		{Name: "controller", Answer: controller(), Want: map[string]string{
			"service.protocol": transport + "/44818/enip", "cip.identity.vendor": "Rockwell Automation",
			"cip.identity.vendor_id": "1", "cip.identity.device_type": "14", "cip.identity.product_code": "55",
			"cip.identity.product_name": "1769-L32E L", "cip.identity.revision": "20.04", "cip.identity.serial": "12345678",
		}},
		{Name: "nobody", Answer: probetest.Hex("6300 0200 00000000 00000000 0000000000000000 00000000 0000"), Want: map[string]string{
			"service.protocol": transport + "/44818/enip",
		}},
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, enip.Probe(), cases("udp"))
}

func TestStream(t *testing.T) {
	t.Parallel()
	probetest.Run(t, enip.Stream(), cases("tcp"))
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, enip.Probe(), controller()) }
