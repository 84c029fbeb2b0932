package c1222_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/c1222"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// message makes a message of two titles around what is asked.
func message(calling, epsem string) []byte {
	user := dissecttest.Hex(epsem)
	body := dissecttest.Hex("a2 07 06 05 60 86 48 01 01" + calling + "a8 03 02 01 05")
	body = append(body, 0xbe, byte(len(user)+4), 0x28, byte(len(user)+2), 0x81, byte(len(user)))
	body = append(body, user...)
	return append([]byte{0x60, byte(len(body))}, body...)
}

func suite() dissecttest.Suite {
	const from, meter = "a6 07 06 05 60 86 48 01 02", "a6 05 80 03 01 82 37"
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 1153, ClientPort: 50001, Steps: steps}
	}
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: c1222.Protocol,
		Allocs:   16, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("read", heron.UDP, c(message(from, "80 03 30 0001")), s(message(meter, "80 05 00 0001 aabb"))),
			talk("orders", heron.TCP, c(message(from, "90 00000000 0d 50 0001 41444d494e2020202020 15 51 3131313131313131313131313131313131313131 06 40 0007 0001 2a")),
				c(message(from, "88 03 40 0001"))),
		},
	}
}

func TestC1222(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
