package stp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/stp"
)

func frame(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link,
		Client: dissecttest.End("02:00:00:00:00:05", ""), Server: dissecttest.End("01:80:c2:00:00:00", ""),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const (
		own     = "8000 020000000005"
		another = "1001 020000000001"
		times   = "0100 1400 0200 0f00"
		name    = "666c6f6f7220310000000000000000000000000000000000000000000000000000"
	)
	return dissecttest.Suite{
		Protocol: stp.Protocol,
		Allocs:   5, // the event of a change
		Conversations: []dissecttest.Conversation{
			frame("root", "424203 0000 00 00 00"+own+"00000000"+own+"8003"+times),
			frame("root_of_a_changed_tree", "424203 0000 00 00 01"+own+"00000000"+own+"8003"+times),
			frame("rapid", "424203 0000 02 02 3c"+another+"00000004"+own+"8003"+times+"00"),
			frame("change", "424203 0000 00 80"),
			frame("per_vlan", "aaaa03 00000c 010b 0000 00 00 00"+another+"00000004"+own+"8003"+times+"00 0000 0002 0007"),
			frame("per_vlan_rapid", "aaaa03 00000c 010b 0000 02 02 3c"+another+"00000004"+own+"8003"+times+"00 0000 0002 0001"),
			frame("multiple", "424203 0000 03 02 7c"+another+"00000004"+another+"8003"+times+"00 0040 00"+
				name[:64]+"0002 ac36177f50283cd4b83821d8ab26de62 00000000"+own+"14"),
			frame("another_snap", "aaaa03 00000c 2000 0000 00 00 00"),
		},
	}
}

func TestSTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
