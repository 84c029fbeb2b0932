package nbns_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe/nbns"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/proto/dns"
	proto "github.com/heron-iot/heron/internal/proto/nbns"
)

func status() []byte {
	nas := proto.Status{MAC: heron.MAC{2, 0, 0, 0, 0, 5}, Names: []proto.StatusName{
		{Name: "NAS", Suffix: 0}, {Name: "NAS", Suffix: 0x20}, {Name: "WORKGROUP", Suffix: 0, Group: true},
	}}
	m := dns.Message{ID: 0x4852, Flags: 0x8400, Answers: []dns.RR{{Name: proto.EncodeName("*", 0), Type: dns.TypeNBSTAT, Data: nas.Data()}}}
	return m.Append(nil)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, nbns.Probe(), []probetest.Case{
		{Name: "storage", Answer: status(), Want: map[string]string{
			"service.protocol": "udp/137/nbns", "host.name": "NAS", "nbns.group": "WORKGROUP<00>",
			"nbns.mac": "02:00:00:00:00:05", "nbns.name": "NAS<00> | NAS<20>",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, nbns.Probe(), status()) }
