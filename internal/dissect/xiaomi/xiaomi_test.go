package xiaomi_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/xiaomi"
)

func field(number byte, value string) string {
	return string([]byte{number<<3 | 2, byte(len(value))}) + value
}

func message(body string) string {
	b := binary.BigEndian.AppendUint32([]byte{0xc2, 0xfe, 0, 5}, uint32(len(body)))
	return string(b) + body + "\x01\x02\x03\x04"
}

func opening(content string) string {
	head := "\x08\x00" + field(3, "push.example") + field(5, "CONN")
	b := binary.BigEndian.AppendUint16([]byte{0, 2}, uint16(len(head)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(content)))
	return message(string(b) + head + content)
}

func suite() dissecttest.Suite {
	phone := "\x08\x6a" + field(2, "Example Note 9S") + field(3, "V12.5.2.0") + field(4, "an id") + "\x28\x2a" + field(6, "mobile") +
		field(7, "192.0.2.5:5222") + field(8, "en_GB")
	return dissecttest.Suite{
		Protocol: xiaomi.Protocol,
		Conversations: []dissecttest.Conversation{
			{Name: "phone", Transport: heron.TCP, ClientPort: 50123, ServerPort: 5222, Steps: []dissecttest.Step{
				dissecttest.C(opening(phone)), dissecttest.S(opening(field(2, "7f04"))), dissecttest.C(message("closed")), dissecttest.S(message("")),
			}},
			{Name: "from_the_middle", Transport: heron.TCP, ClientPort: 50123, ServerPort: 5222, Steps: []dissecttest.Step{
				dissecttest.C(message("")), dissecttest.S(message("")), dissecttest.C(message("closed")),
			}},
		},
	}
}

func TestXiaomi(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
