package wg_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/wg"
)

func message(head string, size int) []byte {
	b := dissecttest.Hex(head)
	return append(b, make([]byte, size-len(b))...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 40000, ServerPort: 51820, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: wg.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("handshake", c(message("01000000 1a2b3c4d", 148)), s(message("02000000 5a5b5c5d 1a2b3c4d", 92))),
			talk("under_load", s(message("03000000 1a2b3c4d", 64))),
			talk("data_alone", c(message("04000000 1a2b3c4d 0701000000000000", 128)), s(message("04000000 5a5b5c5d 01", 32)),
				c(message("04000000 1a2b3c4d 0801000000000000", 32)), c(message("04000000 1a2b3c4d 0901000000000000", 96)),
				c(message("04000000 1a2b3c4d 0b01000000000000", 96))),
		},
	}
}

func TestWireGuard(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
