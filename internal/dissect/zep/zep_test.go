package zep_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/zep"
)

func message(name, head, frame string) dissecttest.Conversation {
	f := dissecttest.Hex(frame)
	b := append(dissecttest.Hex(head), byte(len(f)))
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 50123, ServerPort: 17754, Steps: []dissecttest.Step{dissecttest.C(append(b, f...))},
	}
}

func suite() dissecttest.Suite {
	const (
		head2 = "4558 02 01 0f 0007 01 ff 0102030405060708 00000009 00000000000000000000"
		head1 = "4558 01 0f 0007 01 ff 00000000000000"
	)
	ack := dissecttest.Conversation{
		Name: "acknowledgement", Transport: heron.UDP, ClientPort: 50123, ServerPort: 17754,
		Steps: []dissecttest.Step{dissecttest.S(dissecttest.Hex("4558 02 02 00000009"))},
	}
	return dissecttest.Suite{
		Protocol: zep.Protocol,
		Conversations: []dissecttest.Conversation{
			message("zigbee", head2, "6188 07 3412 0000 4f1b 4802 0000 4f1b 1e 55 0102030405 aabb"),
			message("extended_address", head2, "41c8 08 3412 ffff 0500000000000002 7b33 3a aabb"),
			message("beacon", head1, "0080 09 3412 0000 ffcf 00 00 00 22 84 aabb"),
			message("closed", head2, "6988 07 3412 0000 4f1b 0102030405060708 aabb"),
			ack,
		},
	}
}

func TestZEP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
