package ubnt_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/ubnt"
)

func accessPoint() []byte {
	body := "\x01\x00\x06\x02\x00\x00\x00\x00\x05" + "\x03\x00\x22XM.ar7240.v5.6.3.28591.151130.1749" +
		"\x0b\x00\x07ap-hall" + "\x14\x00\x0eNanoStation M5"
	return append([]byte{1, 0, 0, byte(len(body))}, body...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ubnt.Probe(), []probetest.Case{
		{Name: "access point", Answer: accessPoint(), Want: map[string]string{
			"service.protocol": "udp/10001/ubnt", "host.name": "ap-hall",
			"ubnt.firmware": "XM.ar7240.v5.6.3.28591.151130.1749", "ubnt.hostname": "ap-hall",
			"ubnt.mac": "02:00:00:00:00:05", "ubnt.model": "NanoStation M5",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ubnt.Probe(), accessPoint()) }
