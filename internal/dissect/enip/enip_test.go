package enip_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/enip"
)

const session = 0x11223344

// message is one of the encapsulation; the body is digits.
func message(command uint16, body string) []byte {
	data := dissecttest.Hex(body)
	b := binary.LittleEndian.AppendUint16(nil, command)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	b = binary.LittleEndian.AppendUint32(b, session)
	return append(append(b, make([]byte, 16)...), data...)
}

// explicit is a CIP message outside a connection, connected one inside.
func explicit(digits string) []byte {
	return carry(0x6f, "0000 0000", 0xb2, dissecttest.Hex(digits))
}

func connected(digits string) []byte {
	return carry(0x70, "a100 0400 01000000", 0xb1, append([]byte{7, 0}, dissecttest.Hex(digits)...))
}

func carry(command uint16, address string, item uint16, data []byte) []byte {
	b := append(dissecttest.Hex("00000000 0000 0200"), dissecttest.Hex(address)...)
	b = binary.LittleEndian.AppendUint16(b, item)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	b = append(b, data...)
	head := message(command, "")
	binary.LittleEndian.PutUint16(head[2:], uint16(len(b)))
	return append(head, b...)
}

// identity is the attributes of a controller of Rockwell's.
const identity = "0100 0e00 3700 1404 3400 78563412 0b 313736392d4c333245204c"

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	list := "0100 0c00 2d00 0100 0002af12c0000205 0000000000000000" + identity + "03"
	open := []dissecttest.Step{c(message(0x65, "0100 0000")), s(message(0x65, "0100 0000"))}
	tcp := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 44818, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: enip.Protocol,
		Allocs:   40, // the events of orders
		Conversations: []dissecttest.Conversation{
			tcp("list_identity", c(message(0x63, "")), s(message(0x63, list))),
			{
				Name: "list_identity_udp", Transport: heron.UDP, ServerPort: 44818,
				Steps: []dissecttest.Step{c(message(0x63, "")), s(message(0x63, list))},
			},
			tcp("identity_object", append(open, c(explicit("01 02 2001 2401")), s(explicit("81 00 0000"+identity)),
				// the same bytes, when something else was asked for
				c(explicit("01 02 2004 2401")), s(explicit("81 00 0000"+identity)))...),
			tcp("after_nothing", c(append(message(0, ""), message(0x65, "0100 0000")...)), s(message(0x65, "0100 0000"))),
			tcp("orders", append(open,
				c(explicit("10 03 2004 2464 3003 01")), s(explicit("90 00 0000")), // set an assembly
				c(connected("4d 02 9102 5431 c400 0100 2a000000")), // write tag T1
				c(connected("4c 02 9102 5431 0100")), s(connected("cc 00 0000 c400 2a000000")),
				c(connected("0a 02 2002 2401 0200 0600 0e00 4d 02 9102 5432 c400 07 02 20ac 2401")), // write a tag and stop
				c(explicit("52 02 2006 2401 0a f0 0600 05 02 2001 2401 0100 0100")),                 // reset, passed on
				c(explicit("06 02 20ac 2401")))...),
			tcp("pccc", append(open,
				c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 a2 04 07 89 00 00")),
				c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 a2 04 07 89 00 00")),
				c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 aa 02 07 89 00 00 0100")),
				c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 80 01")),
				c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 50")), c(explicit("4b 02 2067 2401 07 0100 78563412 0f00 3412 53")),
				c(explicit("4b 02 2067 2401 07 0100 78563412 0600 3412 03")),
				s(explicit("cb 00 0000 07 0100 78563412 4600 3412 00 ee 31 5b 24 313736332d4c4543202020 0000")))...),
			tcp("attributes", append(open,
				c(explicit("0e 03 2001 2401 3007")), s(explicit("8e 00 0000 0b 313736392d4c333245204c")),
				c(explicit("0e 03 2001 2401 3001")), s(explicit("8e 00 0000 0100")),
				c(explicit("03 02 2001 2401 0400 0100 0400 0600 0700")),
				s(explicit("83 00 0000 0400 0100 0000 0100 0400 0000 1404 0600 0000 78563412 0700 0000 0b 313736392d4c333245204c")),
				c(explicit("54 02 2006 2401 0a0e 01000000 02000000 0300 0100 efbeadde 02000000")), s(explicit("d4 00 0000")))...),
			tcp("process_connections", append(open, // to a device with its key, and behind a port in the large form
				c(explicit("54 02 2006 2401 0a0e 01000000 02000000 0300 0100 efbeadde 02000000 10270000 2a43 10270000 2a43 01 09"+
					"3404 0100 0000 0000 0000 2004 2466 2c64 2c65")), s(explicit("d4 00 0000")),
				c(explicit("5b 02 2006 2401 0a0e 01000000 02000000 0400 0100 efbeadde 02000000 10270000 2a000042 10270000 2a000042 01 0a"+
					"12 0d 3139322e302e322e3939 00 00 0000 2004 2466")), s(explicit("db 00 0000")))...),
			tcp("services", c(message(0x04, "")),
				s(message(0x04, "0100 0001 1400 0100 2001 436f6d6d756e69636174696f6e7300 00"))),
			tcp("programs", append(open, c(explicit("08 02 2068 2400")), c(explicit("08 02 2004 2400")),
				c(explicit("4f 03 206a 2500 2100 00")), c(explicit("50 03 206a 2500 2100 00")), c(explicit("4b 02 2074 2401")), c(explicit("4c 02 2074 2401")),
				// of other classes, or the end of a connection
				c(explicit("4e 02 2006 2401")), c(explicit("4e 02 20b2 2401")), c(explicit("4c 02 2072 2401")), c(explicit("4d 02 206b 2401 c400 0100 2a000000")))...),
			{
				Name: "process_data", Transport: heron.UDP, ServerPort: 2222, ClientPort: 2222,
				Steps: []dissecttest.Step{
					c(dissecttest.Hex("0200 0280 0800 787b3a00 28ca5e04 b100 0400 01000000")),
					s(dissecttest.Hex("0200 0280 0800 ebb49176 94ca5e04 b100 0200 0100")),
				},
			},
		},
	}
}

func TestEtherNetIP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
