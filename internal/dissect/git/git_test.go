package git_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/git"
)

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: git.Protocol,
		Conversations: []dissecttest.Conversation{{
			Name: "fetch", Transport: heron.TCP, ServerPort: 9418, Steps: []dissecttest.Step{
				dissecttest.C("0031git-upload-pack /secret.git\x00host=git.example\x00"), dissecttest.S("00571234567890123456789012345678901234567890 HEAD\x00multi_ack agent=git/2.39.2\n0000"),
			},
		}},
	}
}

func TestGit(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
