package pana_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pana"
)

func message(flags, kind uint16, attributes ...string) string {
	all := strings.Join(attributes, "")
	b := binary.BigEndian.AppendUint16([]byte{0, 0}, uint16(16+len(all)))
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, flags), kind)
	return string(append(b, 1, 2, 3, 4, 0, 0, 0, 9)) + all
}

func attribute(code uint16, value string) string {
	b := binary.BigEndian.AppendUint16(nil, code)
	b = binary.BigEndian.AppendUint16(append(b, 0, 0), uint16(len(value)))
	return string(append(b, 0, 0)) + value + strings.Repeat("\x00", -len(value)&3)
}

func eap(code byte, body string) string {
	return attribute(2, string([]byte{code, 7, 0, byte(4 + len(body))})+body)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, port uint16, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: port, PortOnly: portOnly, Steps: steps}
	}
	vendors := "\x00\x63\x80\x00\x00\x03\x00\x00\x00\x00\x00\x09abc\x00"
	return dissecttest.Suite{
		Protocol: pana.Protocol,
		Allocs:   5,
		Conversations: []dissecttest.Conversation{
			talk("meter", 716, false, c(message(0, 1)), s(message(0xc000, 2, attribute(6, "\x00\x00\x00\x05"))), c(message(0x4000, 2, attribute(6, "\x00\x00\x00\x05"))),
				s(message(0x8000, 2, attribute(5, strings.Repeat("n", 20)), eap(1, "\x01"))),
				c(message(0, 2, vendors, eap(2, "\x01meter7@plant.example"))), s(message(0x8000, 2, eap(1, "\x0d\x20"))),
				s(message(0xa000, 2, attribute(7, "\x00\x00\x00\x00"), eap(3, ""))), c(message(0x8000, 3, attribute(9, "\x00\x00\x00\x01")))),
			talk("refused", 716, false, c(message(0, 2, eap(2, "\x01anonymous@plant.example"))), s(message(0xa000, 2, attribute(7, "\x00\x00\x00\x01"), eap(4, "")))),
			talk("start", 716, true, c(message(0, 1))),
		},
	}
}

func TestPANA(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
