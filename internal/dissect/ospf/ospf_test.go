package ospf_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ospf"
)

func message(name, from, digits string) dissecttest.Conversation {
	to := dissecttest.End("01:00:5e:00:00:05", "224.0.0.5")
	if from == "fe80::1" {
		to = dissecttest.End("33:33:00:00:00:05", "ff02::5")
	}
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 89,
		Client: dissecttest.End("02:00:00:00:00:01", from), Server: to,
		Steps: []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: ospf.Protocol,
		Conversations: []dissecttest.Conversation{
			message("hello", "192.0.2.1", "02 01 0030 0a000001 00000000 0000 0000 0000000000000000"+
				"ffffff00 000a 02 01 00000028 c0000201 00000000 0a000002"),
			message("hello_with_password", "192.0.2.1", "02 01 002c 0a000001 00000007 0000 0001 7365637265740000"+
				"ffffff00 000a 02 01 00000028 00000000 00000000"),
			message("update", "192.0.2.1", "02 04 001c 0a000001 00000000 0000 0002 0000000000000000 00000000"),
			message("hello_3", "fe80::1", "03 01 0024 0a000001 00000000 0000 00 00 00000005 01 000013 000a 0028 00000000 00000000"),
			message("wrong_version_for_its_ip", "192.0.2.1", "03 01 0024 0a000001 00000000 0000 00 00 00000005 01 000013 000a 0028 00000000 00000000"),
		},
	}
}

func TestOSPF(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
