package pn_dcp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pn_dcp"
)

// block is an option with its value, filled up to an even length.
func block(option, sub byte, value string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{option, sub}, uint16(len(value)))
	b = append(b, value...)
	if len(value)%2 != 0 {
		b = append(b, 0)
	}
	return b
}

func message(frame uint16, service, kind byte, blocks ...[]byte) []byte {
	var all []byte
	for _, b := range blocks {
		all = append(all, b...)
	}
	b := binary.BigEndian.AppendUint16(nil, frame)
	b = append(b, service, kind, 0, 0, 0, 7, 0, 1)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(all))), all...)
	for len(b) < 46 {
		b = append(b, 0)
	}
	return b
}

func suite() dissecttest.Suite {
	talk := func(name, to string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.Link, EtherType: 0x8892, Steps: steps,
			Client: dissecttest.End("02:00:00:00:00:0c", ""), Server: dissecttest.End(to, ""),
		}
	}
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	identity := [][]byte{
		block(2, 5, "\x00\x00\x01\x02\x02\x02"), block(2, 1, "\x00\x00ET 200SP"), block(2, 2, "\x00\x00press4-io"),
		block(2, 3, "\x00\x00\x00\x2a\x03\x13"), block(2, 4, "\x00\x00\x01\x00"), block(1, 2, "\x00\x01\xc0\x00\x02\x07\xff\xff\xff\x00\xc0\x00\x02\x01"),
	}
	return dissecttest.Suite{
		Protocol: pn_dcp.Protocol,
		Allocs:   60, // the events of what is set
		Conversations: []dissecttest.Conversation{
			talk("identify", "01:0e:cf:00:00:00", c(message(0xfefe, 5, 0, block(0xff, 0xff, ""))),
				c(message(0xfefe, 5, 0, block(2, 2, "press5-io")))),
			talk("identified", "02:00:00:00:00:05", s(message(0xfeff, 5, 1, identity...))),
			talk("hello", "01:0e:cf:00:00:01", c(message(0xfefc, 6, 0, identity[2], identity[5]))),
			talk("get", "02:00:00:00:00:05", c(message(0xfefd, 3, 0, []byte{2, 2, 1, 2})), s(message(0xfefd, 3, 1, identity[2], identity[5]))),
			talk("set", "02:00:00:00:00:05", c(message(0xfefd, 4, 0, block(5, 1, "\x00\x00"), block(2, 2, "\x00\x01press4-io"),
				block(1, 2, "\x00\x01\xc0\x00\x02\x07\xff\xff\xff\x00\x00\x00\x00\x00"), block(5, 2, "\x00\x00"))),
				s(message(0xfefd, 4, 1, block(5, 4, "\x02\x02\x00"))), c(message(0xfefd, 4, 0, block(5, 3, "\x00\x00\x01\x00"))),
				c(message(0xfefd, 4, 0, block(5, 6, "\x00\x04"))), c(message(0xfefd, 4, 0, block(3, 61, "\x00\x00x")))),
		},
	}
}

func TestDCP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
