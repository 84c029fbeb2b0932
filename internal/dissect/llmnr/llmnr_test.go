package llmnr_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/llmnr"
	"github.com/heron-iot/heron/internal/proto/dns"
)

func suite() dissecttest.Suite {
	query := dns.Message{ID: 7, Questions: []dns.Ask{{Name: "FILESRV", Type: dns.TypeA}}}
	answer := query
	answer.Flags = dns.FlagResponse
	answer.Answers = []dns.RR{dns.A("FILESRV", 30, netip.MustParseAddr("192.0.2.5"))}
	reverse := dns.Message{ID: 8, Questions: []dns.Ask{{Name: "5.2.0.192.in-addr.arpa", Type: dns.TypePTR}}}
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 5355, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: llmnr.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("name", dissecttest.C(query.Append(nil)), dissecttest.S(answer.Append(nil))),
			talk("reverse", dissecttest.C(reverse.Append(nil))),
		},
	}
}

func TestLLMNR(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
