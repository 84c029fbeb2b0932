package ads_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/ads"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

const client, server = "c00002 0c0101", "05010203 0101"

// message makes an AMS/TCP packet.
func message(to, from string, command, flags uint16, digits string) []byte {
	data := dissecttest.Hex(digits)
	b := binary.LittleEndian.AppendUint32([]byte{0, 0}, uint32(len(data)+32))
	b = append(append(b, dissecttest.Hex(to)...), 0x53, 0x03) // port 851
	b = append(append(b, dissecttest.Hex(from)...), 0x00, 0x80)
	b = binary.LittleEndian.AppendUint16(b, command)
	b = binary.LittleEndian.AppendUint16(b, flags)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = append(b, 0, 0, 0, 0, 7, 0, 0, 0)
	return append(b, data...)
}

func ask(command uint16, digits string) []byte { return message(server, client, command, 4, digits) }

func tell(command uint16, digits string) []byte { return message(client, server, command, 5, digits) }

// search makes a datagram of the search.
func search(service uint32, id, items string) []byte {
	b := binary.LittleEndian.AppendUint32(dissecttest.Hex("03661471 00000000"), service)
	b = append(append(b, dissecttest.Hex(id)...), 0x10, 0x27)
	return append(b, dissecttest.Hex(items)...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	tcp := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 48898, Steps: steps}
	}
	udp := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 48899, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: ads.Protocol,
		Allocs:   60, // the events of orders
		Conversations: []dissecttest.Conversation{
			tcp("device_info", c(ask(1, "")), s(tell(1, "00000000 03 01 b80b 506c63333020417070 00000000000000")),
				c(ask(4, "")), s(tell(4, "00000000 0500 0000"))),
			tcp("orders", c(ask(2, "20400000 00000000 04000000")), c(ask(2, "20400000 00000000 04000000")), c(ask(3, "20400000 00000000 01000000 2a")),
				c(ask(9, "03f00000 00000000 04000000 05000000 4d41494e00")), c(ask(9, "81f00000 01000000 04000000 01000000 00")),
				c(ask(9, "01000000 01000000 04000000 00000000")),
				c(ask(5, "0600 0000 00000000")), c(ask(5, "0500 0000 00000000")), c(ask(5, "1000 0000 00000000")), s(tell(5, "01070000"))),
			udp("search", c(search(1, "000000000000", "00000000")),
				s(search(0x80000001, server, "03000000 0500 0a00 43582d31323334353600"+"0400 1401 14010000 0a000000 00000000 ba470000"+zeros(276-16)+"0300 0400 03 01 b80f"))),
			udp("route", c(search(6, client, "03000000 0c00 0500 706c616e00 0d00 0600 61646d696e00 0200 0200 3100"))),
		},
	}
}

func zeros(n int) string {
	s := ""
	for range n {
		s += "00"
	}
	return s
}

func TestADS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
