package netflow_test

import (
	"net/netip"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/netflow"
	"github.com/heron-iot/heron/internal/proto/netflow"
)

func suite() dissecttest.Suite {
	five := netflow.Append(nil, netflow.Header{Uptime: 3_600_000, Seconds: 1_700_000_000, Domain: 0x0102, Sampling: 100},
		netflow.Record{Src: netip.MustParseAddr("10.0.0.1"), Dst: netip.MustParseAddr("10.0.0.2"), Packets: 1})
	talk := func(name string, port uint16, b []byte) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 51000, ServerPort: port, Steps: []dissecttest.Step{dissecttest.C(b)}}
	}
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   2, // a template
		Conversations: []dissecttest.Conversation{
			talk("five", 2055, five),
			talk("ipfix", 4739, dissecttest.Hex("000a 002c 6553f10a 00000001 00000007 0002 0014 0101 0002 8001 ffff 0000 89ab 0004 0001 0101 0008 02 6162 06")),
			talk("nine", 9995, dissecttest.Hex("0009 0001 0036ee80 6553f10a 00000001 00000007 0000 0010 0100 0002 0008 0004 000c 0004")),
		},
	}
}

func TestNetFlow(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
