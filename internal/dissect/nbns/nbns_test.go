package nbns_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/nbns"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/nbns"
)

func say(name string, m dns.Message) dissecttest.Conversation {
	m.ID = 0x8001
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 137, ServerPort: 137,
		Steps: []dissecttest.Step{dissecttest.C(m.Append(nil))},
	}
}

// owner is the record by which ip has a name.
func owner(name string, suffix int, ip netip.Addr) dns.RR {
	return dns.RR{Name: nbns.EncodeName(name, suffix), Type: dns.TypeNB, TTL: 300_000, Data: nbns.OwnerData(ip)}
}

func suite() dissecttest.Suite {
	ip := netip.MustParseAddr("192.0.2.12")
	nas := nbns.Status{MAC: heron.MAC{2, 0, 0, 0, 0, 0x0c}, Names: []nbns.StatusName{
		{Name: "NAS", Suffix: 0},
		{Name: "NAS", Suffix: 0x20},
		{Name: "WORKGROUP", Suffix: 0, Group: true},
		{Name: "\x01\x02__MSBROWSE__\x02", Suffix: 1, Group: true},
	}}
	ask := func(name string, suffix, typ int) []dns.Ask {
		return []dns.Ask{{Name: nbns.EncodeName(name, suffix), Type: typ}}
	}
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   1, // the address that a node gives, as text
		Conversations: []dissecttest.Conversation{
			say("registration", dns.Message{
				Flags: nbns.OpRegistration<<11 | 0x0110, Questions: ask("PRINTER", 0x20, dns.TypeNB),
				Additional: []dns.RR{owner("PRINTER", 0x20, ip)},
			}),
			say("query", dns.Message{Flags: 0x0110, Questions: ask("FILESRV", 0x20, dns.TypeNB)}),
			say("answer_for_itself", dns.Message{Flags: 0x8500, Answers: []dns.RR{owner("NAS", 0, ip)}}),
			say("answer_for_another", dns.Message{
				Flags: 0x8500, Answers: []dns.RR{owner("OTHER", 0, netip.MustParseAddr("192.0.2.99"))},
			}),
			say("status", dns.Message{Flags: 0x8400, Answers: []dns.RR{{Name: nbns.EncodeName("*", 0), Type: dns.TypeNBSTAT, Data: nas.Data()}}}),
			say("status_query", dns.Message{Questions: ask("*", 0, dns.TypeNBSTAT)}),
		},
	}
}

func TestNBNS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
