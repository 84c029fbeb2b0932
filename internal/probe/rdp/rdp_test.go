package rdp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/rdp"
)

func chosen() []byte { return probetest.Hex("0300 0013 0e d0 0000 0000 00 02 1f 0800 02000000") }

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, rdp.Probe(), []probetest.Case{
		{Name: "CredSSP", Answer: chosen(), Want: map[string]string{
			"service.protocol": "tcp/3389/rdp", "rdp.security": "credssp",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, rdp.Probe(), chosen()) }
