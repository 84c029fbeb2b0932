package ipmi_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ipmi"
)

// command makes a message of IPMI outside a session.
func command(function, code byte, digits string) []byte {
	b := []byte{0x20, function << 2, 0, 0x81, 0x04, code}
	b[2] = -(b[0] + b[1])
	b = append(b, dissecttest.Hex(digits)...)
	sum := byte(0)
	for _, c := range b[3:] {
		sum += c
	}
	b = append(b, -sum)
	head := append(dissecttest.Hex("0600ff07 00 00000000 00000000"), byte(len(b)))
	return append(head, b...)
}

// plus makes a message of version 2.0.
func plus(payload byte, digits string) []byte {
	data := dissecttest.Hex(digits)
	b := append(dissecttest.Hex("0600ff07 06"), payload)
	b = append(b, make([]byte, 8)...)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(data))), data...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 623, Steps: steps}
	}
	const guid = "000102030405060708090a0b0c0d0e0f"
	return dissecttest.Suite{
		Protocol: ipmi.Protocol,
		Allocs:   30, // the events
		Conversations: []dissecttest.Conversation{
			talk("presence", c(dissecttest.Hex("0600ff06 000011be 80 00 00 00")), s(dissecttest.Hex("0600ff06 000011be 40 00 00 10 000011be 00000000 81 00 000000000000"))),
			talk("identity", c(command(6, 0x38, "8e04")), s(command(7, 0x38, "00 01 94 05 03 000000 00")),
				c(command(6, 0x01, "")), s(command(7, 0x01, "00 20 01 02 41 02 df a22a00 0001 00000000")), s(command(7, 0x37, "00"+guid))),
			talk("orders", c(command(0, 2, "00")), c(command(0, 2, "03")), c(command(6, 0x47, "02 02 3131313131313131")), c(command(0, 8, "05 80")), c(command(8, 1, ""))),
			talk("session", c(plus(0x10, "00000000 a4a3a2a0 00000008 00000000 01000008 00000000 02000008 00000000")),
				s(plus(0x13, "00 00 0000 a4a3a2a0"+guid+guid+"00112233445566778899aabbccddeeff00112233")), s(plus(0x15, "00 0f 0000 a4a3a2a0"))),
		},
	}
}

func TestIPMI(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
