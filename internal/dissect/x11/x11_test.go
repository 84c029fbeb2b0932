package x11_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/x11"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 6000, Steps: steps}
	}
	vendor := "The X.Org Foundation"
	return dissecttest.Suite{
		Protocol: x11.Protocol,
		Allocs:   3,
		Conversations: []dissecttest.Conversation{
			talk("open", c("l\x00\x0b\x00"+zeros(8)), s("\x01\x00\x0b\x00\x00\x00\x28\x00\x21\x6b\xb7\x00"+zeros(12)+string(rune(len(vendor)))+zeros(15)+vendor)),
			talk("refused", c("B\x00\x00\x0b\x00\x00\x00\x12\x00\x10\x00\x00MIT-MAGIC-COOKIE-1\x00\x00"+strings.Repeat("s", 16)), s("\x00\x00\x00\x0b\x00\x00\x00\x02no access")),
		},
	}
}

func TestX11(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
