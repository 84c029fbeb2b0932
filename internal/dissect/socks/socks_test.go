package socks_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/socks"
)

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 1080, Steps: steps}
	}
	c, s := dissecttest.C[string], dissecttest.S[string]
	ok := s("\x05\x00\x00\x01\xc0\x00\x02\x05\x04\x38")
	return dissecttest.Suite{
		Protocol: socks.Protocol, PortOnly: true,
		Allocs: 6, // the events of a login
		Conversations: []dissecttest.Conversation{
			talk("version_5", c("\x05\x01\x00"), s("\x05\x00"), c("\x05\x01\x00\x03\x0dcloud.example\x01\xbb"), ok,
				c("anything"), s("else")),
			talk("with_password", c("\x05\x02\x00\x02"), s("\x05\x02"), c("\x01\x03bob\x06secret"), s("\x01\x00"),
				c("\x05\x01\x00\x01\xc0\x00\x02\x09\x00\x50"), ok),
			talk("refused", c("\x05\x01\x02"), s("\x05\x02"), c("\x01\x03bob\x06secret"), s("\x01\x01")),
			talk("version_4a", c("\x04\x01\x01\xbb\x00\x00\x00\x01user\x00Cloud.Example\x00"), s("\x00\x5a\x01\xbb\xc0\x00\x02\x05")),
		},
	}
}

func TestSOCKS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
