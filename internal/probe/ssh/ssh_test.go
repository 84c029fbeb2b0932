package ssh_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/ssh"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, ssh.Probe(), []probetest.Case{
		{Name: "dropbear", Answer: []byte("SSH-2.0-dropbear_2016.73\r\n\x00\x00"), Want: map[string]string{
			"service.protocol": "tcp/22/ssh", "ssh.banner": "SSH-2.0-dropbear_2016.73", "ssh.software": "dropbear_2016.73",
		}},
		{Name: "words before", Answer: []byte("Authorised users only\r\nSSH-2.0-OpenSSH_9.2p1\r\n"), Want: map[string]string{
			"ssh.banner": "SSH-2.0-OpenSSH_9.2p1", "banner": "Authorised users only  SSH-2.0-OpenSSH_9.2p1",
		}},
		{Name: "escape sequences are made harmless", Answer: []byte("SSH-2.0-x\x1b[2Jy\r\n"), Want: map[string]string{"ssh.banner": "SSH-2.0-x [2Jy", "banner": "SSH-2.0-x"}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, ssh.Probe(), []byte("SSH-2.0-dropbear_2016.73\r\n")) }
