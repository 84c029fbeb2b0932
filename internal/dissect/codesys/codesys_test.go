package codesys_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/codesys"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func field(s string, n int) string { return s + string(make([]byte, n-len(s))) }

// utf16 writes a text with a zero after it.
func utf16(s string) []byte {
	var b []byte
	for _, c := range s + "\x00" {
		b = binary.LittleEndian.AppendUint16(b, uint16(c))
	}
	return b
}

// tcp puts a datagram of version 3 into a stream.
func tcp(datagram []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dissecttest.Hex("e8170100"), uint32(len(datagram)+8)), datagram...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	login := []byte("\xbb\xbb\x01\x00\x00\x00\x01")
	info := field("\xbb\xbb\x9a\x00\x00\x00\x01", 64) + field("Nucleus PLUS", 32) + field("Nucleus PLUS version 1.14", 32) + field("WAGO 750-841", 32)
	ask := dissecttest.Hex("c5 6b 40 03 00 33 0078 0c00 0005 0000 0000 0000 00c2 0004 78563412")[:22]
	ask = append(ask[:20:20], dissecttest.Hex("01c2 0004 78563412")...)
	tell := dissecttest.Hex("c5 73 40 04 00 11 0078 0005 0000 80c2 0004 78563412 0400 0101 0000 0000 0d00 1800 0400 00100000 04120610 00040f05")
	tell = append(tell, utf16("PFC200-000000")...)
	tell = append(tell, utf16("WAGO 750-8206 PFC200 2ET")...)
	tell = append(tell, utf16("WAGO")...)
	return dissecttest.Suite{
		Protocol: codesys.Protocol,
		Conversations: []dissecttest.Conversation{
			{Name: "version_2", Transport: heron.TCP, ServerPort: 2455, Steps: []dissecttest.Step{c(login), dissecttest.S(info)}},
			{
				Name: "search", Transport: heron.UDP, ServerPort: 1740, ClientPort: 1743, PortOnly: true,
				Steps: []dissecttest.Step{c(ask), s(tell)},
			},
			{Name: "version_3", Transport: heron.TCP, ServerPort: 11740, Steps: []dissecttest.Step{c(tcp(ask)), s(tcp(tell))}},
		},
	}
}

func TestCODESYS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
