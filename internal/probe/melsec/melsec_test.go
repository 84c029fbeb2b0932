package melsec_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/melsec"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// model answers with Q03UDCPU, 0x0266.
func model() []byte {
	return probetest.Hex("d000 00 ff ff03 00 1400 0000 51303355444350552020202020202020 6602")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, melsec.Probe(), []probetest.Case{
		{Name: "model", Answer: model(), Want: map[string]string{
			"service.protocol": "tcp/5007/melsec", "melsec.model": "Q03UDCPU", "melsec.model_code": "0266",
		}},
		{Name: "refused", Answer: probetest.Hex("d000 00 ff ff03 00 0b00 59c0 00 ff ff03 00 0101 0000"), Want: map[string]string{
			"service.protocol": "tcp/5007/melsec",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, melsec.Probe(), model()) }
