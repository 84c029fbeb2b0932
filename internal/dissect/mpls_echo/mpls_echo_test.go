package mpls_echo_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mpls_echo"
)

func suite() dissecttest.Suite {
	c := func(digits string) dissecttest.Step { return dissecttest.C(dissecttest.Hex(digits)) }
	s := func(digits string) dissecttest.Step { return dissecttest.S(dissecttest.Hex(digits)) }
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 3503, PortOnly: true, Steps: steps}
	}
	const rest = "00000007 00000001 e0000000 00000000 00000000 00000000"
	return dissecttest.Suite{
		Protocol: mpls_echo.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("ping", c("0001 0000 01 02 00 00"+rest+"0001 0009 0001 0005 c0000263 20 000000"), s("0001 0000 02 02 03 00"+rest)),
			talk("with_padding", c("0001 0001 01 02 00 00"+rest+"0003 0005 01abcdabcd 000000")),
			talk("of_another_version", c("0002 0000 01 02 00 00"+rest)),
			talk("no_such_type", c("0001 0000 09 02 00 00"+rest)),
			talk("no_mode", c("0001 0000 01 00 00 00"+rest)),
			talk("object_too_long", c("0001 0000 01 02 00 00"+rest+"0001 0020 0001")),
		},
	}
}

func TestLSPPing(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
