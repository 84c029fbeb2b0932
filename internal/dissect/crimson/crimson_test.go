package crimson_test

import (
	"errors"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/crimson"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/wire"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: crimson.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "information", Transport: heron.TCP, ServerPort: 789, Steps: []dissecttest.Step{
				c("\x00\x04\x01\x2b\x1b\x00"), s("\x00\x16\x01\x2b\x03\x00Red Lion Controls\x00"),
				c("\x00\x04\x01\x2a\x1a\x00"), s("\x00\x0a\x01\x2a\x03\x00G306A\x00"), s("\x00\x04\x01\x99\x03\x00"),
			},
		}},
	}
}

func TestCrimson(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := []byte("\x00\x06somebody")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, DstPort: 789, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := crimson.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}
