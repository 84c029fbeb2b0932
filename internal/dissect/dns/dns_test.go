package dns_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/dns"
	"github.com/heron-iot/heron/internal/proto/dns"
)

func ask(name string, typ, class int) dns.Message {
	return dns.Message{
		ID: 0x1234, Flags: dns.FlagRecursion,
		Questions: []dns.Ask{{Name: name, Type: typ, Class: class}},
	}
}

func answer(q dns.Message, rcode int, records ...dns.RR) dns.Message {
	q.Flags |= dns.FlagResponse | dns.FlagAvailable | rcode
	q.Answers = records
	return q
}

// talk is a question and its answer.
func talk(name string, over heron.Transport, q, a dns.Message) dissecttest.Conversation {
	c := dissecttest.Conversation{Name: name, Transport: over, ServerPort: 53}
	for i, m := range []dns.Message{q, a} {
		b := m.Append(nil)
		if over == heron.TCP {
			b = append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...)
		}
		c.Steps = append(c.Steps, dissecttest.Step{FromClient: i == 0, Payload: b})
	}
	return c
}

func suite() dissecttest.Suite {
	cloud := ask("API.Lamps.Example", dns.TypeA, 0)
	found := answer(cloud, 0,
		dns.CNAME("API.Lamps.Example", 60, "edge.example.net"),
		dns.A("edge.example.net", 60, netip.MustParseAddr("198.51.100.7")),
		dns.A("edge.example.net", 60, netip.MustParseAddr("2001:db8::7")),
	)
	reverse := ask("5.2.0.192.in-addr.arpa", dns.TypePTR, 0)
	missing := ask("wpad.lan", dns.TypeAAAA, 0)
	version := ask("version.bind", dns.TypeTXT, dns.ClassCHAOS)
	text := dns.TXT("version.bind", 0, "dnsmasq-2.90")
	text.Class = dns.ClassCHAOS
	c := talk("version_bind", heron.UDP, version, answer(version, 0, text))
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   14, // two events: a map, its strings and the list of answers each
		Conversations: []dissecttest.Conversation{
			talk("name_to_address", heron.UDP, cloud, found),
			talk("over_tcp", heron.TCP, cloud, found),
			talk("no_such_name", heron.UDP, missing, answer(missing, 3)),
			talk("address_to_name", heron.UDP, reverse, answer(reverse, 0,
				dns.PTR("5.2.0.192.in-addr.arpa", 60, "printer.lan"))),
			c,
		},
	}
}

func TestDNS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
