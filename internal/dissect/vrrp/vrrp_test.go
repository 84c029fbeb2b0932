package vrrp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/vrrp"
)

func message(name, from, digits string) dissecttest.Conversation {
	to := dissecttest.End("01:00:5e:00:00:12", "224.0.0.18")
	if from == "fe80::1" {
		to = dissecttest.End("33:33:00:00:00:12", "ff02::12")
	}
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 112,
		Client: dissecttest.End("00:00:5e:00:01:07", from), Server: to,
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: vrrp.Protocol,
		Allocs:   4, // an event
		Conversations: []dissecttest.Conversation{
			message("version_2", "192.0.2.1", "21 07 64 02 01 01 0000 c00002fe c00002fd 7365637265740000"),
			message("version_3", "192.0.2.1", "31 07 ff 01 0064 0000 c00002fe"),
			message("of_ipv6", "fe80::1", "31 07 64 01 0064 0000 fe8000000000000000000000000000fe"),
			message("resigned", "192.0.2.1", "31 07 00 01 0064 0000 c00002fe"),
			message("carp", "192.0.2.1", "21 01 00 07 00 01 0000 0000000000000001 0102030405060708090a0b0c0d0e0f1011121314"),
		},
	}
}

func TestVRRP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
