package arp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/arp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

const (
	lamp   = "02:00:00:00:00:0c"
	router = "02:00:00:00:00:01"
	all    = "ff:ff:ff:ff:ff:ff"
)

// frame is a conversation of one ARP packet; the digits follow the fixed header.
func frame(name, from, to, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link, EtherType: 0x0806,
		Client: dissecttest.End(from, ""), Server: dissecttest.End(to, ""),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex("0001 0800 06 04" + digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: arp.Protocol,
		Allocs:   12, // one event: its map and four addresses as text
		Conversations: []dissecttest.Conversation{
			frame("request", lamp, all, "0001 02000000000c c000020c 000000000000 c0000201"),
			frame("reply", router, lamp, "0002 020000000001 c0000201 02000000000c c000020c"),
			frame("probe", lamp, all, "0001 02000000000c 00000000 000000000000 c000020c"),
			frame("announcement", lamp, all, "0001 02000000000c c000020c 000000000000 c000020c"),
			frame("another_mac_inside", "02:00:00:00:00:66", lamp, "0002 020000000001 c0000201 02000000000c c000020c"),
			frame("padded", lamp, all, "0001 02000000000c c000020c 000000000000 c0000201 000000000000000000000000000000000000"),
		},
	}
}

func TestARP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
