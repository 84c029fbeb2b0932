package stun_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/stun"
)

// message makes a message of a type with attributes.
func message(kind int, attributes ...[]byte) []byte {
	var body []byte
	for _, a := range attributes {
		body = append(body, a...)
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(kind))
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	b = append(b, 0x21, 0x12, 0xa4, 0x42)
	return append(append(b, "transaction1"...), body...)
}

func attribute(kind int, value string) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(kind))
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	return append(b, make([]byte, (4-len(value)%4)%4)...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	// 198.51.100.7 and 2001:db8::7, hidden; 198.51.100.9 as it is
	const hidden = "\x00\x01\x12\x34\xe7\x21\xc0\x45"
	const hidden6 = "\x00\x02\x12\x34\x01\x13\xa9\xfatransaction\x36"
	ask := message(0x0001, attribute(0x8022, "libjingle"), attribute(0x0006, "user"))
	answer := message(0x0101, attribute(0x0020, hidden), attribute(0x8022, "Coturn-4.5.2 'dan Eider'"))
	refuse := message(0x0113, attribute(0x0009, "\x00\x00\x04\x01Unauthorized"), attribute(0x0014, "turn.example.com"))
	lend := message(0x0103, attribute(0x0016, hidden), attribute(0x0020, hidden6))
	old := append(dissecttest.Hex("0001 0008 11223344 55667788 99aabbcc ddeeff00"), attribute(0x0003, "\x00\x00\x00\x00")...)
	oldAnswer := append(dissecttest.Hex("0101 001f 11223344 55667788 99aabbcc ddeeff00"),
		append(attribute(0x0001, "\x00\x01\x12\x34\xc6\x33\x64\x09"), attribute(0x8022, "Vovida.org 0.96")[:19]...)...)
	data := dissecttest.Hex("40010005 0102030405 000000")
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 3478, Steps: steps}
	}
	classic := talk("classic", heron.UDP, c(old), s(oldAnswer))
	classic.PortOnly = true
	return dissecttest.Suite{
		Protocol: stun.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("binding", heron.UDP, c(ask), s(answer)),
			talk("relay", heron.UDP, c(message(0x0003)), s(refuse), c(message(0x0003)), s(lend), c(data)),
			talk("stream", heron.TCP, c(ask), s(answer), c(data), c(ask)),
			classic,
		},
	}
}

func TestSTUN(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
