package rsync_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rsync"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 873, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: rsync.Protocol,
		Allocs:   3,
		Conversations: []dissecttest.Conversation{
			talk("open", s("@RSYNCD: 31.0 sha512 sha256 md5\n"), c("@RSYNCD: 30.0\n"), c("secret\n"), s("@RSYNCD: OK\n")),
			talk("refused", s("@RSYNCD: 31.0\n"), c("@RSYNCD: 31.0\n"), c("secret\n"), s("@RSYNCD: AUTHREQD c2VjcmV0\n"), c("alice c2VjcmV0\n"), s("@ERROR: auth failed on module secret\n")),
		},
	}
}

func TestRsync(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
