package icmpv6_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/icmpv6"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.ICMP,
		Client: dissecttest.End("02:00:00:00:00:0c", "fe80::ff:fe00:c"), Server: dissecttest.End("33:33:00:00:00:16", "ff02::16"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const (
		ownGroup = "ff0200000000000000000001ff00000c"
		mdns     = "ff0200000000000000000000000000fb"
		allNodes = "ff020000000000000000000000000001"
		ssdp     = "ff05000000000000000000000000000c"
	)
	return dissecttest.Suite{
		Protocol: icmpv6.Protocol,
		Allocs:   2,
		Conversations: []dissecttest.Conversation{
			message("query", "8200 0000 2710 0000 00000000000000000000000000000000 02 7d 0000"),
			message("report_1", "8300 0000 0000 0000"+mdns),
			message("done", "8400 0000 0000 0000"+mdns),
			message("report_2", "8f00 0000 0000 0004"+"04 00 0000"+mdns+"04 00 0000"+ownGroup+"03 00 0000"+ssdp+
				"05 01 0001"+ssdp+"20010db8000000000000000000000001 00000000"),
			message("report_of_nothing", "8f00 0000 0000 0001 04 00 0000"+allNodes),
			message("name_wanted", "8b00 0000 0002 0000 0102030405060708"),
			message("name_told", "8c00 0000 0002 0000 0102030405060708 00000000 046c616d70 00"),
			message("mesh_router", "9b01 0000 00 01 0100 00 00 0000 20010db8000000000000000000000001"),
			message("mesh_node", "9b00 0000 0000"),
		},
	}
}

func TestICMPv6(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
