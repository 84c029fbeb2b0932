package iso8583_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/iso8583"
)

// message puts a length before a message.
func message[T string | []byte](body T) []byte {
	return append([]byte{byte(len(body) >> 8), byte(len(body))}, body...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 8583, Steps: steps}
	}
	text := func(kind, bitmap, rest string) []byte { return message(kind + string(dissecttest.Hex(bitmap)) + rest) }
	return dissecttest.Suite{
		Protocol: iso8583.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("packed", c(message(dissecttest.Hex("6000010000 0200 7038000000800000 16 4111111111111111 000000 000000001000 000123 120000 0105 3132333435363738"))),
				s(message(dissecttest.Hex("6000000001 0210 3038000002800000 000000 000000001000 000123 120001 0105 3030 3132333435363738")))),
			talk("text", c(text("0800", "8220000000000000 0400000000000000", "0105120000000001301")), s(text("0810", "8220000002000000 0400000000000000", "010512000000000100301"))),
		},
	}
}

func TestISO8583(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
