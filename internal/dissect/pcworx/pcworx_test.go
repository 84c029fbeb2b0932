package pcworx_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pcworx"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	info := make([]byte, 182)
	copy(info, "\x81\x06\x00\xb6")
	for at, text := range map[int]string{30: "ILC 330 ETH", 66: "3.95T", 79: "Mar  2 2012", 152: "2737193"} {
		copy(info[at:], text)
	}
	return dissecttest.Suite{
		Protocol: pcworx.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "information", Transport: heron.TCP, ServerPort: 1962, Steps: []dissecttest.Step{
				c(append(dissecttest.Hex("0101 001a 0000 0000 7880 0003 000c"), "IBETH01N0_M\x00"...)),
				s(dissecttest.Hex("8101 0014 0000 0000 0000 0000 0000 0002 0001 0000")),
				c(dissecttest.Hex("0106 000e 0002 0000 0000 0001 0400")), s(info),
			},
		}},
	}
}

func TestPCWorx(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
