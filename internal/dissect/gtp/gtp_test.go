package gtp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/gtp"
)

// one and two are messages of the two versions, with elements in hexadecimal.
func one(kind byte, elements string) []byte {
	body := dissecttest.Hex(elements)
	b := binary.BigEndian.AppendUint16([]byte{0x32, kind}, uint16(4+len(body)))
	return append(append(b, 0, 0, 0, 0, 0, 1, 0, 0), body...)
}

func two(kind byte, elements string) []byte {
	body := dissecttest.Hex(elements)
	b := binary.BigEndian.AppendUint16([]byte{0x48, kind}, uint16(8+len(body)))
	return append(append(b, 0, 0, 0, 0, 0, 0, 1, 0), body...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 40000, ServerPort: 2123, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: gtp.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("version_1", c(one(16, "02 1122334455667788 0e 01 83 000c 03696f74 076578616d706c65")), s(one(17, "01 80"))),
			talk("version_2", c(two(32, "01 0008 00 1122334455667788 47 000c 00 03696f74 076578616d706c65")), s(two(33, "02 0002 00 1000"))),
			talk("echo", c(one(1, "")), s(one(2, "0e 07"))),
		},
	}
}

func TestGTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
