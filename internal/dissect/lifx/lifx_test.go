package lifx_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/lifx"
)

func message(kind uint16, body string) string {
	b := binary.LittleEndian.AppendUint16(nil, uint16(36+len(body)))
	b = append(b, 0x00, 0x14, 1, 2, 3, 4)
	b = append(b, 2, 0, 0, 0, 0, 5, 0, 0)
	b = append(b, make([]byte, 6+2+8)...)
	b = binary.LittleEndian.AppendUint16(b, kind)
	return string(append(b, 0, 0)) + body
}

func label(s string) string { return s + strings.Repeat("\x00", 32-len(s)) }

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 57000, ServerPort: 56700, Steps: steps}
	}
	pad := func(n int) string { return strings.Repeat("\x00", n) }
	return dissecttest.Suite{
		Protocol: lifx.Protocol,
		Allocs:   8, // two events
		Conversations: []dissecttest.Conversation{
			talk("lamp", dissecttest.C(message(2, "")), dissecttest.S(message(3, "\x01\x7c\xdd\x00\x00")),
				dissecttest.C(message(32, "")), dissecttest.S(message(33, "\x01\x00\x00\x00\x1b\x00\x00\x00\x00\x00\x00\x00")),
				dissecttest.S(message(15, pad(16)+"\x50\x00\x02\x00")), dissecttest.S(message(25, label("Hall"))),
				dissecttest.S(message(53, pad(16)+label("Ground floor")+pad(8))), dissecttest.S(message(50, pad(16)+label("Home")+pad(8))),
				dissecttest.S(message(107, pad(12)+label("Hall")+pad(8)))),
			talk("orders", dissecttest.C(message(117, "\xff\xff\x00\x00\x00\x00")), dissecttest.C(message(117, pad(6))),
				dissecttest.C(message(102, pad(13)))),
			talk("broken", dissecttest.S(message(25, "abc"))),
		},
	}
}

func TestLIFX(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
