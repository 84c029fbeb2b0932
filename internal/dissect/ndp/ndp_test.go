package ndp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ndp"
)

const (
	lamp   = "02:00:00:00:00:0c"
	router = "02:00:00:00:00:01"
	group  = "33:33:00:00:00:01"
)

// message is a conversation of one message; the digits follow the type.
func message(name, mac, ip, to, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.ICMP,
		Client: dissecttest.End(mac, ip), Server: dissecttest.End(group, to),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const (
		target = "fe80000000000000 000000fffe00000c"
		prefix = "0304 40c0 00278d00 00093a80 00000000 20010db800010000 0000000000000000"
		server = "1903 0000 00000e10 20010db800010000 0000000000000053"
	)
	return dissecttest.Suite{
		Protocol: ndp.Protocol,
		Allocs:   8, // one event: its map and its addresses as text
		Conversations: []dissecttest.Conversation{
			message("solicitation", router, "fe80::1", "ff02::1:ff00:c", "8700 0000 00000000"+target+"0101 020000000001"),
			message("advertisement", lamp, "fe80::ff:fe00:c", "fe80::1", "8800 0000 60000000"+target+"0201 02000000000c"),
			message("without_option", lamp, "fe80::ff:fe00:c", "fe80::1", "8800 0000 40000000"+target),
			message("another_mac_inside", "02:00:00:00:00:66", "fe80::66", "ff02::1", "8800 0000 20000000"+target+"0201 02000000000c"),
			message("probe", lamp, "::", "ff02::1:ff00:c", "8700 0000 00000000"+target),
			message("router_solicitation", lamp, "fe80::ff:fe00:c", "ff02::2", "8500 0000 00000000 0101 02000000000c"),
			message("router", router, "fe80::1", "ff02::1", "8600 0000 40c00708 00000000 00000000 0101 020000000001"+prefix+server),
			message("announces_only", router, "fe80::1", "ff02::1", "8600 0000 40000000 00000000 00000000"+prefix),
			message("redirect", router, "fe80::1", "fe80::ff:fe00:c", "8900 0000 00000000"+target+"20010db800010000 0000000000000009"),
		},
	}
}

func TestNDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
