package iec104_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/iec104"
	"github.com/heron-iot/heron/internal/proto/iec104"
	"github.com/heron-iot/heron/internal/wire"
)

func unit(kind, cause, object int, first string) []byte {
	u := iec104.Unit{Type: kind, Number: 1, Cause: cause, Originator: 2, Address: 10, Object: object, First: dissecttest.Hex(first)}
	return iec104.AppendInformation(nil, 0, 0, u.Append(nil))
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	opening := []dissecttest.Step{dissecttest.C(iec104.Append(nil, iec104.StartTransfer)), dissecttest.S(iec104.Append(nil, 0x0b))}
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 2404, Steps: append(opening, steps...)}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	refused := iec104.Unit{Type: 45, Number: 1, Cause: iec104.UnknownObject, Negative: true, Address: 10, Object: 9, First: []byte{1}}
	late := talk("from_the_middle", c(dissecttest.Hex("680401000400")), s(slices.Concat(
		unit(13, 3, 4001, "00002041 00"), unit(30, 3, 17, "01 0000000a010b18"))))
	late.Steps = late.Steps[2:]
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   90, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("reporting", c(unit(100, 6, 0, "14")), s(unit(100, 7, 0, "14")), s(unit(1, 20, 17, "01")), s(unit(100, 10, 0, "14")),
				c(unit(100, 6, 0, "14")), c(iec104.Append(nil, iec104.TestFrame)), s(iec104.Append(nil, 0x83)),
				s(dissecttest.Hex("680401000200"))),
			talk("orders", c(unit(45, 6, 5001, "81")), s(unit(45, 7, 5001, "81")), c(unit(45, 6, 5001, "01")), s(unit(45, 10, 5001, "01")),
				c(unit(46, 6, 5002, "01")), c(unit(59, 8, 5003, "02 00000000000000")), c(unit(47, 6, 5004, "02")),
				c(unit(50, 6, 6001, "0000c842 00")), c(unit(103, 6, 0, "0000000a010b18")), c(unit(105, 6, 0, "01")),
				c(unit(102, 5, 17, "")), c(unit(112, 6, 6001, "0000c842 01")), c(unit(122, 13, 1, "0100 00 01")),
				s(iec104.AppendInformation(nil, 0, 0, refused.Append(nil))), c(iec104.Append(nil, iec104.StopTransfer))),
			late,
		},
	}
}

func TestIEC104(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := dissecttest.Hex("68 08 0000 0000 ff 00 00 00")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := dissector.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}
