package smb_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/heron-iot/heron/internal/probe/probetest"
	"github.com/heron-iot/heron/internal/probe/smb"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

// message is an answer of SMB 2, number n.
func message(command, n byte, status uint32, body []byte) []byte {
	b := make([]byte, 64)
	copy(b, "\xfeSMB\x40\x00")
	binary.LittleEndian.PutUint32(b[8:], status)
	b[12], b[16], b[24] = command, 1, n
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(b)+len(body))), b, body)
}

func server() [][]byte {
	hello := make([]byte, 64)
	copy(hello, "\x41\x00\x01\x00\x02\x03\x00\x00"+"0123456789abcdef")
	challenge := ntlmssp.AppendChallenge(nil, "NAS", "PLANT", "nas.plant.example", "plant.example", 6, 1, 0)
	setup := append([]byte{9, 0, 0, 0, 72, 0, byte(len(challenge)), byte(len(challenge) >> 8)}, challenge...)
	return [][]byte{message(0, 0, 0, hello), message(1, 1, 0xc0000016, setup)}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, smb.Probe(), []probetest.Case{
		{Name: "server", Answer: server()[0], Then: server()[1:], Want: map[string]string{
			"service.protocol": "tcp/445/smb", "host.name": "nas.plant.example", "ntlmssp.computer": "NAS",
			"ntlmssp.dns_computer": "nas.plant.example", "ntlmssp.dns_domain": "plant.example",
			"ntlmssp.domain": "PLANT", "smb.dialect": "3.0.2", "smb.guid": "30313233-3435-3637-3839-616263646566",
			"smb.signing": "enabled",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, smb.Probe(), append(server()[0], server()[1]...)) }
