package melsec_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/melsec"
)

// frame makes a binary message: its start up to the station, then its body.
func frame(start, body string) []byte {
	b, data := dissecttest.Hex(start+" 00 ff ff03 00"), dissecttest.Hex(body)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

const model = "513033554443505520202020202020206602" // Q03UDCPU, 0x0266

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 5007, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: melsec.Protocol,
		Allocs:   40, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("model", heron.TCP, c(frame("5000", "1000 0101 0000")), s(frame("d000", "0000"+model))),
			talk("model_udp", heron.UDP, c(frame("5400 3412 0000", "1000 0101 0000")), s(frame("d400 3412 0000", "0000"+model))),
			talk("ascii", heron.TCP, dissecttest.C("500000FF03FF00000C001001010000"), dissecttest.S("D00000FF03FF0000180000Q03UDCPU        0266"),
				dissecttest.C("500000FF03FF000010001010020000"+"0001")),
			talk("orders", heron.TCP, c(frame("5000", "1000 0104 0000 640000 a8 0200")), s(frame("d000", "0000 01000200")),
				c(frame("5000", "1000 0104 0000 640000 a8 0200")), c(frame("5000", "1000 0114 0000 640000 a8 0100 3412")),
				c(frame("5000", "1000 0210 0000 0100")), c(frame("5000", "1000 0110 0000 0100 0000")), c(frame("5000", "1000 0610 0000 0100")),
				s(frame("d000", "51c0 00 ff ff03 00 0104 0000"))),
		},
	}
}

func TestMELSEC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
