package cspv4_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/cspv4"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// message makes a message around a command.
func message(mode, kind byte, connection, digits string) []byte {
	data := dissecttest.Hex(digits)
	b := append([]byte{mode, kind, 0, byte(len(data))}, dissecttest.Hex(connection)...)
	b = append(b, dissecttest.Hex("00000000 00040005 000000000000000000000000")...)
	return append(b, data...)
}

func suite() dissecttest.Suite {
	ask := func(digits string) dissecttest.Step {
		return dissecttest.C(message(1, 7, "00000042", "05000500"+digits))
	}
	tell := func(digits string) dissecttest.Step {
		return dissecttest.S(message(2, 7, "00000042", "05000500"+digits))
	}
	return dissecttest.Suite{
		Protocol: cspv4.Protocol,
		Allocs:   40, // the events of orders
		Conversations: []dissecttest.Conversation{{
			Name: "orders", Transport: heron.TCP, ServerPort: 2222, Steps: []dissecttest.Step{
				dissecttest.C(message(1, 1, "00000000", "")), dissecttest.S(message(2, 1, "00000042", "")),
				ask("0600 0100 03"), tell("4600 0100 00ee 31 5b 23 352f303420202020202020 00"),
				ask("0f00 0200 a2 04 07 89 00 00"), tell("4f00 0200 01000000"), ask("0f00 0300 a2 04 07 89 00 00"),
				ask("0f00 0400 aa 02 07 89 00 00 0100"), ask("0f00 0500 80 01"), ask("0f00 0600 50"), ask("0f00 0700 53"),
			},
		}},
	}
}

func TestCSPv4(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
