package mndp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mndp"
)

func entry(kind uint16, value string) string {
	b := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, kind), uint16(len(value)))
	return string(append(b, value...))
}

func call(name, payload string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 5678, ServerPort: 5678, PortOnly: true,
		Client: dissecttest.End("02:00:00:00:00:01", "192.0.2.1"), Server: dissecttest.End("ff:ff:ff:ff:ff:ff", "255.255.255.255"),
		Steps: []dissecttest.Step{dissecttest.C(payload)},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: mndp.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			call("router", "\x00\x00\x00\x07"+entry(1, "\x02\x00\x00\x00\x00\x01")+entry(5, "router-1")+entry(7, "6.49.6 (stable)")+
				entry(8, "MikroTik")+entry(10, "\x10\x20\x00\x00")+entry(11, "ABCD-EFGH")+entry(12, "RB750Gr3")+entry(14, "\x01")+
				entry(15, "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xfe\x00\x00\x01")+entry(16, "ether1")+entry(17, "\xc0\x00\x02\x01")),
			call("search", "\x00\x00\x00\x00"),
			call("broken", "\x00\x00\x00\x07"+entry(1, "\x02\x00\x00\x00\x00\x01")+"\x00\x05\x00\x99abc"),
		},
	}
}

func TestMNDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
