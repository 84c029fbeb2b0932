package doip_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/doip"
)

func message(kind uint16, body string) string {
	b := binary.BigEndian.AppendUint16([]byte{2, 0xfd}, kind)
	return string(binary.BigEndian.AppendUint32(b, uint32(len(body)))) + body
}

func ask(uds string) dissecttest.Step {
	return dissecttest.C(message(0x8001, "\x0e\x00\x10\x01"+uds))
}

func answer(uds string) dissecttest.Step {
	return dissecttest.S(message(0x8002, "\x10\x01\x0e\x00\x00") + message(0x8001, "\x10\x01\x0e\x00"+uds))
}

func talk(name string, transport heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: transport, ClientPort: 50123, ServerPort: 13400, Steps: steps}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: doip.Protocol,
		Allocs:   60, // nine events
		Conversations: []dissecttest.Conversation{
			talk("vehicle", heron.UDP, dissecttest.C(message(1, "")),
				dissecttest.S(message(4, "EXAMPLE0123456789\x10\x00\x02\x00\x00\x00\x00\x05\x02\x00\x00\x00\x00\x05\x00\x00")),
				dissecttest.C(message(0x4001, "")), dissecttest.S(message(0x4002, "\x00\x10\x01\x00\x00\x10\x00"))),
			talk("reading", heron.TCP, dissecttest.C(message(5, "\x0e\x00\x00\x00\x00\x00\x00")),
				dissecttest.S(message(6, "\x0e\x00\x10\x00\x10\x00\x00\x00\x00")),
				ask("\x22\xf1\x90"), answer("\x62\xf1\x90EXAMPLE0123456789"), ask("\x22\xf1\x8c"), answer("\x62\xf1\x8cS-0001"),
				ask("\x22\xf1\x89"), answer("\x62\xf1\x891.2.3"), ask("\x22\x01\x02"), answer("\x62\x01\x02\x00\x07"), ask("\x3e\x80")),
			talk("programming", heron.TCP, ask("\x10\x02"), answer("\x50\x02\x00\x32\x01\xf4"), ask("\x10\x02"), ask("\x27\x01"),
				answer("\x67\x01\x01\x02\x03\x04"), ask("\x27\x02\x01\x02\x03\x04"), answer("\x7f\x27\x35"),
				ask("\x31\x01\xff\x00"), ask("\x34\x00\x44\x00\x00\x10\x00\x00\x00\x20\x00"), ask("\x2e\xf1\x90NEW"), ask("\x11\x01")),
			talk("refused", heron.TCP, dissecttest.C(message(5, "\x0e\x00\x00\x00\x00\x00\x00")),
				dissecttest.S(message(6, "\x0e\x00\x10\x00\x00\x00\x00\x00\x00"))),
		},
	}
}

func TestDoIP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
