package moxa_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/moxa"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	const device = "10510080 1051 0090e8000001"
	name := append(dissecttest.Hex("9000 003c 00000000"+device), "NPORT-PUMPS"...)
	name = append(name, make([]byte, 60-len(name))...)
	return dissecttest.Suite{
		Protocol: moxa.Protocol,
		Allocs:   6, // the event of an order
		Conversations: []dissecttest.Conversation{{
			Name: "search", Transport: heron.UDP, ServerPort: 4800, ClientPort: 50001, Steps: []dissecttest.Step{
				c(dissecttest.Hex("0100 0008 00000000")), s(dissecttest.Hex("8100 0018 00000000" + device + "c0000205")),
				c(dissecttest.Hex("1000 0014 00000000" + device)), s(name), c(dissecttest.Hex("3000 0016 00000000" + device + "0001")),
			},
		}},
	}
}

func TestMoxa(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
