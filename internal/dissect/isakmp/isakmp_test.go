package isakmp_test

import (
	"crypto/md5"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/isakmp"
	"github.com/heron-iot/heron/internal/wire"
)

// message makes a message; bodies are those of payloads whose types are in kinds.
func message(version, exchange, flags byte, kinds []byte, bodies ...string) []byte {
	var payloads []byte
	for i, body := range bodies {
		next := byte(0)
		if i+1 < len(kinds) {
			next = kinds[i+1]
		}
		payloads = binary.BigEndian.AppendUint16(append(payloads, next, 0), uint16(len(body)+4))
		payloads = append(payloads, body...)
	}
	b := append([]byte("initiate\x00\x00\x00\x00\x00\x00\x00\x00"), kinds[0], version, exchange, flags, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(28+len(payloads)))
	return append(b, payloads...)
}

func sum(text string) string { s := md5.Sum([]byte(text)); return string(s[:]) }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 40000, ServerPort: port, Steps: steps}
	}
	behind := func(b []byte) []byte { return append(make([]byte, 4), b...) }
	return dissecttest.Suite{
		Protocol: isakmp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("version_1", 500, c(message(0x10, 2, 0, []byte{1, 13, 13, 13}, "proposals", sum("RFC 3947"), sum("KAME/racoon"),
				"\x09\x00\x26\x89\xdf\xd6\xb7\x12")),
				s(message(0x10, 2, 0, []byte{1, 13}, "choice", sum("MS NT5 ISAKMPOAKLEY")+"\x00\x00\x00\x09")),
				c(message(0x10, 2, 1, []byte{5}, "\x02\x00\x00\x00encrypted"))),
			talk("aggressive", 500, c(message(0x10, 4, 0, []byte{1, 5}, "proposals", "\x02\x00\x00\x00vpn-gw.example.com")),
				s(message(0x10, 4, 0, []byte{1, 5}, "choice", "\x03\x00\x00\x00jane@example.com"))),
			talk("version_2", 500, c(message(0x20, 34, 8, []byte{33, 43, 43}, "proposals", sum("strongSwan"), "FLEXVPN-SUPPORTED")),
				s(message(0x20, 34, 0x20, []byte{33}, "choice"))),
			talk("behind_translation", 4500, c(behind(message(0x20, 35, 8, []byte{46}, "encrypted"))), c([]byte{0xff}),
				s(behind(message(0x20, 35, 0x20, []byte{46}, "encrypted")))),
		},
	}
}

func TestISAKMP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

func TestWhatACaptureCutIsKnown(t *testing.T) {
	t.Parallel()
	b := message(0x20, 34, 8, []byte{33, 43}, "proposals", sum("strongSwan"))[:50]
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.UDP, DstPort: 500, Payload: b, FromClient: true, Flow: &heron.FlowScratch{}}
	if _, err := isakmp.Protocol().Dissect(&r, m, nil); !errors.Is(err, wire.ErrShort) {
		t.Errorf("got %v, want %v", err, wire.ErrShort)
	}
}
