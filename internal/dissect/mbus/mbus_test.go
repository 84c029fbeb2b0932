package mbus_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mbus"
)

func sum(b []byte) byte {
	s := byte(0)
	for _, c := range b {
		s += c
	}
	return s
}

// short and long are frames with their sums.
func short(digits string) []byte {
	b := dissecttest.Hex(digits)
	return append(append([]byte{0x10}, b...), sum(b), 0x16)
}

func long(digits string) []byte {
	b := dissecttest.Hex(digits)
	return append(append([]byte{0x68, byte(len(b)), byte(len(b)), 0x68}, b...), sum(b), 0x16)
}

// Answers of a heat meter of Kamstrup at address 5, and of a water meter of Zenner.
const (
	heat  = "08 05 72 78563412 2d2c 1b 04 2a000000 0406 10270000"
	water = "18 06 72 21436587 496a 10 16 01000000 0413 e8030000"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 10001, Steps: steps}
	}
	datagrams := talk("datagrams", c(short("5b05")), s(long(heat)), c(short("7b05")))
	datagrams.Transport = heron.UDP
	return dissecttest.Suite{
		Protocol: mbus.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("one", c(short("4005")), s([]byte{0xe5}), c(short("7b05")), s(long(heat)), c(short("5b05")), s(long(heat))),
			talk("several", c(short("7b05")), s(long(heat)), c(long("5306 51 017a07")), s([]byte{0xe5}), c(short("5b06")), s(long(water)),
				c(long("73fd 52 21436587ffffffff")), s([]byte{0xe5}), c(long("5306 50")), s([]byte{0xe5})),
			talk("medium_not_known", s(long("08 01 72 78563412 2d2c 1b fa 2a000000"))),
			datagrams,
		},
	}
}

func TestMBus(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// IEC 60870-5-101 and -103 have the same frames.
func TestProbe(t *testing.T) {
	t.Parallel()
	wrong := long(heat)
	wrong[8]++
	for name, c := range map[string]struct {
		in   []byte
		want bool
	}{
		"an answer":                {long(heat), true},
		"cut":                      {long(heat)[:20], false},
		"a sum that is wrong":      {wrong, false},
		"a question":               {short("5b05"), false},
		"measurands of 103":        {long("08 05 03 01 02 05 05 01 00000000 00000000"), false},
		"a number with letters":    {long("08 05 72 785634 fa 2d2c 1b 04 2a000000"), false},
		"a maker without letters":  {long("08 05 72 78563412 0000 1b 04 2a000000"), false},
		"IEC 60870-5-104, STARTDT": {dissecttest.Hex("680407000000"), false},
		"an answer without header": {long("08 05 7a 2a000000"), false},
		"less than a header":       {long("08 05 72 7856"), false},
	} {
		if got := mbus.Protocol().Probe(c.in, false); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
