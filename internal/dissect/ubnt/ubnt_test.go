package ubnt_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ubnt"
)

func message(version, command byte, entries ...string) string {
	body := ""
	for _, e := range entries {
		body += e
	}
	b := binary.BigEndian.AppendUint16([]byte{version, command}, uint16(len(body)))
	return string(append(b, body...))
}

func entry(kind byte, value string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(value)))) + value
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 10001, PortOnly: true, Steps: steps}
}

func suite() dissecttest.Suite {
	const mac = "\x02\x00\x00\x00\x00\x05"
	return dissecttest.Suite{
		Protocol: ubnt.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("access_point", dissecttest.C(message(1, 0)), dissecttest.S(message(1, 0, entry(1, mac), entry(2, mac+"\xc0\x00\x02\x05"),
				entry(3, "XM.ar7240.v5.6.3.28591.151130.1749"), entry(0x0a, "\x00\x00\x10\x20"), entry(0x0b, "ap-hall"),
				entry(0x0c, "NanoStation M5"), entry(0x0d, "plant"), entry(0x0e, "\x02"), entry(0x14, "NanoStation M5")))),
			talk("version_2", dissecttest.C(message(2, 8)), dissecttest.S(message(2, 6, entry(1, mac), entry(0x15, "US8P60"), entry(0x16, "4.0.42.10433")))),
			talk("broken", dissecttest.S(message(1, 0, "\x01\x00\xff"))),
		},
	}
}

func TestUBNT(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
