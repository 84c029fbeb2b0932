package igmp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/igmp"
)

func message(name, digits string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.OtherIP, ServerPort: 2,
		Server: dissecttest.End("01:00:5e:00:00:16", "224.0.0.22"),
		Steps:  []dissecttest.Step{dissecttest.C(dissecttest.Hex(digits))},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: igmp.Protocol,
		Conversations: []dissecttest.Conversation{
			message("query", "1164 0000 00000000 02 7d 0000"),
			message("report_1", "1200 0000 effffffa"),
			message("report_2", "1600 0000 e00000fb"),
			message("leave", "1700 0000 e00000fb"),
			message("report_3", "2200 0000 0000 0003 04 00 0000 e00000fb 03 00 0000 effffffa 05 01 0002 e0000181 c0000201 c0000202 00000000"),
			message("not_a_group", "1600 0000 c0000205"),
			message("broken_report", "2200 0000 0000 ffff 04 00 0000 e00000fb"),
		},
	}
}

func TestIGMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
