package ptp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ptp"
)

// message is one of version 2.
func message(kind byte, digits, more string) []byte {
	body := append(dissecttest.Hex(digits), more...)
	b := binary.BigEndian.AppendUint16([]byte{kind, 0x12}, uint16(34+len(body)))
	b = append(b, dissecttest.Hex("00 00 0200 0000000000000000 00000000 020000fffe000005 0001 0007 00 01")...)
	return append(b, body...)
}

func udp(name string, port uint16, b []byte) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: port, ServerPort: port, PortOnly: true,
		Client: dissecttest.End("02:00:00:00:00:05", "192.0.2.5"), Server: dissecttest.End("01:00:5e:00:01:81", "224.0.1.129"),
		Steps: []dissecttest.Step{dissecttest.C(b)},
	}
}

func link(name string, b []byte) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link, EtherType: 0x88f7,
		Client: dissecttest.End("02:00:00:00:00:05", ""), Server: dissecttest.End("01:1b:19:00:00:00", ""),
		Steps: []dissecttest.Step{dissecttest.C(b)},
	}
}

func suite() dissecttest.Suite {
	const (
		now      = "000065536a00 00000000 "
		announce = now + "0025 00 80 06 21 4e5d 80 020000fffe000001 0000 20"
		target   = "ffffffffffffffff ffff 01 01"
		product  = "\x00\x01\x00\x49" + "\x00\x01\x80\x00" + "\x08ethernet" + "\x00\x06\x02\x00\x00\x00\x00\x05" +
			"\x00\x01\x00\x04\xc0\x00\x02\x05" + "\x00\x00\x00\x00" + "\x0fExample;C-1;001" + "\x0bA;1.2.3;4.5" + "\x05clock" + "\x00\x1b\x19\x00\x01\x00"
	)
	return dissecttest.Suite{
		Protocol: ptp.Protocol,
		PortOnly: false, // it has an EtherType
		Allocs:   4,     // an event
		Conversations: []dissecttest.Conversation{
			link("announce", message(0x0b, announce, "")),
			link("sync", message(0x10, now, "")),
			link("delay_of_neighbours", message(0x02, now+"00000000000000000000", "")),
			udp("delay_request", 319, message(0x01, now, "")),
			udp("description", 320, message(0x0d, target+"02 00", product)),
			udp("configuration", 320, message(0x0d, target+"01 00 0001 0004 0010 0000", "")),
			udp("version_1", 319, dissecttest.Hex("0001 0001 5f44464c540000000000000000000000 01 01 020000000005 0001 0007 00 00 0000"+
				"65536a00 00000000")),
			link("another_version", append([]byte{0x0b, 0x03}, message(0x0b, announce, "")[2:]...)),
		},
	}
}

func TestPTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
