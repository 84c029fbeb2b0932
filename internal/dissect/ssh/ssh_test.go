package ssh_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ssh"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 22, Steps: steps}
}

func suite() dissecttest.Suite {
	keys := strings.Repeat("\x00\x00\x01\x14\x0akeys", 20)
	return dissecttest.Suite{
		Protocol: ssh.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("both_sides", dissecttest.S("SSH-2.0-dropbear_2017.75\r\n"),
				dissecttest.C("SSH-2.0-OpenSSH_9.6p1 Debian-1\r\n"+keys), dissecttest.S(keys)),
			talk("old_version", dissecttest.S("SSH-1.99-Cisco-1.25\n"), dissecttest.C("SSH-1.5-PuTTY\r\n")),
		},
	}
}

func TestSSH(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
