package eiscp_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/eiscp"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const answer = "ISCP\x00\x00\x00\x10\x00\x00\x00\x26\x01\x00\x00\x00!1ECNTX-NR609/60128/DX/020000000005\x19\r\n"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, eiscp.Probe(), []probetest.Case{{Name: "receiver", Answer: []byte(answer), Want: map[string]string{
		"service.protocol": "udp/60128/eiscp", "eiscp.model": "TX-NR609", "eiscp.region": "DX", "eiscp.mac": "020000000005",
	}}})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, eiscp.Probe(), []byte(answer)) }
