package lantronix_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/lantronix"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func version() []byte {
	return probetest.Hex("000000f7 00100000 5835 0000 0000 0000 0000 1234 00000000 00204a000001")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, lantronix.Probe(), []probetest.Case{
		{Name: "version", Answer: version(), Want: map[string]string{
			"service.protocol": "udp/30718/lantronix", "lantronix.mac": "00:20:4a:00:00:01",
			"lantronix.software_type": "X5",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, lantronix.Probe(), version()) }
