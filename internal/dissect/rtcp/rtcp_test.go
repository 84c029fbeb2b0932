package rtcp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rtcp"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 40000, ServerPort: 5005, Steps: steps}
	}
	report := append(dissecttest.Hex("80c80006 00000001"), make([]byte, 20)...)
	items := "\x01\x10cam@192.168.1.20" + "\x06\x09Foo/2.0.1" + "\x00\x00\x00"
	describe := append(dissecttest.Hex("81ca0009 00000001"), items...)
	sealed := append(append([]byte{}, report...), make([]byte, 14)...)
	return dissecttest.Suite{
		Protocol: rtcp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("description", s(append(append([]byte{}, report...), describe...)),
				c(append(dissecttest.Hex("80c90001 00000002"), dissecttest.Hex("81cb0001 00000002")...))),
			talk("encrypted", c(sealed), s(sealed), c(sealed), c(sealed)),
		},
	}
}

func TestRTCP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
