package knxip_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/knxip"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

// router describes itself, its services and its maker.
func router() []byte {
	return probetest.Hex("0610 0204 004e 3601 02 00 1100 0000 008301234567 e000170c 020000000005" +
		"4578616d706c6520526f7574657200000000000000000000000000000000 0a02 0201 0301 0401 0501 08fe 0083 00000000")
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, knxip.Probe(), []probetest.Case{
		{Name: "router", Answer: router(), Want: map[string]string{
			"service.protocol": "udp/3671/knxip", "knxip.address": "1.1.0", "knxip.mac": "02:00:00:00:00:05",
			"knxip.manufacturer_id": "131", "knxip.medium": "tp1", "knxip.multicast": "224.0.23.12",
			"knxip.name": "Example Router", "knxip.role": "server", "knxip.serial": "008301234567",
			"knxip.service": "core | management | tunnelling | routing",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, knxip.Probe(), router()) }
