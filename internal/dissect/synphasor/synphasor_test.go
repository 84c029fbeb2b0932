package synphasor_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/synphasor"
)

// frame is a frame of stream 60 with its checksum, bit by bit.
func frame(kind byte, body []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xaa, kind<<4 | 1}, uint16(16+len(body)))
	b = append(append(b, 0, 60, 0x65, 0, 0, 0, 0, 0, 0, 1), body...)
	sum := uint16(0xffff)
	for _, c := range b {
		sum ^= uint16(c) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return binary.BigEndian.AppendUint16(b, sum)
}

// unit is a unit of a configuration with one phasor, one digital word.
func unit(name string, id byte) []byte {
	b := fmt.Appendf(nil, "%-16s", name)
	b = append(b, 0, id, 0, 0, 0, 1, 0, 0, 0, 1)
	b = append(b, make([]byte, 16*(1+16)+4*2)...)
	return append(b, 0, 1, 0, 5)
}

func suite() dissecttest.Suite {
	config := slices.Concat([]byte{0, 0, 0, 1, 0, 2}, unit("North 110 kV", 7), unit("South", 8), []byte{0, 50})
	third := slices.Concat([]byte{0, 0, 0, 0, 0, 1, 0, 1, 4}, []byte("West"), []byte{0, 9}, make([]byte, 40))
	data := frame(0, make([]byte, 30))
	broken := frame(3, config)
	broken[30] ^= 1
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 4712, ClientPort: 50321, Steps: steps}
	}
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: synphasor.Protocol,
		Allocs:   24, // the events of commands
		Conversations: []dissecttest.Conversation{
			talk("tcp", heron.TCP, c(frame(4, []byte{0, 1})), c(frame(4, []byte{0, 3})), s(frame(1, []byte("North units, of the grid\x00"))),
				c(frame(4, []byte{0, 5})), s(frame(3, config)), c(frame(4, []byte{0, 2})), s(slices.Concat(data, data, data)), s(broken)),
			talk("udp", heron.UDP, c(frame(4, []byte{0, 8})), s(data), s(frame(2, config)), s(data), s(frame(5, third))),
		},
	}
}

func TestSynchrophasors(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
