package hart_ip_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/hart_ip"
)

// message is one message of HART-IP.
func message(kind, about byte, body []byte) []byte {
	return append([]byte{1, kind, about, 0, 0, 7, 0, byte(8 + len(body))}, body...)
}

// framed is a frame with a long address, and its checksum.
func framed(delimiter, command byte, data ...byte) []byte {
	b := append([]byte{delimiter, 0x26, 0x4e, 0, 0, 0xd2, command, byte(len(data))}, data...)
	sum := byte(0)
	for _, c := range b {
		sum ^= c
	}
	return append(b, sum)
}

func ask(command byte, data ...byte) dissecttest.Step {
	return dissecttest.C(message(0, 3, framed(0x82, command, data...)))
}

func answer(command byte, data ...byte) dissecttest.Step {
	return dissecttest.S(message(1, 3, framed(0x86, command, data...)))
}

func suite() dissecttest.Suite {
	opening := []dissecttest.Step{
		dissecttest.C(message(0, 0, []byte{1, 0, 0, 0x75, 0x30})), dissecttest.S(message(1, 0, []byte{1, 0, 0, 0xea, 0x60})),
	}
	identity := dissecttest.Hex("00 00 fe 264e 05 07 05 04 11 0c 0000d2 05 02 0002 00 0026 0026 84")
	older := dissecttest.Hex("00 00 fe 2606 05 05 02 03 08 00 0a0b0c")
	broken := ask(9, 0, 1, 2, 3)
	broken.Payload[len(broken.Payload)-1] ^= 1
	long := append(append([]byte{0, 0}, "TANK 7 LEVEL"...), make([]byte, 20)...)
	steps := slices.Concat(opening, []dissecttest.Step{
		dissecttest.C(message(0, 3, []byte{2, 0, 0, 0, 2})), answer(0, identity...),
		ask(20), answer(20, long...),
		ask(13), answer(13, dissecttest.Hex("00 00 50 d4 c1 0b 28 20 04 20 c4 05 48 20 82 08 20 82 08 20 01 02 7b")...),
		ask(9, 0, 1, 2, 3), ask(9, 0, 1, 2, 3), ask(35, 57, 0x42, 0xc8, 0, 0, 0, 0, 0, 0), answer(35, 7, 0),
		ask(42), ask(71, 2), ask(31, 0x02, 0x00), broken,
		dissecttest.C(message(0, 2, nil)), dissecttest.S(message(1, 2, nil)), dissecttest.C(message(0, 1, nil)),
	})
	talk := func(name string, over heron.Transport, steps []dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 5094, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: hart_ip.Protocol,
		Allocs:   60, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("tcp", heron.TCP, steps), talk("udp", heron.UDP, steps),
			talk("older", heron.UDP, []dissecttest.Step{ask(0), answer(0, older...), answer(0, 0x88, 0)}),
		},
	}
}

func TestHART(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
