package knxip_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/knxip"
)

func message(service uint16, digits, more string) string {
	body := string(dissecttest.Hex(digits)) + more
	b := binary.BigEndian.AppendUint16([]byte{6, 0x10}, service)
	b = binary.BigEndian.AppendUint16(b, uint16(6+len(body)))
	return string(b) + body
}

func talk(name string, transport heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: transport, ClientPort: 50123, ServerPort: 3671, Steps: steps}
}

func suite() dissecttest.Suite {
	const (
		here   = "0801 c000020c c3cb "
		there  = "0801 c0000205 0e57 "
		device = "3601 02 00 1100 0000 008301234567 e000170c 020000000005 " +
			"4578616d706c6520526f7574657200000000000000000000000000000000 "
		services = "0a02 0201 0301 0401 0501 "
		tunnel   = "04 01 00 00 "
	)
	return dissecttest.Suite{
		Protocol: knxip.Protocol,
		Allocs:   36, // six events
		Conversations: []dissecttest.Conversation{
			talk("search", heron.UDP, dissecttest.C(message(0x0201, here, "")), dissecttest.S(message(0x0202, there+device+services, ""))),
			talk("description", heron.UDP, dissecttest.C(message(0x0203, here, "")), dissecttest.S(message(0x0204, device+services+"08fe 0083 00000000", ""))),
			talk("orders", heron.UDP, dissecttest.C(message(0x0205, here+here+"04040200", "")), dissecttest.S(message(0x0206, "0100"+there+"04041101", "")),
				dissecttest.C(message(0x0420, tunnel+"11 00 bc e0 0000 0901 01 0081", "")), // write to 1/1/1
				dissecttest.S(message(0x0421, tunnel, "")),
				dissecttest.C(message(0x0420, tunnel+"11 00 bc e0 0000 0901 01 0000", "")), // read
				dissecttest.C(message(0x0420, tunnel+"11 00 bc e0 0000 0901 01 0000", "")),
				dissecttest.S(message(0x0420, tunnel+"2e 00 bc e0 1101 0901 01 0081", "")), // confirmed
				dissecttest.C(message(0x0420, tunnel+"11 00 b0 60 0000 1105 06 4283 0100 aabbcc", "")),
				dissecttest.C(message(0x0420, tunnel+"11 00 b0 60 0000 1105 01 4380", "")),
				dissecttest.C(message(0x0420, tunnel+"11 00 b0 60 0000 1105 05 43d1 00 01020304", "")),
				dissecttest.C(message(0x0420, tunnel+"11 00 b0 e0 0000 0000 03 00c0 1106", ""))),
			talk("router", heron.UDP, dissecttest.C(message(0x0530, "29 00 bc e0 1105 0901 01 0080", ""))),
			talk("stream", heron.TCP, dissecttest.S(message(0x0423, tunnel+"06 00 1087", "")+message(0x0425, tunnel+"02 00 091a", ""))),
			talk("secure", heron.TCP, dissecttest.C(message(0x0951, "0802 00000000 0000", "01234567890123456789012345678901")),
				dissecttest.S(message(0x0952, "0001", "012345678901234567890123456789010123456789abcdef"))),
		},
	}
}

func TestKNXIP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
