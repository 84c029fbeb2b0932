package crestron_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/crestron"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func system() []byte {
	b := append(probetest.Hex("15 000000 0104 0003 0000"), "BOARDROOM"...)
	b = append(b, make([]byte, 256-len("BOARDROOM"))...)
	return append(b, "MC3 Cntrl Eng [v1.007.0026 (Jan 01 2020), #0079B1E4] @E-00107f000000\x00"...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, crestron.Probe(), []probetest.Case{
		{Name: "control system", Answer: system(), Want: map[string]string{
			"service.protocol": "udp/41794/crestron", "crestron.model": "MC3", "crestron.serial": "0079B1E4",
			"crestron.version": "1.007.0026", "host.name": "BOARDROOM",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, crestron.Probe(), system()) }
