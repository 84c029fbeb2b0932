package crestron_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/crestron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

// message makes a datagram.
func message(kind byte, name, text string) []byte {
	b := append([]byte{kind}, dissecttest.Hex("000000 0104 0003 0000")...)
	b = append(b, name...)
	b = append(b, make([]byte, 256-len(name))...)
	return append(b, text...)
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: crestron.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "search", Transport: heron.UDP, ServerPort: 41794, ClientPort: 41794, Steps: []dissecttest.Step{
				dissecttest.C(message(0x14, "toolbox", "")),
				dissecttest.S(message(0x15, "BOARDROOM", "MC3 Cntrl Eng [v1.007.0026 (Jan 01 2020), #0079B1E4] @E-00107f000000\x00")),
			},
		}},
	}
}

func TestCrestron(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
