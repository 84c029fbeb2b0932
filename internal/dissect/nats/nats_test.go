package nats_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/nats"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: nats.Protocol,
		Allocs:   6,
		Conversations: []dissecttest.Conversation{{
			Name: "login", Transport: heron.TCP, ServerPort: 4222, Steps: []dissecttest.Step{
				s("INFO {\"server_id\":\"x\",\"server_name\":\"n1\",\"version\":\"2.10.7\",\"auth_required\":true} \r\n"),
				c("CONNECT {\"verbose\":false,\"user\":\"alice\",\"pass\":\"secret\",\"lang\":\"go\",\"version\":\"1.31.0\",\"name\":\"gateway\"}\r\nPING\r\n"), s("-ERR 'Authorization Violation'\r\n"),
			},
		}},
	}
}

func TestNATS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
