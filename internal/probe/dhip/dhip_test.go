package dhip_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron/internal/probe/dhip"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func camera() []byte {
	const text = `{"mac":"02:00:00:00:00:05","method":"client.notifyDevInfo","params":{"deviceInfo":{"DeviceClass":"IPC",` +
		`"DeviceType":"IPC-HDW5231R-ZE","HttpPort":80,"MachineName":"Gate","SerialNo":"S0001","Vendor":"Dahua","Version":"2.622.0000.7.R"}}}`
	b := append([]byte("\x20\x00\x00\x00DHIP"), make([]byte, 8)...)
	for range 2 {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(text)))
	}
	return append(b, text...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, dhip.Probe(), []probetest.Case{
		{Name: "camera", Answer: camera(), Want: map[string]string{
			"service.protocol": "udp/37810/dhip", "dhip.device_class": "IPC", "dhip.mac": "02:00:00:00:00:05",
			"dhip.machine_name": "Gate", "dhip.model": "IPC-HDW5231R-ZE", "dhip.serial": "S0001",
			"dhip.vendor": "Dahua", "dhip.version": "2.622.0000.7.R",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, dhip.Probe(), camera()) }
