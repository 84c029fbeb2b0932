package iec62056_21_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/iec62056_21"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 10001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: iec62056_21.Protocol,
		Allocs:   2, // the event of a login
		Conversations: []dissecttest.Conversation{
			talk("readout", c("/?12345678!\r\n"), s("/LGZ4\\2ZMD3104407.B32\r\n"), c("\x06040\r\n"),
				s("\x02F.F(00000000)\r\nC.1.0(12345678)\r\n0.2.0(B32)\r\n1.8.0(000123.45*kWh)\r\n!\r\n\x03\x5a"), c("/?!\r\n"), s("/LGZ4\\2ZMD3104407.B32\r\n")),
			talk("programming", c("/?!\r\n"), s("/ISk5MT174-0001\r\n"), c("\x06051\r\n"), s("\x01P0\x02(00000001)\x03\x60"),
				c("\x01P1\x02(secret)\x03\x10"), s("\x06"), c("\x01W5\x020.9.1(120000)\x03\x20"), s("\x06"), c("\x01B0\x03\x71")),
			talk("by_itself", s("/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(210204163628W)\r\n"+
				"0-0:96.1.1(4530303434303037)\r\n1-0:1.8.1(000001.234*kWh)\r\n!A1B2\r\n/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n")),
		},
	}
}

func TestIEC62056_21(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

func TestProbe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"/?!\r\n":                               true,
		"/?001!\r\n":                            true,
		"/KFM5KAIFA-METER\r\n\r\n1-3:0.2.8(42)": true,
		"/KFM5KAIFA-METER\r\n":                  false, // it may be a path
		"/?!":                                   false,
		"/?page=1\r\n":                          false,
		"/etc/passwd\r\n\r\n":                   false,
		"/usr5\r\n\r\n":                         false,
		"/\r\n":                                 false,
	} {
		if got := iec62056_21.Protocol().Probe([]byte(in), true); got != want {
			t.Errorf("%q: got %t", in, got)
		}
	}
}
