package rsh_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rsh"
)

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: rsh.Protocol, PortOnly: true, Allocs: 3,
		Conversations: []dissecttest.Conversation{{
			Name: "command", Transport: heron.TCP, ServerPort: 514, Steps: []dissecttest.Step{
				dissecttest.C("1022\x00alice\x00root\x00cat /secret\x00"), dissecttest.S("\x00secret"),
			},
		}},
	}
}

func TestRsh(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
