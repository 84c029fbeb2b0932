package stratum_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/stratum"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 3333, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: stratum.Protocol,
		Allocs:   12,
		Conversations: []dissecttest.Conversation{
			talk("bitcoin", c("{\"id\": 1, \"method\": \"mining.subscribe\", \"params\": [\"cpuminer/2.5.1\"]}\n"), s("{\"id\":1,\"result\":[[],\"08\",4],\"error\":null}\n"),
				c("{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"wallet\",\"x\"]}\n")),
			talk("monero", c("{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"login\",\"params\":{\"login\":\"wallet\",\"pass\":\"x\",\"agent\":\"XMRig/6.21.0\"}}\n"), s("{\"id\":1,\"result\":{}}\n")),
		},
	}
}

func TestStratum(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
