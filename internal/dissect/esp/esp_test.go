package esp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/esp"
)

func suite() dissecttest.Suite {
	packet := func(head string) []byte { return append(dissecttest.Hex(head), make([]byte, 64)...) }
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: esp.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{{
			Name: "tunnel", Transport: heron.UDP, ClientPort: 40000, ServerPort: 4500, Steps: []dissecttest.Step{
				c(packet("1a2b3c4d 00000001")), s(packet("5a2b3c4d 00000001")), c(packet("1a2b3c4d 00000002")),
				c(packet("1a2b3c4d 00000002")), c(packet("1a2b3c4d 00000004")), s(packet("5a2b3c4d 00000002")),
			},
		}},
	}
}

func TestESP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
