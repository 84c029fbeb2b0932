package rlogin_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rlogin"
)

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: rlogin.Protocol, PortOnly: true, Allocs: 3,
		Conversations: []dissecttest.Conversation{{
			Name: "login", Transport: heron.TCP, ServerPort: 513, Steps: []dissecttest.Step{
				dissecttest.C("\x00alice\x00root\x00vt100/9600\x00"), dissecttest.S("\x00Password: "), dissecttest.C("secret\r"),
			},
		}},
	}
}

func TestRlogin(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
