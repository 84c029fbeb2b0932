package portcontrol_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/portcontrol"
)

const (
	here    = "00000000 00000000 0000ffff c000020c"
	camera  = "00000000 00000000 0000ffff c0000263"
	outside = "00000000 00000000 0000ffff cb007107"
	remote  = "20010db8 00000000 00000000 00000009"
	none    = "00000000 00000000 0000ffff 00000000"
	nonce   = "a1a2a3a4 b1b2b3b4 c1c2c3c4"
)

func suite() dissecttest.Suite {
	c := func(digits ...string) dissecttest.Step {
		return dissecttest.C(dissecttest.Hex(strings.Join(digits, " ")))
	}
	s := func(digits ...string) dissecttest.Step {
		return dissecttest.S(dissecttest.Hex(strings.Join(digits, " ")))
	}
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 5351, PortOnly: true, Steps: steps}
	}
	announced := dissecttest.Conversation{
		Name: "announced_to_all", Transport: heron.UDP, ClientPort: 5351, ServerPort: 5350, PortOnly: true,
		Server: dissecttest.End("01:00:5e:00:00:01", "224.0.0.1"), Steps: []dissecttest.Step{c("02 80 00 00 00000000 00000021", strings.Repeat("00", 12))},
	}
	// ask and answer are the heads with a lifetime of two hours.
	ask := func(op string) string { return "02" + op + "0000 00001c20 " + here }
	answer := func(op, result string) string {
		return "02" + op + "00" + result + "00001c20 00001000 " + strings.Repeat("00", 12)
	}
	return dissecttest.Suite{
		Protocol: portcontrol.Protocol, PortOnly: true,
		Allocs: 4, // the event of a refusal
		Conversations: []dissecttest.Conversation{
			talk("mapping", c(ask("01"), nonce, "06 000000 1f90 2328", none), s(answer("81", "00"), nonce, "06 000000 1f90 2329", outside),
				c(ask("01"), nonce, "06 000000 1f90 2328", none), s(answer("81", "00"), nonce, "06 000000 1f90 2329", outside)),
			talk("for_another", c(ask("01"), nonce, "11 000000 13c4 0000", none, "01 00 0010", camera)),
			talk("all_ports", c(ask("01"), nonce, "00 000000 0000 0000", none)),
			talk("taken_back", c("02 01 0000 00000000", here, nonce, "06 000000 1f90 0000", none), s("02 81 00 00 00000000 00001000", strings.Repeat("00", 12), nonce, "06 000000 1f90 0000", none)),
			talk("peer", c(ask("02"), nonce, "11 000000 13c4 0000", none, "13c4 0000", remote), s(answer("82", "00"), nonce, "11 000000 13c4 13c4", outside, "13c4 0000", remote)),
			talk("refused", c(ask("01"), nonce, "06 000000 0016 0016", none), s(answer("81", "02"), nonce, "06 000000 0016 0016", none)),
			talk("announcement_asked_for", c(ask("00")), s(answer("80", "00"))),
			announced,
			talk("of_another_version", c("03 01 0000 00001c20", here, nonce, "06 000000 1f90 2328", none)),
			talk("reserved_is_set", c("02 01 0001 00001c20", here, nonce, "06 000000 1f90 2328", none), c(ask("01"), nonce, "06 000001 1f90 2328", none)),
			talk("option_too_long", c(ask("01"), nonce, "06 000000 1f90 2328", none, "01 00 0040", camera)),
			talk("no_such_code", c(ask("09")), c(ask("00"), "01 02 03 04")),
			talk("too_short", c(ask("01"), nonce, "06 000000 1f90 2328")),
		},
	}
}

func TestPortControl(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
