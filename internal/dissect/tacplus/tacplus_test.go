package tacplus_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tacplus"
)

// packet is a header with a body behind it.
func packet(version, kind, sequence, flags byte, body string) string {
	b := append([]byte{version, kind, sequence, flags}, "\x12\x34\x56\x78"...)
	return string(binary.BigEndian.AppendUint32(b, uint32(len(body)))) + body
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 49, PortOnly: portOnly, Steps: steps}
	}
	const start = "\x01\x01\x02\x01\x06\x04\x00\x06secretconshidden" // of an authentication, with a password
	return dissecttest.Suite{
		Protocol: tacplus.Protocol,
		Allocs:   6, // the event of a login in clear
		Conversations: []dissecttest.Conversation{
			talk("encrypted", false, c(packet(0xc0, 1, 1, 0, "\x19\x82\x0a\xec\x12\x61")), s(packet(0xc0, 1, 2, 0, "\xf5\xac\xae\x34")),
				c(packet(0xc0, 1, 3, 0, "\xd8\x8b\x35")), s(packet(0xc0, 1, 4, 0, "\x68\x26\x24"))),
			talk("in_clear", false, c(packet(0xc1, 1, 1, 0x05, start)), s(packet(0xc1, 1, 2, 0x05, "\x01\x00\x00\x00\x00\x00"))),
			talk("authorization_and_accounting", false, c(packet(0xc0, 2, 1, 4, "\x0e\x51")), s(packet(0xc0, 2, 2, 4, "\x0f")), c(packet(0xc0, 3, 1, 4, "\x0e\x52"))),
			talk("from_the_middle", true, s(packet(0xc0, 1, 2, 0, "\xf5\xac")), c(packet(0xc0, 1, 3, 0, "\xd8\x8b\x35"))),
			talk("no_such_type", true, c(packet(0xc0, 4, 1, 0, "\x19\x82"))),
			talk("no_such_flag", true, c(packet(0xc0, 1, 1, 2, "\x19\x82"))),
			talk("numbers_of_the_other_side", true, c(packet(0xc0, 1, 2, 0, "\x19\x82"))),
		},
	}
}

func TestTACACSPlus(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
