package miio_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/miio"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 56000, ServerPort: 54321, Steps: steps}
}

func suite() dissecttest.Suite {
	const (
		hello = "2131 0020 ffffffff ffffffff ffffffff ffffffffffffffffffffffffffffffff"
		ones  = "ffffffffffffffffffffffffffffffff"
		sum   = "0102030405060708090a0b0c0d0e0f10"
		body  = "00112233445566778899aabbccddeeff"
	)
	hex := dissecttest.Hex
	return dissecttest.Suite{
		Protocol: miio.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("greeting", dissecttest.C(hex(hello)), dissecttest.S(hex("2131 0020 00000000 03a1b2c3 00001020"+ones))),
			talk("key_given_away", dissecttest.C(hex(hello)), dissecttest.S(hex("2131 0020 00000000 03a1b2c3 00001020"+sum))),
			talk("order", dissecttest.C(hex("2131 0030 00000000 03a1b2c3 00001021"+sum+body)),
				dissecttest.S(hex("2131 0030 00000000 03a1b2c3 00001021"+sum+body))),
		},
	}
}

func TestMiIO(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
