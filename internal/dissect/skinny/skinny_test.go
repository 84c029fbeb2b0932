package skinny_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/skinny"
)

// Messages.
const (
	keepAlive   = 0x0000
	register    = 0x0001
	ipPort      = 0x0002
	keypad      = 0x0003
	alarm       = 0x0020
	registerAck = 0x0081
	startTone   = 0x0082
	capability  = 0x009b
	callState   = 0x0111
)

func message(version, kind uint32, body string) string {
	b := binary.LittleEndian.AppendUint32(nil, uint32(4+len(body)))
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, kind)
	return string(b) + body
}

func number(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

func field(text string, size int) string { return text + strings.Repeat("\x00", size-len(text)) }

// phone is what all phones say when they register, as far as their type.
func phone(name, address string, kind uint32) string {
	return field(name, 16) + number(0) + number(1) + address + number(kind)
}

// newer is what the newer ones add.
func newer(version byte, load string) string {
	return number(5) + number(0) + string([]byte{version, 0, 0x72, 0x85}) + number(1) + number(0) + field("\x02\x00\x00\x00\x00\x0c", 12) +
		number(3) + number(2) + strings.Repeat("\x00", 20) + field(load, 32)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 2000, PortOnly: portOnly, Steps: steps}
	}
	const here = "\xc0\x00\x02\x0c"
	return dissecttest.Suite{
		Protocol: skinny.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("newer_phone", false,
				c(message(0, register, phone("SEP02000000000C", here, 115)+newer(19, "SCCP41.9-0-3S"))),
				s(message(0x14, registerAck, number(30)+field("D/M/Y", 6)+"\x00\x00"+number(60))),
				s(message(0, capability, "")), c(message(0, ipPort, number(16384))), c(message(0, keepAlive, ""))),
			talk("older_phone", false,
				c(message(0, alarm, number(2)+field("20: Name=SEP02000000000C Load=P00308010100 Parms=Status/IPaddr LastTime=A", 80)+number(0x404)+here)),
				c(message(0, register, phone("SEP02000000000C", here, 7)+number(0))), s(message(0, registerAck, number(30)))),
			talk("small_business_phone", false, c(message(0, register, phone("SEP02000000000C", here, 80005)+number(0)))),
			talk("of_a_type_not_known", false, c(message(0, register, phone("VGC0200000000C00", here, 9999)+number(0)))),
			talk("amid_a_call", true, c(message(0, keypad, number(5)+number(1)+number(77))), s(message(0x14, callState, number(1)+number(1)+number(77)+number(0))),
				s(message(0x14, startTone, number(0x21))+message(0x14, callState, number(2)+number(1)+number(77)+number(0)))),
			talk("length_too_short", true, c("\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")),
			talk("no_such_version", true, c(message(7, register, phone("SEP02000000000C", here, 7)))),
			talk("no_such_message", true, c(message(0, 0x4000, phone("SEP02000000000C", here, 7)))),
			talk("no_name", true, c(message(0, register, phone("\x01\x02\x03", here, 7)))),
		},
	}
}

func TestSkinny(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
