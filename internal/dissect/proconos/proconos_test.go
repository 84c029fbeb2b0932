package proconos_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/proconos"
)

func suite() dissecttest.Suite {
	answer := make([]byte, 150)
	copy(answer, "\xcc\x01\x00\x88\x40\x02")
	for at, text := range map[int]string{12: "ProConOS V3.0.1040 Oct 29 2002", 44: "ADAM5510KW 1.24 Build 005", 77: "tank-farm"} {
		copy(answer[at:], text)
	}
	return dissecttest.Suite{
		Protocol: proconos.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "information", Transport: heron.TCP, ServerPort: 20547, Steps: []dissecttest.Step{
				dissecttest.C("\xcc\x01\x00\x0b\x40\x02\x00\x00\x47\xee"), dissecttest.S(answer),
			},
		}},
	}
}

func TestProConOS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
