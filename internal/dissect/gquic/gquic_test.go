package gquic_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/gquic"
	"github.com/heron-iot/heron/internal/proto/quic"
)

func suite() dissecttest.Suite {
	const id = "\x01\x02\x03\x04\x05\x06\x07\x08"
	hello := quic.AppendHello(nil, quic.Hello{Name: []byte("Clients4.Google.example"), Agent: []byte("Chrome/71.0 CrKey")})
	hash := make([]byte, 12)
	stream := []byte{0xa0, 1, byte(len(hello)), 0}
	packet := func(head string) []byte { return slices.Concat([]byte(head), hash, stream, hello, make([]byte, 900)) }
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 443, Steps: steps}
	}
	answer := dissecttest.S(slices.Concat([]byte("\x08"+id+"\x01"), hash, make([]byte, 100)))
	return dissecttest.Suite{
		Protocol: gquic.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("version_43", dissecttest.C(packet("\x09"+id+"Q043\x01")), answer),
			talk("version_25", dissecttest.C(packet("\x0d"+id+"Q025\x01\x00")), answer),
			talk("version_46", dissecttest.C(packet("\xc3Q046\x50"+id+"\x00\x00\x00\x01")), answer),
		},
	}
}

func TestGQUIC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
