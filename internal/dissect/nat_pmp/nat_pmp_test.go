package nat_pmp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/nat_pmp"
)

func suite() dissecttest.Suite {
	c := func(digits string) dissecttest.Step { return dissecttest.C(dissecttest.Hex(digits)) }
	s := func(digits string) dissecttest.Step { return dissecttest.S(dissecttest.Hex(digits)) }
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 5351, PortOnly: true, Steps: steps}
	}
	announced := dissecttest.Conversation{
		Name: "announced_to_all", Transport: heron.UDP, ClientPort: 5351, ServerPort: 5350, PortOnly: true,
		Server: dissecttest.End("01:00:5e:00:00:01", "224.0.0.1"), Steps: []dissecttest.Step{c("00 80 0000 00000001 cb007107")},
	}
	return dissecttest.Suite{
		Protocol: nat_pmp.Protocol, PortOnly: true,
		Allocs: 4, // the event of a refusal
		Conversations: []dissecttest.Conversation{
			talk("address", c("00 00"), s("00 80 0000 00001000 cb007107")),
			talk("mapping", c("00 02 0000 1f90 2328 00001c20"), s("00 82 0000 00001000 1f90 2329 00001c20"),
				c("00 02 0000 1f90 2328 00001c20"), s("00 82 0000 00001001 1f90 2329 00001c20"), c("00 01 0000 13c4 0000 00000e10")),
			talk("taken_back", c("00 02 0000 1f90 0000 00000000"), s("00 82 0000 00001000 1f90 0000 00000000"), c("00 01 0000 0000 0000 00000000")),
			talk("refused", c("00 02 0000 0016 0016 00001c20"), s("00 82 0002 00001000 0016 0000 00000000"), s("00 82 0002 00001001 0016 0000 00000000")),
			talk("other_version_wanted", c("00 00"), s("00 80 0001 00001000")),
			announced,
			talk("no_such_code", c("00 03 0000 0016 0016 00001c20"), s("00 83 0000 00001000 0016 0016 00001c20"), s("00 80 0009 00001000 cb007107")),
			talk("no_port", c("00 02 0000 0000 0016 00001c20")),
			talk("too_short_a_time", c("00 01 0000 0006 0103 0000000a")),
			talk("of_another_length", c("00 00 00"), c("00 02 0000 0016 0016 00001c20 00"), s("00 80 0000 00001000 cb007107 00")),
		},
	}
}

func TestNATPMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
