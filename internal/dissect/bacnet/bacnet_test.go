package bacnet_test

import (
	"testing"

	"github.com/heron-iot/heron"
	dissector "github.com/heron-iot/heron/internal/dissect/bacnet"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/bacnet"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 47808, Steps: steps}
}

// answer is what a device says to a ReadProperty of its own object.
func answer(object uint32, property int, v bacnet.Value) dissecttest.Step {
	asked := bacnet.Message{Invoke: 1, Object: object, Property: property}
	return dissecttest.S(bacnet.AppendProperty(nil, &asked, v))
}

// link puts a message of the network layer into a datagram; both are digits.
func link(function, message string) []byte {
	head, body := dissecttest.Hex(function), dissecttest.Hex(message)
	return append(append(head, 0, byte(4+len(body))), body...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	device := bacnet.ObjectID(bacnet.ObjectDevice, 40001)
	found := talk("found", c(bacnet.AppendWhoIs(nil)), c(link("810b", "0100 1008 0900 1964")))
	found.Server = dissecttest.End("ff:ff:ff:ff:ff:ff", "192.0.2.255")
	// Devices pass over what is behind the length: an order with a wrong one is an order.
	long := talk("more_than_the_length_says", c(dissecttest.Hex("810a 0011 0104 0005 0514 0906 1d 09 00 63616e65613434")))
	long.PortOnly = true // elsewhere it would prove nothing
	announced := talk("announced", c(bacnet.AppendIAm(nil, 40001, 36)))
	announced.Client, announced.ClientPort = dissecttest.End("02:00:00:00:00:05", "192.0.2.5"), 47808
	announced.Server = found.Server
	routed := announced // from device 12 on network 2001, through the router
	routed.Name = "routed"
	routed.Steps = []dissecttest.Step{
		c(link("810b", "01 28 ffff 00 07d1 01 0c ff 1000 c402000457 2205c4 9103 2114")),
		c(link("810b", "01 80 01 07d1")), // I-Am-Router-To-Network
	}
	forwarded := announced // by a broadcast device in another subnet
	forwarded.Name = "forwarded"
	forwarded.Steps = []dissecttest.Step{c(link("8104", "c6336407 bac0 0100 1000 c402000458 2205c4 9103 2105"))}
	ethernet := talk("ethernet", c(dissecttest.Hex("828203 0100 1000 c402000457 2205c4 9103 2114")), s(dissecttest.Hex("828203 0104 0005 020f 0c00800001 1955 3e 4441c80000 3f")))
	ethernet.Transport, ethernet.ServerPort = heron.Link, 0
	ethernet.Client, ethernet.Server = dissecttest.End("02:00:00:00:00:0c", ""), dissecttest.End("02:00:00:00:00:05", "")
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   60, // the events of writing
		Conversations: []dissecttest.Conversation{
			found, announced, routed, forwarded, ethernet,
			talk("links", c(dissecttest.Hex("81050006003c")), c(dissecttest.Hex("81050006003c")), s(dissecttest.Hex("810000060000")),
				c(dissecttest.Hex("81020004")), c(dissecttest.Hex("8101000e c0000207bac0 ffffffff")), c(dissecttest.Hex("8108000a c0000207bac0")),
				c(link("810a", "01 80 06 00")), c(link("810a", "01a0 07d1 01 0c ff 09 07d1"))),
			talk("behind_a_router",
				c(link("810a", "0124 07d1 01 0c ff 0005 020f 0c00800001 1955 3e 4441c80000 3f")),
				s(link("810a", "0108 07d1 01 0c 50 02 0f 9102 9128")), s(link("810a", "0100 60 02 09")), s(link("810a", "0100 60 02 09"))),
			talk("properties", c(bacnet.AppendReadProperty(nil, 1, device, bacnet.PropVendorName)),
				answer(device, bacnet.PropVendorName, bacnet.Text("Tridium")),
				answer(device, bacnet.PropModelName, bacnet.Text("JACE-8000")),
				answer(device, bacnet.PropFirmware, bacnet.Text("4.10.0.154")),
				answer(device, bacnet.PropApplicationVersion, bacnet.Text("Station 4")),
				answer(device, bacnet.PropObjectName, bacnet.Text("Roof unit")),
				answer(device, bacnet.PropVendorID, bacnet.Number(36)),
				answer(bacnet.ObjectID(bacnet.ObjectAnalogInput, 1), bacnet.PropObjectName, bacnet.Text("outside air")),
				answer(device, 62, bacnet.Number(480)),
				s(bacnet.AppendUnknownProperty(nil, &bacnet.Message{Invoke: 1, Service: bacnet.ReadProperty})),
			),
			talk("many_properties", c(link("810a", "0104 0205 010e 0c02009c41 1e 0946 0979 092c 1f")),
				// model name, an error, the vendor's name, and the first of a list of objects
				s(link("810a", "0100 30 01 0e 0c02009c41 1e 2946 4e 75050050584334 4f 2924 5e 9102 9120 5f"+
					"2979 4e 7508 00 5369656d656e73 4f 294c 3901 4e c402009c41 4f 1f 0c00000001 1e 2955 4e 4441ac0000 4f 1f")),
			),
			long,
			talk("orders",
				c(link("810a", "0104 0005 020f 0c00800001 1955 3e 4441c80000 3f 4908")), // analog value 1 to 25, priority 8
				c(link("810a", "0104 0005 0310 0c01400002 1e 0955 2e 9101 2f 1f")),      // binary output 2
				c(link("810a", "0104 0005 0414 0901 1d 03 00 7077")),                    // warm start, with a password
				c(link("810a", "0104 0005 0511 0905 1901")),                             // be silent for five minutes
				s(link("810a", "0100 20 04 14")),
				c(link("810a", "0104 0205 0607 00000000 0000")), c(link("810a", "0104 0005 070a 0e 08 0f")),
				c(link("810b", "0100 1006 a47e0b1701 b408000000")),
			),
		},
	}
}

func TestBACnet(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
