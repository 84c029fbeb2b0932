package pim_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pim"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 103,
		Client: dissecttest.End("02:00:00:00:00:01", "192.0.2.1"), Server: dissecttest.End("01:00:5e:00:00:0d", "224.0.0.13"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: pim.Protocol,
		Conversations: []dissecttest.Conversation{
			message("hello", "2000 0000 0001 0002 0069 0014 0004 12345678 0013 0004 00000001"),
			message("join", "2300 0000 0100 c0000201"),
			message("version_1", "1403 0000 10000000"),
		},
	}
}

func TestPIM(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
