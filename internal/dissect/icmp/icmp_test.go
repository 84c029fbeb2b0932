package icmp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/icmp"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.ICMP, Steps: steps}
}

func suite() dissecttest.Suite {
	const head = "\x08\x00\x00\x00\x00\x01\x00\x01"
	numbers := make([]byte, 48)
	for i := range numbers {
		numbers[i] = byte(i + 8)
	}
	hex := dissecttest.Hex
	return dissecttest.Suite{
		Protocol: icmp.Protocol,
		Allocs:   6, // an event
		Conversations: []dissecttest.Conversation{
			talk("ping_of_windows", dissecttest.C(head+"abcdefghijklmnopqrstuvwabcdefghi")),
			talk("ping_of_unix", dissecttest.C(head+"\x01\x02\x03\x04\x05\x06\x07\x08"+string(numbers))),
			talk("ping_of_a_scanner", dissecttest.C(head)),
			talk("ping_of_zeros", dissecttest.C(head+"\x00\x00\x00\x00")),
			talk("ping_of_others", dissecttest.C(head+"are you there?")),
			talk("redirect", dissecttest.C(hex("0501 0000 c0000201 4500003c 00000000 40060000 c0000205 c6336407 0050 0050 00000001"))),
			talk("router", dissecttest.C(hex("0900 0000 01 02 0708 c0000201 00000000"))),
			talk("clock_and_mask", dissecttest.C(hex("0d00 0000 00010001 00000001 00000000 00000000"))),
			talk("clock_told", dissecttest.C(hex("0e00 0000 00010001 00000001 00000002 00000003"))),
			talk("mask_wanted", dissecttest.C(hex("1100 0000 00010001 00000000"))),
			talk("mask_told", dissecttest.C(hex("1200 0000 00010001 ffffff00"))),
		},
	}
}

func TestICMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
