package vnc_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/vnc"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 5900, Steps: steps}
	}
	init := s("\x04\x00\x03\x00" + strings.Repeat("\x00", 16) + "\x00\x00\x00\x0aHMI-line-3")
	return dissecttest.Suite{
		Protocol: vnc.Protocol,
		Allocs:   4,
		Conversations: []dissecttest.Conversation{
			talk("none", s("RFB 003.008\n"), c("RFB 003.008\n"), s("\x02\x01\x02"), c("\x01"), s("\x00\x00\x00\x00"), c("\x01"), init),
			talk("login", s("RFB 003.008\n"), c("RFB 003.007\n"), s("\x02\x02\x13"), c("\x02"), s(strings.Repeat("x", 16)), c(strings.Repeat("y", 16)), s("\x00\x00\x00\x01")),
			talk("old", s("RFB 003.003\n"), c("RFB 003.003\n"), s("\x00\x00\x00\x02"+strings.Repeat("x", 16)), c(strings.Repeat("y", 16)), s("\x00\x00\x00\x00"), c("\x00"), init),
			talk("apple", s("RFB 003.889\n"), c("RFB 003.889\n"), s("\x02\x1e\x21"), c("\x1e"), s("whatever")),
		},
	}
}

func TestVNC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
