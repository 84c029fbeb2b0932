package ntp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ntp"
)

// packet is an NTP packet that was sent in November 2023.
func packet(first, stratum byte, refID string) []byte {
	b := make([]byte, 48)
	b[0], b[1] = first, stratum
	copy(b[12:], refID)
	copy(b[40:], "\xe9\x00\x00\x00\x12\x34\x56\x78")
	return b
}

func suite() dissecttest.Suite {
	talk := func(name string, server []byte) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.UDP, ServerPort: 123,
			Steps: []dissecttest.Step{dissecttest.C(packet(0x23, 0, "")), dissecttest.S(server)},
		}
	}
	return dissecttest.Suite{
		Protocol: ntp.Protocol, PortOnly: true,
		Conversations: []dissecttest.Conversation{
			talk("clock", packet(0x24, 1, "GPS\x00")),
			{
				Name: "variables", Transport: heron.UDP, ServerPort: 123, Steps: []dissecttest.Step{
					dissecttest.C(dissecttest.Hex("16 02 0001 0000 0000 0000 0000")),
					dissecttest.S("\x16\x82\x00\x01\x06\x18\x00\x00\x00\x00\x00\x1fversion=\"ntpd 4.2.8\", stratum=2"),
				},
			},
			{
				Name: "between_clocks", Transport: heron.UDP, ServerPort: 123, ClientPort: 123, Steps: []dissecttest.Step{
					dissecttest.C(packet(0x21, 2, "\xc0\x00\x02\x01")), dissecttest.S(packet(0x22, 3, "\xc0\x00\x02\x01")),
				},
			},
			{
				Name: "broadcast", Transport: heron.UDP, ServerPort: 123, ClientPort: 123,
				Steps: []dissecttest.Step{dissecttest.C(packet(0x25, 2, "\xc0\x00\x02\x01"))},
			},
			{
				Name: "private", Transport: heron.UDP, ServerPort: 123, Steps: []dissecttest.Step{
					dissecttest.C(dissecttest.Hex("17 00 03 2a 0000 0000")), dissecttest.S(dissecttest.Hex("d7 00 03 2a 0001 0008 0000000000000000")),
				},
			},
			talk("far_from_a_clock", packet(0x24, 3, "\xc0\x00\x02\x01")),
		},
	}
}

func TestNTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
