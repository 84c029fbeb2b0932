package lldp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/lldp"
	"github.com/heron-iot/heron/internal/proto/lldp"
)

func frame(name string, list ...lldp.TLV) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link, EtherType: lldp.EtherType,
		Client: dissecttest.End("02:00:00:00:00:05", ""), Server: dissecttest.End("01:80:c2:00:00:0e", ""),
		Steps: []dissecttest.Step{dissecttest.C(lldp.Append(nil, list...))},
	}
}

func suite() dissecttest.Suite {
	const mac = "\x02\x00\x00\x00\x00\x05"
	ttl := lldp.Text(lldp.TimeToLive, "\x00\x78")
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Conversations: []dissecttest.Conversation{
			frame("switch", lldp.Sub(lldp.ChassisID, lldp.ChassisMAC, mac), lldp.Sub(lldp.PortID, 5, "ge-0/0/1"), ttl,
				lldp.Text(lldp.PortDescription, "uplink"), lldp.Text(lldp.SystemName, "switch-1"),
				lldp.Text(lldp.SystemDescription, "Example Switch OS 12.3"), lldp.Text(lldp.Capabilities, "\x00\x14\x00\x14"),
				lldp.Text(lldp.ManagementAddress, "\x05\x01\xc0\x00\x02\x05\x02\x00\x00\x00\x01\x00")),
			frame("phone", lldp.Sub(lldp.ChassisID, lldp.ChassisNetwork, "\x01\xc0\x00\x02\x05"), lldp.Sub(lldp.PortID, lldp.PortMAC, mac), ttl,
				lldp.Own(lldp.OrgTIA, lldp.MEDHardware, "7"), lldp.Own(lldp.OrgTIA, lldp.MEDFirmware, "1.2"),
				lldp.Own(lldp.OrgTIA, lldp.MEDSoftware, "SIP42"), lldp.Own(lldp.OrgTIA, lldp.MEDSerial, "S0001"),
				lldp.Own(lldp.OrgTIA, lldp.MEDManufacturer, "Example"), lldp.Own(lldp.OrgTIA, lldp.MEDModel, "Phone 7"),
				lldp.Own(lldp.OrgTIA, lldp.MEDAsset, "A-9"), lldp.Own(lldp.OrgTIA, 1, "\x00\x33\x03")),
			frame("controller", lldp.Sub(lldp.ChassisID, 7, "plc-1"), lldp.Sub(lldp.PortID, 7, "port-001"), ttl,
				lldp.Own(lldp.OrgProfinet, lldp.ProfinetChassisMAC, mac), lldp.Own(lldp.OrgProfinet, lldp.ProfinetAlias, "port-001.plc-1"),
				lldp.Own(lldp.Org8021, lldp.PortVLAN, "\x00\x07"), lldp.Own(lldp.OrgIANA, lldp.MUD, "https://plc.example/mud")),
			frame("out_of_order", lldp.Own(lldp.Org8021, 7, "\x03\x00\x00\x00d")),
		},
	}
}

func TestLLDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
