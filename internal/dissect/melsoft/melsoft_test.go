package melsoft_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/melsoft"
)

// message puts a body behind the way to a controller.
func message(first byte, body []byte) []byte {
	b := append([]byte{first}, dissecttest.Hex("00000000 1111 0700 00 ffff 0300 00 fe03 0000")...)
	return append(append(b, byte(len(body)), 0), body...)
}

func suite() dissecttest.Suite {
	ask := message(0x57, dissecttest.Hex("1c080a0800 000000000000 0004010101 00000000 01"))
	tell := message(0xd7, append(make([]byte, 20), "Q06UDVCPU       \x68\x03"...))
	talk := func(name string, over heron.Transport) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: over, ServerPort: 5562, ClientPort: 50001,
			Steps: []dissecttest.Step{dissecttest.C(ask), dissecttest.S(tell)},
		}
	}
	return dissecttest.Suite{
		Protocol: melsoft.Protocol, Conversations: []dissecttest.Conversation{talk("tcp", heron.TCP), talk("udp", heron.UDP)},
	}
}

func TestMELSOFT(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
