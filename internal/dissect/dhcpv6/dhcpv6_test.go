package dhcpv6_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dhcpv6"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

const (
	lamp   = "02:00:00:00:00:0c"
	router = "02:00:00:00:00:01"
	// A DUID of hardware address and time, and one of an enterprise.
	clientID = "0001 000e 0001 0001 25e5148e 02000000000c"
	serverID = "0002 000a 0002 00009e89 01020304"
)

func ask(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 546, ServerPort: 547, PortOnly: true,
		Client: dissecttest.End(lamp, "fe80::ff:fe00:c"), Server: dissecttest.End("33:33:00:01:00:02", "ff02::1:2"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func answer(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 547, ServerPort: 546, PortOnly: true,
		Client: dissecttest.End(router, "fe80::1"), Server: dissecttest.End(lamp, "fe80::ff:fe00:c"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const (
		lease = "0003 0028 00000001 00000000 00000000 0005 0018 20010db8000000000000000000000012 00000e10 00001c20"
		names = "0017 0010 20010db8000000000000000000000053"
	)
	relay := func(kind, inside, more string) string {
		return kind + "00 20010db8000000000000000000000001 fe80000000000000000000fffe00000c" + inside + more
	}
	return dissecttest.Suite{
		Protocol: dhcpv6.Protocol,
		PortOnly: true,
		Allocs:   11, // the event of an answer
		Conversations: []dissecttest.Conversation{
			ask("solicit", "01 1a2b3c"+clientID+"0008 0002 0000"+
				"0010 000e 00000137 0008 4d53465420352e30"+ // MSFT 5.0
				"000f 0006 0004 69505845"+ // iPXE
				"0027 000b 00 046c616d70 036c616e 00"+
				"0006 0008 0011 0017 0018 0020"+
				"0070 0011 68747470733a2f2f782e6578616d706c65"),
			ask("renew_of_an_enterprise", "05 1a2b3c 0001 000a 0002 00009e89 01020304"+serverID),
			ask("relayed", relay("0c", "0009 0016 01 1a2b3c"+clientID, "004f 0008 0001 02000000000c")),
			ask("relayed_by_an_old_relay", "0c 00 20010db8000000000000000000000001 fe8000000000000002aabbfffeccddee 0009 0016 01 1a2b3c"+clientID),
			ask("relayed_from_nowhere", "0c 00 20010db8000000000000000000000001 fe800000000000000123456789abcdef 0009 0016 01 1a2b3c"+clientID),
			ask("cut_short", "01 1a2b3c"+clientID+"0010 00ff 00000137"),
			answer("advertise", "02 1a2b3c"+clientID+serverID+names+lease),
			answer("reply", "07 1a2b3c"+clientID+serverID+names+lease),
			answer("relay_reply", relay("0d", "0009 0016 07 1a2b3c"+clientID, "")),
		},
	}
}

func TestDHCPv6(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
