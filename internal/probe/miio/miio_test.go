package miio_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/miio"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func greeting() []byte {
	return probetest.Hex("2131 0020 00000000 03a1b2c3 00001020 ffffffffffffffffffffffffffffffff")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, miio.Probe(), []probetest.Case{
		{Name: "greeting", Answer: greeting(), Want: map[string]string{
			"service.protocol": "udp/54321/miio", "miio.device_id": "60928707",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, miio.Probe(), greeting()) }
