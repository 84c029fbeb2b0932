package edimax_test

import (
	"math/bits"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/edimax"
)

const (
	register = `<param>
<code value="1010" />
<model value="SP-2101W" />
<id value="020000000001" />
<type value="SmartPlug" />
<alias value="Fountain" />
<lanip value="192.0.2.7" />
<devfwver value="2.03#010001" />
</param>`
	registered = `<param><code value="1020" /><id value="020000000001" /><status value="000" /></param>`
	relay      = `<param><code value="1060" /><id value="020000000001" /><devfwver value="010001" /></param>`
	search     = `<param><code value="1300" /><port value="58294" /></param>`
)

// rotated is a document as it is sent.
func rotated(doc string, by int) []byte {
	b := []byte(doc)
	for i := range b {
		if i == 0 {
			b[i] += byte(by)
		} else {
			b[i] = bits.RotateLeft8(b[i], -by)
		}
	}
	return b
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	return dissecttest.Suite{
		Protocol: edimax.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "register", Transport: heron.UDP, ServerPort: 8765, ClientPort: 58294, Steps: []dissecttest.Step{
				c(rotated(register, 5)), s(rotated(registered, 7)), c(rotated(relay, 2)),
			},
		}, {
			Name: "search", Transport: heron.UDP, ServerPort: 8765, ClientPort: 58294, Steps: []dissecttest.Step{
				c(rotated(search, 0)),
			},
		}},
	}
}

func TestEdimax(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
