package ge_srtp_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ge_srtp"
)

// message makes a header with the service at its place, and what follows it.
func message(kind, messageType byte, service, text string) []byte {
	b := make([]byte, 56)
	b[0], b[2], b[4], b[9], b[17], b[31] = kind, 5, byte(len(text)), 1, 1, messageType
	copy(b[36:], "\x10\x0e\x00\x00\x01\x01")
	at := 42
	if messageType == 0x80 {
		copy(b[48:], "\x01\x01")
		at = 50
	}
	copy(b[at:], service)
	return slices.Concat(b, []byte(text))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	ready := make([]byte, 56)
	ready[0], ready[8] = 1, 0x0f
	open := []dissecttest.Step{c(make([]byte, 56)), s(ready)}
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 18245, Steps: append(open[:2:2], steps...)}
	}
	return dissecttest.Suite{
		Protocol: ge_srtp.Protocol,
		Allocs:   24, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("controller", c(message(2, 0xc0, "\x43", "")), s(message(3, 0x94, "", "PUMPS\x00\x00\x00\x5a\x02\x01\x00")),
				c(message(2, 0xc0, "\x03", "")), s(message(3, 0x94, "", "\x01\x00WATER\x00\x00\x00"))),
			talk("orders", c(message(2, 0xc0, "\x04\x08\x10\x00\x02\x00", "")), s(message(3, 0xd4, "\x00\x00\x34\x12", "")),
				c(message(2, 0xc0, "\x04\x08\x10\x00\x02\x00", "")), c(message(2, 0x80, "\x07\x08\x10\x00\x04\x00", "\x01\x02\x03\x04\x05\x06\x07\x08")),
				c(message(2, 0xc0, "\x23\x02", "")), s(message(3, 0xd1, "", "")), c(message(2, 0xc0, "\x40", ""))),
		},
	}
}

func TestGESRTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
