package sflow_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/sflow"
)

func suite() dissecttest.Suite {
	sample := "00000005 00000001 c0000207 00000000 00000009 0000ffff 00000001 00000001 00000014 00000001 00000002 00000200 00000000 00000000"
	return dissecttest.Suite{
		Protocol: sflow.Protocol,
		Conversations: []dissecttest.Conversation{
			{Name: "flow", Transport: heron.UDP, ClientPort: 51000, ServerPort: 6343, Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(sample))}},
		},
	}
}

func TestSFlow(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
