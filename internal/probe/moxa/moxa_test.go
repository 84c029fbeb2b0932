package moxa_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/moxa"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func server() []byte {
	return probetest.Hex("8100 0018 00000000 10510080 1051 0090e8000001 c0000205")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, moxa.Probe(), []probetest.Case{
		{Name: "device server", Answer: server(), Want: map[string]string{
			"service.protocol": "udp/4800/moxa", "moxa.mac": "00:90:e8:00:00:01", "moxa.model_code": "5110",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, moxa.Probe(), server()) }
