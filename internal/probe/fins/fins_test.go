package fins_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/fins"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func field(s string, n int) string { return s + string(make([]byte, n-len(s))) }

// data is a controller's answer.
func data() []byte {
	return append(probetest.Hex("c0 00 02 00 fe 00 00 05 00 01 0501 0000"), field("CJ2M-CPU33", 20)+field("02.01", 20)+field("", 52)...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, fins.Probe(), []probetest.Case{
		{Name: "controller", Answer: data(), Want: map[string]string{
			"service.protocol": "udp/9600/fins", "fins.model": "CJ2M-CPU33", "fins.node": "0.5.0",
			"fins.version": "02.01",
		}},
		{Name: "refused", Answer: probetest.Hex("c0 00 02 00 fe 00 00 05 00 01 0501 0401"), Want: map[string]string{
			"service.protocol": "udp/9600/fins", "fins.node": "0.5.0",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, fins.Probe(), data()) }
