package tds_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tds"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

func packet(kind byte, body string) string {
	n := len(body) + 8
	return string([]byte{kind, 1, byte(n >> 8), byte(n), 0, 0, 1, 0}) + body
}

func wide(s string) string { return string(ntlmssp.EncodeUTF16(s)) }

func login() string {
	fixed := strings.Repeat("\x00", 32)
	var places, texts string
	for _, s := range []string{"STATION7", "alice", "secret", "Historian 4", "server", "", "ODBC"} {
		places += string(binary.LittleEndian.AppendUint16(nil, uint16(94+len(texts))))
		places += string(binary.LittleEndian.AppendUint16(nil, uint16(len(s))))
		texts += wide(s)
	}
	rest := fixed + places + strings.Repeat("\x00", 94-36-len(places)) + texts
	return string(binary.LittleEndian.AppendUint32(nil, uint32(len(rest)+4))) + rest
}

func token(kind byte, body string) string { return string([]byte{kind, byte(len(body)), 0}) + body }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 1433, Steps: steps}
	}
	options := func(version string, encryption string) string {
		return "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff" + version + encryption
	}
	begin := []dissecttest.Step{c(packet(0x12, options("\x08\x00\x01\x55\x00\x00", "\x00"))), s(packet(4, options("\x0f\x00\x07\xd0\x00\x00", "\x02"))), c(packet(0x10, login()))}
	program := wide("Microsoft SQL Server")
	return dissecttest.Suite{
		Protocol: tds.Protocol,
		Allocs:   7,
		Conversations: []dissecttest.Conversation{
			talk("login", append(begin, s(packet(4, token(0xe3, "x")+token(0xad, "\x01\x74\x00\x00\x04"+string(rune(len(program)/2))+program+"\x0f\x00\x07\xd0"))))...),
			talk("refused", append(begin, s(packet(4, token(0xaa, "\x18\x48\x00\x00\x01\x0e"))))...),
			talk("tls", begin[0], begin[1], c(packet(0x12, "\x16\x03\x01\x00\x05\x01"))),
		},
	}
}

func TestTDS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
