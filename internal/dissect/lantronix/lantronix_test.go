package lantronix_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/lantronix"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: lantronix.Protocol,
		Allocs:   8, // the events
		Conversations: []dissecttest.Conversation{{
			Name: "search", Transport: heron.UDP, ServerPort: 30718, Steps: []dissecttest.Step{
				c(dissecttest.Hex("000000f6")), s(dissecttest.Hex("000000f7 00100000 5835 0000 0000 0000 0000 1234 00000000 00204a000001")),
				c(dissecttest.Hex("000000f8")), s(append(dissecttest.Hex("000000f9"), make([]byte, 120)...)),
				c(dissecttest.Hex("00000003 3351")),
			},
		}},
	}
}

func TestLantronix(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
