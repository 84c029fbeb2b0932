package mdns_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/mdns"
	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/proto/dns"
)

const services = "_services._dns-sd._udp.local"

func kinds() []byte {
	m := dns.Message{
		ID: 1, Flags: dns.FlagResponse | dns.FlagAuthoritative,
		Questions: []dns.Ask{{Name: services, Type: dns.TypePTR}},
		Answers:   []dns.RR{dns.PTR(services, 10, "_hap._tcp.local"), dns.PTR(services, 10, "not a kind.local")},
	}
	return m.Append(nil)
}

func kindsOf(names ...string) []byte {
	m := dns.Message{ID: 1, Flags: dns.FlagResponse}
	for _, n := range names {
		m.Answers = append(m.Answers, dns.PTR("_services._dns-sd._udp.local", 10, n))
	}
	return m.Append(nil)
}

func lamp() []byte {
	const name = "Lamp._hap._tcp.local"
	m := dns.Message{
		ID: 2, Flags: dns.FlagResponse | dns.FlagAuthoritative,
		Answers: []dns.RR{dns.PTR("_hap._tcp.local", 10, name)},
		Additional: []dns.RR{
			dns.SRV(name, 10, 8080, "lamp-0c.local"), dns.TXT(name, 10, "md=LWB010", "ci=5"),
			dns.A("lamp-0c.local", 10, netip.AddrFrom4([4]byte{127, 0, 0, 1})),
			dns.TXT("Lamp._device-info._tcp.local", 10, "model=LWB010"),
		},
	}
	return m.Append(nil)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	nothing := dns.Message{ID: 1, Flags: dns.FlagResponse}
	probetest.Run(t, mdns.Probe(), []probetest.Case{
		{Name: "lamp", Answer: kinds(), Then: [][]byte{lamp()}, Want: map[string]string{
			"service.protocol": "udp/5353/mdns", "host.name": "lamp-0c", "mdns.address": "127.0.0.1",
			"mdns.device_info": "LWB010", "mdns.host": "lamp-0c", "mdns.instance": "Lamp",
			"mdns.service": "_hap._tcp", "mdns.srv": "_hap._tcp", "mdns.txt.ci": "5", "mdns.txt.md": "LWB010",
		}},
		{
			Name: "leads on", Answer: kindsOf("_esphomelib._tcp.local", "_http._tcp.local", "_elg._tcp.local"), Then: [][]byte{nothing.Append(nil)},
			Want:    map[string]string{"service.protocol": "udp/5353/mdns"},
			Follows: []probe.Follow{{Probe: "esphome", Port: 6053}, {Probe: "description", Port: 9123}},
		},
		{Name: "no services", Answer: nothing.Append(nil), Want: map[string]string{}},
	})
}

func TestOnlyQuestionsMayBeSent(t *testing.T) {
	t.Parallel()
	allow := mdns.Probe().Allow
	claim := dns.Message{Flags: dns.FlagResponse, Answers: []dns.RR{dns.PTR("a.local", 10, "b.local")}}
	if allow(claim.Append(nil)) == nil {
		t.Error("a claim may be sent")
	}
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, mdns.Probe(), kinds(), lamp()) }
