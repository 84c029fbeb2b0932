package tftp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tftp"
)

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 69, Steps: steps}
	}
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: tftp.Protocol,
		Allocs:   16, // the events
		Conversations: []dissecttest.Conversation{
			talk("firmware", c("\x00\x01images/rtu-2.4.bin\x00octet\x00tsize\x000\x00blksize\x001428\x00"), s("\x00\x06tsize\x0081920\x00")),
			talk("config", c("\x00\x02Running-config\x00NETASCII\x00"), s("\x00\x04\x00\x00"), c("\x00\x03\x00\x01hostname x")),
			talk("padded", c("\x00\x01boot\x00octet\x00\x00\x00\x00\x00")),
		},
	}
}

func TestTFTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
