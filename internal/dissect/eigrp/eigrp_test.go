package eigrp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/eigrp"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 88,
		Client: dissecttest.End("02:00:00:00:00:01", "192.0.2.1"), Server: dissecttest.End("01:00:5e:00:00:0a", "224.0.0.10"),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const head = " 0000 00000000 00000000 00000000 0000 0064"
	return dissecttest.Suite{
		Protocol: eigrp.Protocol,
		Conversations: []dissecttest.Conversation{
			message("hello", "02 05"+head+"0001 000c 010001000000000f 0004 0008 0c 04 01 02"),
			message("hello_with_key", "02 05"+head+"0002 0028 0002 0010 00000001 00000000 00000000 00000000 0102030405060708090a0b0c0d0e0f10"),
			message("update", "02 01"+head),
			message("broken", "02 05"+head+"0001 0003"),
		},
	}
}

func TestEIGRP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
