package ssh_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ssh"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 22, Steps: steps}
}

// packet makes a packet that is not encrypted.
func packet(body []byte) []byte {
	const padding = 4
	b := binary.BigEndian.AppendUint32(nil, uint32(1+len(body)+padding))
	return append(append(append(b, padding), body...), make([]byte, padding)...)
}

func str(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

func offer(exchange, hostKeys, cipher string) []byte {
	b := append([]byte{20}, make([]byte, 16)...)
	for _, s := range []string{exchange, hostKeys, cipher, cipher, "hmac-sha2-256", "hmac-sha1", "none", "none,zlib", "", ""} {
		b = str(b, s)
	}
	return packet(append(b, 0, 0, 0, 0, 0))
}

func suite() dissecttest.Suite {
	keys := strings.Repeat("\x00\x00\x01\x14\x0akeys", 20)
	return dissecttest.Suite{
		Protocol: ssh.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("both_sides", dissecttest.S("SSH-2.0-dropbear_2017.75\r\n"),
				dissecttest.C("SSH-2.0-OpenSSH_9.6p1 Debian-1\r\n"+keys), dissecttest.S(keys)),
			talk("keys", dissecttest.S("SSH-2.0-dropbear_2022.83\r\n"+string(offer("curve25519-sha256", "ssh-ed25519,ssh-rsa", "aes256-ctr"))),
				dissecttest.C("SSH-2.0-OpenSSH_9.6p1\r\n"+string(offer("curve25519-sha256,ext-info-c", "ssh-ed25519", "aes128-ctr"))),
				dissecttest.C(packet(str([]byte{30}, "point"))),
				dissecttest.S(packet(str([]byte{31}, string(str(str(nil, "ssh-ed25519"), "key")))))),
			talk("group_exchange", dissecttest.S("SSH-2.0-Cisco-1.25\r\n"), dissecttest.C("SSH-2.0-PuTTY_Release_0.78\r\n"),
				dissecttest.S(offer("diffie-hellman-group-exchange-sha1", "ssh-rsa", "aes128-cbc")),
				dissecttest.S(packet(str(str([]byte{31}, "\x00prime"), "\x02"))),
				dissecttest.S(packet(str([]byte{33}, string(str(str(nil, "ssh-rsa"), "key")))))),
			talk("old_version", dissecttest.S("SSH-1.99-Cisco-1.25\n"), dissecttest.C("SSH-1.5-PuTTY\r\n")),
		},
	}
}

func TestSSH(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
