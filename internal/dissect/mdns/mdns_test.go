package mdns_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mdns"
	"github.com/heron-iot/heron/internal/proto/dns"
)

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

// say is one message to the group.
func say(name string, m dns.Message) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 5353, ServerPort: 5353,
		Server: dissecttest.End("01:00:5e:00:00:fb", "224.0.0.251"),
		Steps:  []dissecttest.Step{dissecttest.C(m.Append(nil))},
	}
}

func lamp(address string) dns.Message {
	const name = `Lamp no\.1._hap._tcp.local`
	return dns.Message{
		Flags: dns.FlagResponse | dns.FlagAuthoritative,
		Answers: []dns.RR{
			dns.PTR("_services._dns-sd._udp.local", 4500, "_hap._tcp.local"),
			dns.PTR("_hap._tcp.local", 4500, name),
			dns.PTR("12.2.0.192.in-addr.arpa", 120, "lamp-0c.local"),
		},
		Additional: []dns.RR{
			dns.SRV(name, 120, 8080, "lamp-0c.local"),
			dns.TXT(name, 4500, "md=LWB010", "ID=02:00:00:00:00:0c", "ci=5", "flag", "=empty", "note="),
			dns.A("lamp-0c.local", 120, ip(address)),
			dns.A("lamp-0c.local", 120, ip("fe80::c")),
			dns.TXT(`Lamp._device-info._tcp.local`, 4500, "model=MacBookPro14,1", "osxvers=21"),
			dns.HINFO("lamp-0c.local", 120, "ARMV7L", "LINUX"),
		},
	}
}

// matter is a plug that waits to be commissioned, and that belongs to a fabric
// (Matter Core Specification 1.3 §4.3.1, §4.3.2).
func matter() dns.Message {
	const waits, belongs = "DD200C20D25AE5F7._matterc._udp.local", "2906C908D115D362-8FC7772401CD0696._matter._tcp.local"
	return dns.Message{
		Flags: dns.FlagResponse | dns.FlagAuthoritative,
		Answers: []dns.RR{
			dns.PTR("_matterc._udp.local", 120, waits),
			dns.PTR("_L840._sub._matterc._udp.local", 120, waits),
			dns.SRV(waits, 120, 5540, "0200000000000C.local"),
			dns.TXT(waits, 120, "D=840", "CM=1", "VP=4937+20", "DT=266", "DN=Kitchen plug"),
			dns.PTR("_matter._tcp.local", 120, belongs),
			dns.SRV(belongs, 120, 5540, "0200000000000C.local"),
			dns.TXT(belongs, 120, "SII=5000", "T=0"),
			dns.A("0200000000000C.local", 120, ip("192.0.2.12")),
		},
	}
}

func suite() dissecttest.Suite {
	probe := dns.Message{
		Questions: []dns.Ask{{Name: "lamp-0c.local", Type: dns.TypeANY, Class: dns.ClassTop | dns.ClassIN}},
		Authority: []dns.RR{dns.A("lamp-0c.local", 120, ip("192.0.2.12"))},
	}
	reverse := dns.Message{
		Flags: dns.FlagResponse | dns.FlagAuthoritative,
		Answers: []dns.RR{
			dns.PTR("12.2.0.192.in-addr.arpa", 120, "lamp-0c.local"),
			dns.PTR("200.2.0.192.in-addr.arpa", 120, "somebody-else.local"),
		},
	}
	query := dns.Message{
		Questions: []dns.Ask{
			{Name: "_googlecast._tcp.local", Type: dns.TypePTR},
			{Name: "_printer._sub._http._tcp.local", Type: dns.TypePTR},
			{Name: "_services._dns-sd._udp.local", Type: dns.TypePTR},
		},
		Answers: []dns.RR{dns.PTR("_googlecast._tcp.local", 4000, "Other one._googlecast._tcp.local")},
	}
	return dissecttest.Suite{
		Protocol: mdns.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			say("announcement", lamp("192.0.2.12")),
			say("passed_on_by_a_reflector", lamp("198.51.100.9")),
			say("matter", matter()),
			say("reverse_name", reverse),
			say("probe", probe),
			say("query_with_known_answer", query),
		},
	}
}

func TestMDNS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
