package s7comm_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/s7comm"
	"github.com/heron-iot/heron/internal/proto/s7"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	opening := []dissecttest.Step{
		dissecttest.C(s7.Connect(s7.ConnectRequest, 0, 1, 0, 2)), dissecttest.S(s7.Connect(s7.ConnectConfirm, 1, 9, 0, 2)),
		dissecttest.C(s7.SetupJob(s7.Job, 1)), dissecttest.S(s7.SetupJob(s7.Ack, 1)),
	}
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 102, Steps: append(opening, steps...)}
}

// module is a record of SZL 0x0011, component one of SZL 0x001c.
func module(index byte, order, version string) []byte {
	return fmt.Appendf(nil, "\x00%c%-20s\x00\xc0%s", index, order, version)
}

func component(index byte, text string) []byte {
	b := append([]byte{0, index}, text...)
	return append(b, make([]byte, 34-len(b))...)
}

func job(parameter string, data string) []byte {
	return s7.Message(s7.Job, 5, []byte(parameter), []byte(data))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	empty := dissecttest.Hex("03 00 00 07 02 f0 00")
	return dissecttest.Suite{
		Protocol: s7comm.Protocol,
		Allocs:   44, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("identity",
				c(s7.ReadSZL(2, 0x11, 0)), s(s7.SZL(2, 0x11, 0, module(1, "6ES7 315-2EH14-0AB0", "\x00\x06  "),
					module(6, "6ES7 315-2EH14-0AB0", "\x00\x06  "), module(7, "", "V\x03\x02\x06"))),
				c(s7.ReadSZL(3, 0x1c, 0)), s(s7.SZL(3, 0x1c, 0, component(1, "Line 4"), component(2, "PLC main"),
					component(3, "Plant North"), component(4, "Original Siemens Equipment"), component(5, "S C-X4U421302009"),
					component(7, "CPU 315-2 PN/DP"), component(8, "MMC 267FF11F"), component(10, ""), component(11, "Hall 2"))),
				c(s7.ReadSZL(6, 0x424, 0)), s(s7.SZL(6, 0x424, 0, dissecttest.Hex("5144 ff 08 00 00000000 000000000000000000 00 00"))),
				c(s7.ReadSZL(7, 0x232, 4)), s(s7.SZL(7, 0x232, 4, dissecttest.Hex("0004 0001 0000 0003 0002 0000 000000000000"))),
				// an extract of the list, and one that is refused
				s(s7.SZL(4, 0x0111, 1, module(1, "6ES7 315-2EH14-0AB0", "\x00\x06  "))),
				s(s7.Message(s7.UserData, 5, []byte{0, 1, 0x12, 8, 0x12, 0x84, 1, 1, 0, 0, 0xd4, 1}, []byte{0x0a, 0, 0, 0})),
			),
			talk("polling", c(s7.ReadBytes(2, 1, 64)), s(s7.BytesRead(2, make([]byte, 64))),
				c(s7.ReadBytes(3, 1, 64)), c(s7.ReadBytes(4, 2, 8))),
			talk("beside_jobs",
				c(s7.Message(s7.UserData, 5, []byte{0, 1, 0x12, 4, 0x11, 0x45, 1, 0}, dissecttest.Hex("ff090008 6454c0d2c2d4dc60"))),
				c(s7.Message(s7.UserData, 6, []byte{0, 1, 0x12, 4, 0x11, 0x43, 2, 0}, dissecttest.Hex("ff090002 3041"))),
				c(s7.Message(s7.UserData, 7, []byte{0, 1, 0x12, 4, 0x11, 0x47, 2, 0}, dissecttest.Hex("ff09000a 00192305191213000002"))),
				c(s7.Message(s7.UserData, 7, []byte{0, 1, 0x12, 4, 0x11, 0x47, 1, 0}, dissecttest.Hex("0a000000"))),
				c(s7.Message(s7.UserData, 8, []byte{0, 1, 0x12, 8, 0x12, 0x41, 0x10, 1, 0, 0, 0, 0}, dissecttest.Hex("ff090002 0001"))),
				c(job("\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x02EP\x05_MODU", ""))),
			talk("orders",
				c(job("\x05\x01\x12\x0a\x10\x02\x00\x02\x00\x0a\x84\x00\x00\x50", "\x00\x04\x00\x10\x01\xf4")),
				c(job("\x05\x01\x12\x0a\x10\x01\x00\x01\x00\x00\x82\x00\x00\x03", "\x00\x03\x00\x01\x01")),
				c(empty), c(job("\x29\x00\x00\x00\x00\x00\x09P_PROGRAM", "")), s(s7.Message(s7.Ack, 5, []byte{s7.Stop}, nil)),
				c(job("\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x00\x09P_PROGRAM", "")),
				c(job("\x28\x00\x00\x00\x00\x00\x00\xfd\x00\x0a\x01\x000800001P\x05_INSE", "")),
				c(job("\x1a\x00\x01\x00\x00\x00\x00\x00\x09_0800001P\x0d1000172000114", "")),
				s(job("\x1b\x00\x01\x00\x00\x00\x00\x00\x09_0800001P", "")), // the controller fetches the block
				c(job("\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0800001A", ""))),
		},
	}
}

func TestS7(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// TestAnotherOverTheSameTransport checks that MMS, which connects in the same
// way on the same port, is not taken for S7.
func TestAnotherOverTheSameTransport(t *testing.T) {
	t.Parallel()
	p := s7comm.Protocol()
	connect := s7.Connect(s7.ConnectRequest, 0, 1, 0, 2)
	if n, err := p.Frame(connect); n != 0 || err != nil {
		t.Errorf("a connection alone: got %d, %v; want to wait", n, err)
	}
	session := dissecttest.Hex("03 00 00 0c 02 f0 80 0d 03 05 06 13")
	if n, err := p.Frame(append(connect, session...)); err == nil {
		t.Errorf("with an ISO session after it: got %d; want it refused", n)
	}
}
