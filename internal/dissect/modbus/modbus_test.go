package modbus_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/modbus"
	"github.com/heron-iot/heron/internal/proto/modbus"
	"github.com/heron-iot/heron/internal/wire"
)

func c(f modbus.Frame) dissecttest.Step { return dissecttest.C(f.Append(nil)) }

func s(f modbus.Frame) dissecttest.Step { return dissecttest.S(f.Append(nil)) }

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 502, Steps: steps}
}

// onPort is a conversation that nothing but its port tells.
func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

// registers answers a read of registers with what they hold.
func registers(transaction int, content string) modbus.Frame {
	return modbus.Frame{Transaction: transaction, Unit: 1, Function: modbus.ReadHoldingRegisters, Data: append([]byte{byte(len(content))}, content...)}
}

// common is the common model of SunSpec behind its head.
var common = text("Example Solar", 32) + text("ZQ-8.2 Plus", 32) + text("", 16) + text("1.30.12", 16) + text("90523TD", 32) + "\x00\x01\x80\x00"

func text(s string, size int) string { return s + strings.Repeat("\x00", size-len(s)) }

func suite() dissecttest.Suite {
	poll := modbus.Ask(1, 1, modbus.ReadHoldingRegisters, 100, 2)
	other := modbus.Ask(2, 1, modbus.ReadCoils, 0, 8)
	bad := modbus.Ask(3, 9, modbus.ReadInputRegisters, 5000, 1)
	identify := modbus.Frame{Transaction: 4, Unit: 1, Function: 43, Data: []byte{0x0e, 1, 0}}
	two := append(poll.Append(nil), other.Append(nil)...)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   40, // the events of writes and refusals
		Conversations: []dissecttest.Conversation{
			talk("polling", c(poll), s(modbus.Registers(1, 1, 3, 7, 8)), c(poll), s(modbus.Registers(1, 1, 3, 7, 9)),
				dissecttest.C(two), s(modbus.Registers(1, 1, 3, 7, 9))),
			talk("writing", c(modbus.Ask(1, 1, modbus.WriteSingleCoil, 17, 0xff00)), s(modbus.Ask(1, 1, modbus.WriteSingleCoil, 17, 0xff00)),
				c(modbus.Frame{Unit: 2, Function: 16, Data: []byte{0, 40, 0, 1, 2, 0, 9}})),
			talk("refusal", c(bad), s(modbus.Refuse(&bad, 2))),
			talk("device_identification", c(identify), s(modbus.DeviceIDAnswer(4, 1, map[int]string{
				0: "Example Electric", 1: "PLC 340", 2: "V2.6", 5: "PLC", 0x80: "own",
			}))),
			talk("gateway", c(modbus.Ask(1, 3, modbus.ReadHoldingRegisters, 0, 1)), s(modbus.Registers(1, 3, 3, 7)),
				c(modbus.Ask(2, 4, modbus.ReadHoldingRegisters, 0, 1)), s(modbus.Registers(2, 4, 3, 8)), c(bad), s(modbus.Refuse(&bad, 11))),
			onPort(talk("umas", c(modbus.AskUMAS(1, 0, 0, modbus.UMASReadID, nil)),
				s(modbus.AskUMAS(1, 0, 0, modbus.UMASDone, append([]byte{0x30, 0x0e, 1, 0x13, 0, 0, 1, 2, 0, 0, 0, 12}, "BMX P34 2020"...))),
				c(modbus.AskUMAS(2, 0, 0, modbus.UMASReadCard, nil)), s(modbus.AskUMAS(2, 0, 0, modbus.UMASDone, []byte("\x01\x00\x0bBMXRMS008MP"))),
				c(modbus.AskUMAS(3, 0, 0, modbus.UMASReserve, []byte{0, 0, 0, 0})), s(modbus.AskUMAS(3, 0, 0, modbus.UMASDone, []byte{0x7a})),
				c(modbus.AskUMAS(4, 0, 0x7a, modbus.UMASReadVariables, make([]byte, 9))), c(modbus.AskUMAS(5, 0, 0x7a, modbus.UMASReadVariables, make([]byte, 9))),
				c(modbus.AskUMAS(6, 0, 0x7a, modbus.UMASWriteVariable, make([]byte, 12))), c(modbus.AskUMAS(7, 0, 0x7a, modbus.UMASDownloadInit, []byte{0, 1})),
				c(modbus.AskUMAS(8, 0, 0x7a, modbus.UMASStop, []byte{0xff, 0})), s(modbus.AskUMAS(8, 0, 0x7a, modbus.UMASRefused, []byte{0x83})),
				c(modbus.AskUMAS(9, 0, 0x7a, modbus.UMASDownloadBlock, make([]byte, 900))))),
			onPort(talk("functions_tried_out", c(modbus.Ask(0, 1, 0, 0, 0)), s(modbus.Frame{Unit: 1, Function: 0x80, Data: []byte{1}}),
				c(modbus.Ask(0, 1, modbus.ReadCoils, 0, 0)), s(modbus.Frame{Unit: 1, Function: 0x81, Data: []byte{3}}),
				c(modbus.Ask(0, 1, 100, 0, 0)), s(modbus.Frame{Unit: 1, Function: 0xe4, Data: []byte{1}}))),
			talk("sunspec", c(modbus.Ask(1, 1, modbus.ReadHoldingRegisters, 40000, 2)), s(registers(1, "SunS")),
				c(modbus.Ask(2, 1, modbus.ReadHoldingRegisters, 40004, 66)), s(registers(2, common)),
				c(modbus.Ask(3, 1, modbus.ReadHoldingRegisters, 40000, 69)), s(registers(3, "SunS\x00\x01\x00\x41"+common[:130])),
				c(modbus.Ask(4, 1, modbus.ReadHoldingRegisters, 100, 66)), s(registers(4, "\x01"+common[1:]))),
			talk("server_id", c(modbus.Ask(1, 1, modbus.ReadCoils, 0, 8)), s(modbus.Frame{Unit: 1, Function: 17, Data: []byte("\x08\x01\xffPLC-1\x00")})),
		},
	}
}

func TestModbus(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// A flow that was another protocol's, and whose framing was lost, is not taken.
func TestFlowsOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	b := dissecttest.Hex("0001 0000 0003 01 77 00")
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.TCP, FromClient: true, Gap: true, Payload: b, Flow: &heron.FlowScratch{Protocol: 1}}
	if _, err := dissector.Protocol().Dissect(&r, m, nil); !errors.Is(err, dissect.ErrNotMine) {
		t.Errorf("got %v, want %v", err, dissect.ErrNotMine)
	}
}

// A search result of a directory begins like an answer on the port.
func TestAnswersHaveTheLengthOfTheirFunction(t *testing.T) {
	t.Parallel()
	for answer, mine := range map[string]bool{
		"3084 0000 0007 02 01 03 61 84 00 00": false,
		"0001 0000 0004 01 01 01 05":          true,
		"0001 0000 0003 01 83 02":             true,
		"0001 0000 0004 01 83 02 00":          false,
	} {
		b := dissecttest.Hex(answer)
		k := heron.Message{Transport: heron.TCP, SrcPort: 502, Payload: b, Flow: &heron.FlowScratch{}}
		r := wire.NewReader(b)
		_, err := dissector.Protocol().Dissect(&r, &k, silent{})
		if got := !errors.Is(err, dissect.ErrNotMine); got != mine {
			t.Errorf("%s: taken %t, want %t", answer, got, mine)
		}
	}
}

// silent takes what is told.
type silent struct{}

func (silent) Observe(heron.Subject, string, []byte)                             {}
func (silent) ObserveString(heron.Subject, string, string)                       {}
func (silent) Event(heron.Event)                                                 {}
func (silent) Act(string, map[string]string)                                     {}
func (silent) Between(heron.Endpoint, heron.Endpoint, string, map[string]string) {}
func (silent) Record(*heron.FlowRecord)                                          {}
