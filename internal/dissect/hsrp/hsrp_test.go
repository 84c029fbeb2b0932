package hsrp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/hsrp"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 1985, ServerPort: 1985, PortOnly: true,
		Client: dissecttest.End("00:00:0c:07:ac:01", "192.0.2.1"), Server: dissecttest.End("01:00:5e:00:00:02", "224.0.0.2"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const state2 = "0128 02 %s 06 04 0001 020000000001 00000064 00000bb8 00002710 c00002fe 000000000000000000000000"
	op := func(op string) string { return state2[:len("0128 02 ")] + op + state2[len("0128 02 %s"):] }
	return dissecttest.Suite{
		Protocol: hsrp.Protocol,
		PortOnly: true,
		Allocs:   4, // an event
		Conversations: []dissecttest.Conversation{
			message("hello", "00 00 10 03 0a 78 01 00 636973636f000000 c00002fe"),
			message("coup", "00 01 10 03 0a 78 01 00 7365637265740000 c00002fe"),
			message("advertisement", "00 03 0001 000a 00 00 00000000 00000000"),
			message("hello_2", op("00")+"0308 636973636f000000"),
			message("resign_2", op("02")+"041c 01 00 0000 c0000201 00000000 0102030405060708090a0b0c0d0e0f10"),
		},
	}
}

func TestHSRP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
