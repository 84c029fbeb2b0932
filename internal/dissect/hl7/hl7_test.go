package hl7_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/hl7"
	"github.com/heron-iot/heron/internal/wire"
)

// message frames segments.
func message(segments ...string) string { return "\x0b" + strings.Join(segments, "\r") + "\r\x1c\r" }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 2575, Steps: steps}
	}
	reading := message(`MSH|^~\&|SIGMA Spectrum^0003B1^EUI-64|Baxter|GATE|WARD|20260105||ORU^R01^ORU_R01|7|P|2.6|||NE|AL`,
		"PID|||P1^^^WARD^PI||DOE^JANE", "OBX|1|NM|MDC_FLOW_FLUID_PUMP^MDC|1|75")
	accepted := message(`MSH|^~\&|GATE|WARD|||20260105||ACK|7|P|2.6`, "MSA|AA|7")
	return dissecttest.Suite{
		Protocol: hl7.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("reading", c(reading), s(accepted), c(reading), s(accepted)),
			talk("long", c(message(`MSH|^~\&|VIEWER||||1||MDM^T02|8|P|2.3`, "OBX|1|ED|"+strings.Repeat("QUJD", 6000))), s(accepted)),
			talk("other_separators", c(message(`MSH#*~\&#LAB*1.2#HOSPITAL*x#####ADT*A01#9#P#2.3*DE`, "PID#1"))),
		},
	}
}

func TestHL7(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := []byte("somebody else's")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, DstPort: 2575, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := hl7.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}
