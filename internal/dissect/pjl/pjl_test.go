package pjl_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pjl"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 9100, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: pjl.Protocol,
		Allocs:   6,
		Conversations: []dissecttest.Conversation{
			talk("id", c("\x1b%-12345X@PJL INFO ID\r\n@PJL INFO STATUS\r\n\x1b%-12345X\r\n"), s("@PJL INFO ID\r\n\"Example LaserJet 4250\"\r\n\x0c@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY=\"Ready\"\r\nONLINE=TRUE\r\n\x0c")),
			talk("files", c("@PJL FSDIRLIST NAME=\"0:\\\" ENTRY=1 COUNT=65535\r\n"), s("@PJL FSDIRLIST NAME=\"0:\\\"\r\nsecret TYPE=DIR\r\n\x0c")),
			talk("job", c("\x1b%-12345X@PJL JOB NAME = \"secret\"\r\n@PJL ENTER LANGUAGE = PCL\r\nsecret"), s("@PJL USTATUS JOB\r\n")),
		},
	}
}

func TestPJL(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
