package atg_test

import (
	"errors"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/atg"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/wire"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 10001, Steps: steps}
	}
	head := "\r\nJAN 1, 2026  8:00 AM\r\n\r\n    STATION 7\r\n    1 MAIN ST\r\n    ANYTOWN\r\n\r\n"
	return dissecttest.Suite{
		Protocol: atg.Protocol,
		Allocs:   6, // the event of an order
		Conversations: []dissecttest.Conversation{
			talk("inventory", c("\x01I20100\n"), s("\x01\r\nI20100"+head+"IN-TANK INVENTORY\r\n\r\nTANK PRODUCT             VOLUME\r\n  1  UNLEADED              8000\r\n\x03")),
			talk("revision", c("\x01123456I90200\n"), s("\x01\r\nI90200"+head+"SOFTWARE REVISION LEVEL\r\nVERSION 131.02\r\nSOFTWARE# 346331-100-C\r\nCREATED - 11.09.03.10.46\r\n\x03")),
			talk("renamed", c("\x01S602010DIESEL\n"), c("\x01i20100\n"), s("\x01i2010026010108000100000&&F0A0\x03")),
		},
	}
}

func TestATG(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := []byte("somebody else's")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, DstPort: 10001, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := atg.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}
