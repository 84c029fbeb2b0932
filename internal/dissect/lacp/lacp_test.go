package lacp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/lacp"
)

func frame(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link, EtherType: 0x8809,
		Client: dissecttest.End("02:00:00:00:00:05", ""), Server: dissecttest.End("01:80:c2:00:00:02", ""),
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	const (
		actor   = "0114 8000 020000000005 000d 8000 0016 3d 000000"
		partner = "0214 8000 020000000001 0007 8000 0003 3c 000000"
		nobody  = "0214 0000 000000000000 0000 0000 0000 00 000000"
		end     = "0310 0000 000000000000000000000000 0000"
	)
	return dissecttest.Suite{
		Protocol: lacp.Protocol,
		Conversations: []dissecttest.Conversation{
			frame("group", "0101"+actor+partner+end),
			frame("alone", "0101"+actor+nobody+end),
			frame("marker", "0201 0110 0016 020000000005 00000001 0000 0000"),
			frame("oam", "03 0050 00"+actor),
		},
	}
}

func TestLACP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
