package modbus_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/modbus"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// identity is a response with three objects.
var identity = append([]byte{0, 1, 0, 0, 0, 43, 0xff, 0x2b, 0x0e, 1, 1, 0, 0, 3},
	"\x00\x12Schneider Electric\x01\x0aBMX P34202\x02\x04v2.9"...)

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, modbus.Probe(), []probetest.Case{
		{Name: "identification", Answer: withLength(identity), Want: map[string]string{
			"service.protocol": "tcp/502/modbus", "modbus.server": "yes", "modbus.unit": "255", "modbus.function": "43",
			"modbus.device_id.vendor": "Schneider Electric", "modbus.device_id.product_code": "BMX P34202",
			"modbus.device_id.revision": "v2.9",
		}},
		{
			Name: "in two answers", Answer: probetest.Hex("0001 0000 000d ff 2b 0e 02 02 ff 04 01 00 03 414243"),
			Then: [][]byte{probetest.Hex("0001 0000 0010 ff 2b 0e 02 02 00 00 01 05 06 4d3a32323150")}, Want: map[string]string{
				"service.protocol": "tcp/502/modbus", "modbus.device_id.model_name": "M:221P",
				"modbus.device_id.vendor": "ABC", "modbus.function": "43", "modbus.server": "yes", "modbus.unit": "255",
			},
		},
		{
			Name: "refused, and its ID", Answer: []byte{0, 1, 0, 0, 0, 3, 0xff, 0xab, 1},
			Then: [][]byte{append([]byte{0, 2, 0, 0, 0, 15, 0xff, 0x11, 12}, "\x01\xffCOMPANY X1"...)}, Want: map[string]string{
				"service.protocol": "tcp/502/modbus", "modbus.server": "yes", "modbus.unit": "255",
				"modbus.function": "17", "modbus.server_id": "COMPANY X1",
			},
		},
		{Name: "both refused", Answer: []byte{0, 1, 0, 0, 0, 3, 0xff, 0xab, 1}, Then: [][]byte{{0, 2, 0, 0, 0, 3, 0xff, 0x91, 1}}, Want: map[string]string{
			"service.protocol": "tcp/502/modbus", "modbus.server": "yes", "modbus.unit": "255",
		}},
		{Name: "nobody behind the gateway", Answer: []byte{0, 1, 0, 0, 0, 3, 0xff, 0xab, 11}, Want: map[string]string{
			"service.protocol": "tcp/502/modbus", "modbus.server": "yes", "modbus.unit": "255", "modbus.gateway": "exception",
		}},
		{Name: "more objects promised than sent", Answer: []byte{0, 1, 0, 0, 0, 9, 0xff, 0x2b, 0x0e, 1, 1, 0, 0, 200, 0}, Want: map[string]string{
			"service.protocol": "tcp/502/modbus", "modbus.server": "yes", "modbus.unit": "255", "modbus.function": "43",
		}},
	})
}

func withLength(b []byte) []byte {
	b[5] = byte(len(b) - 6)
	return b
}

func TestOnlyTheIdentificationMayBeSent(t *testing.T) {
	t.Parallel()
	allow := modbus.Probe().Allow
	if err := allow([]byte{0, 2, 0, 0, 0, 2, 0xff, 0x11}); err != nil {
		t.Error(err)
	}
	if err := allow([]byte{0, 1, 0, 0, 0, 5, 0xff, 0x2b, 0x0e, 1, 0}); err != nil {
		t.Error(err)
	}
	for name, out := range map[string][]byte{
		"write single coil":          {0, 1, 0, 0, 0, 6, 1, 5, 0, 1, 0xff, 0},
		"write single register":      {0, 1, 0, 0, 0, 6, 1, 6, 0, 1, 0, 3},
		"diagnostics: restart":       {0, 1, 0, 0, 0, 6, 1, 8, 0, 1, 0, 0},
		"report server ID with more": {0, 2, 0, 0, 0, 3, 0xff, 0x11, 0},
		"cut off":                    {0, 1, 0, 0, 0, 5, 0xff, 0x2b},
	} {
		if allow(out) == nil {
			t.Errorf("%s may be sent", name)
		}
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, modbus.Probe(), withLength(identity)) }
