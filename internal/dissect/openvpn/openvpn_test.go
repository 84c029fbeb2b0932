package openvpn_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/openvpn"
)

// The packets that open sessions: plain, with a hash of 20 octets before, and sealed.
const (
	client = "38 0102030405060708 00 00000000"
	server = "40 a1a2a3a4a5a6a7a8 01 00000000 0102030405060708 00000000"
	hash   = "00112233445566778899aabbccddeeff00112233"
	replay = "00000001 65000000"
)

func suite() dissecttest.Suite {
	hex := dissecttest.Hex
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ClientPort: 40000, ServerPort: 1194, Steps: steps}
	}
	framed := func(b []byte) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...) }
	sealed := func(head string, size int) []byte {
		b := hex(head)
		return append(b, make([]byte, size-len(b))...)
	}
	hello := hex("20 0102030405060708 01 00000000 a1a2a3a4a5a6a7a8 00000001 1603010005 0100000103")
	return dissecttest.Suite{
		Protocol: openvpn.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("plain", heron.UDP, c(hex(client)), s(hex(server)), c(hello)),
			talk("tls_auth", heron.UDP, c(hex("38 0102030405060708"+hash+replay+"00 00000000")),
				s(hex("40 a1a2a3a4a5a6a7a8"+hash+replay+"01 00000000 0102030405060708 00000000"))),
			talk("tls_crypt", heron.UDP, c(sealed("38 0102030405060708"+replay, 54)), s(sealed("40 a1a2a3a4a5a6a7a8"+replay, 66))),
			talk("tls_crypt_v2", heron.UDP, c(sealed("50 0102030405060708 0f000001 65000000", 340))),
			talk("stream", heron.TCP, c(framed(hex(client))), s(framed(hex(server))), c(framed(hello))),
			talk("start_was_missed", heron.UDP, c(hello)),
		},
	}
}

func TestOpenVPN(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
