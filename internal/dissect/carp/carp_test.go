package carp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/carp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 112,
		Client: dissecttest.End("00:00:5e:00:01:01", "192.0.2.1"), Server: dissecttest.End("01:00:5e:00:00:12", "224.0.0.18"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: carp.Protocol,
		Conversations: []dissecttest.Conversation{
			message("advertisement", "21 01 64 07 00 01 0000 0000000000000001 0102030405060708090a0b0c0d0e0f1011121314"),
			message("vrrp", "21 07 64 02 01 01 0000 c00002fe c00002fd 7365637265740000"),
		},
	}
}

func TestCARP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
