package dnp3_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/dnp3"
	"github.com/heron-iot/heron/internal/proto/dnp3"
)

// ask is a request of master 3 to outstation 4; objects are digits.
func ask(function int, objects string) dissecttest.Step {
	f := dnp3.Frame{Control: 0xc4, Destination: 4, Source: 3}
	a := dnp3.Application{Control: 0xc0, Function: function, Objects: dissecttest.Hex(objects)}
	return dissecttest.C(f.AppendFragment(nil, a.Append(nil)))
}

// answer is what outstation 4 says to master 3.
func answer(function, indication int, objects []byte) dissecttest.Step {
	f := dnp3.Frame{Control: 0x44, Destination: 3, Source: 4}
	a := dnp3.Application{Control: 0xc0, Function: function, Indication: indication, Objects: objects}
	return dissecttest.S(f.AppendFragment(nil, a.Append(nil)))
}

func attribute(variation byte, text string) []byte {
	return append([]byte{0, variation, 0, 0, 0, 1, byte(len(text))}, text...)
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 20000, Steps: steps}
}

func suite() dissecttest.Suite {
	poll := ask(dnp3.ReadObjects, "3c0206 3c0306 3c0406")
	link := dnp3.Frame{Control: 0xc9, Destination: 4, Source: 3} // request link status
	status := dnp3.Frame{Control: 0x0b, Destination: 3, Source: 4}
	everyone := dnp3.Frame{Control: 0xc4, Destination: 0xffff, Source: 3}
	stop := dnp3.Application{Control: 0xc0, Function: dnp3.ColdRestart, Objects: nil}
	broken := ask(dnp3.WriteObjects, "5001 00 0707 00")
	broken.Payload[len(broken.Payload)-3] ^= 0x10
	udp := talk("udp", poll, answer(dnp3.Response, 0x8000, nil), poll)
	udp.Transport = heron.UDP
	udp.Steps[0].Payload = append(slices.Clone(link.Append(nil, nil)), poll.Payload...)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   140, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("polling", dissecttest.C(link.Append(nil, nil)), dissecttest.S(status.Append(nil, nil)),
				poll, answer(dnp3.Response, 0, nil), ask(dnp3.Confirm, ""), poll, ask(dnp3.ReadObjects, "3c0106"),
				answer(dnp3.Unsolicited, 0x8000, dissecttest.Hex("0201 28 0100 0100 81")), answer(dnp3.Unsolicited, 0, nil)),
			talk("attributes", ask(dnp3.ReadObjects, "00fe0000 00"), answer(dnp3.Response, 0, slices.Concat(
				attribute(252, "Example Relays"), attribute(250, "RTU-5000"), attribute(248, "A12-00077"),
				attribute(247, "Feeder 7"), attribute(245, "North substation, bay 3, panel two, second door from the stairs of the old building"),
				attribute(244, "Town works, the department of electricity, with an address that takes long to say"),
				attribute(243, "C"), attribute(242, "3.1.4"), dissecttest.Hex("00f0 00 00 00 02 02 0008"), attribute(246, "77")))),
			talk("orders",
				ask(dnp3.Select, "0c01 28 0100 0700 81 01 64000000 64000000 00"), answer(dnp3.Response, 0, nil),
				ask(dnp3.Operate, "0c01 28 0100 0700 81 01 64000000 64000000 00"),
				ask(dnp3.DirectOperate, "0c01 17 01 09 03 01 00000000 00000000 00"),
				ask(dnp3.DirectOperateQuiet, "2902 17 01 02 e803 00"),
				ask(dnp3.WriteObjects, "5001 00 07 07 00"), ask(dnp3.WriteObjects, "3201 07 01 a1b2c3d4e500"),
				ask(dnp3.StopApp, "5a01 06"), ask(dnp3.WarmRestart, ""), ask(dnp3.DisableUnsolicited, "3c0206 3c0306"),
				dissecttest.C(everyone.AppendFragment(nil, stop.Append(nil))),
				answer(dnp3.Response, dnp3.IINFunction, nil)),
			talk("classes", ask(dnp3.DisableUnsolicited, "3c0206"), ask(dnp3.DisableUnsolicited, "3c0306"), ask(dnp3.DisableUnsolicited, "3c0406")),
			talk("files", ask(dnp3.OpenFile, "4603 5b 01 2100 1a00 0700 000000000000 0000 00000000 10000000 0200 0004 0100 2f6366672e62696e"),
				ask(dnp3.DeleteFile, "4603 5b 01 2000 1a00 0600 000000000000 0000 00000000 00000000 0000 0000 0200 782e63666721")),
			talk("changed_on_the_way", poll, broken, ask(99, "")),
			udp,
		},
	}
}

func TestDNP3(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
