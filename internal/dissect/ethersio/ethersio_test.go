package ethersio_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ethersio"
)

func suite() dissecttest.Suite {
	data := dissecttest.C("ESIO" + string(dissecttest.Hex("0001 0000 001f 0007 00000018 0000000d 01 00 0000005c 01 0002 beef")))
	state := dissecttest.S("ESIO" + string(dissecttest.Hex("0002 0000 0018 0008 00000000 00000000 00000000")))
	return dissecttest.Suite{
		Protocol: ethersio.Protocol,
		Conversations: []dissecttest.Conversation{
			{Name: "transfer", Transport: heron.UDP, ServerPort: 6060, ClientPort: 50001, Steps: []dissecttest.Step{state, data}},
		},
	}
}

func TestEtherSIO(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
