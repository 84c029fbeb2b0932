package tplinksmarthome_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/tplinksmarthome"
)

func plug() []byte {
	b, key := []byte(`{"system":{"get_sysinfo":{"sw_ver":"1.5.4 Build 180815","hw_ver":"2.0","type":"IOT.SMARTPLUGSWITCH",`+
		`"model":"HS100(EU)","mac":"02:00:00:00:00:05","alias":"Hall","deviceId":"8006A0","err_code":0}}}`), byte(0xab)
	for i, c := range b {
		key ^= c
		b[i] = key
	}
	return b
}

func framed() []byte {
	b := plug()
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, tplinksmarthome.Probe(), []probetest.Case{
		{Name: "plug", Answer: plug(), Want: map[string]string{
			"service.protocol": "udp/9999/tplinksmarthome", "tplink.alias": "Hall", "tplink.device_id": "8006A0",
			"tplink.hw_ver": "2.0", "tplink.mac": "02:00:00:00:00:05", "tplink.model": "HS100(EU)",
			"tplink.sw_ver": "1.5.4 Build 180815", "tplink.type": "IOT.SMARTPLUGSWITCH",
		}},
	})
	probetest.Run(t, tplinksmarthome.Stream(), []probetest.Case{
		{Name: "plug over TCP", Answer: framed(), Want: map[string]string{
			"service.protocol": "tcp/9999/tplinksmarthome", "tplink.alias": "Hall", "tplink.device_id": "8006A0",
			"tplink.hw_ver": "2.0", "tplink.mac": "02:00:00:00:00:05", "tplink.model": "HS100(EU)",
			"tplink.sw_ver": "1.5.4 Build 180815", "tplink.type": "IOT.SMARTPLUGSWITCH",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, tplinksmarthome.Stream(), framed()) }
