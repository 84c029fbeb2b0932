package rtp_test

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rtp"
)

// packet is 20 ms of speech at 8 kHz.
func packet(first byte, kind byte, serial uint16, time, source uint32) []byte {
	b := binary.BigEndian.AppendUint16([]byte{first, kind}, serial)
	b = binary.BigEndian.AppendUint32(b, time)
	b = binary.BigEndian.AppendUint32(b, source)
	return append(b, make([]byte, 160)...)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ClientPort: 40000, ServerPort: 5004, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: rtp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("telephone", c(packet(0x80, 0x80, 65534, 1000, 0xaabbccdd)), s(packet(0x80, 8, 9, 5, 1)),
				c(packet(0x80, 0, 65535, 1160, 0xaabbccdd)), c(packet(0x80, 0, 65535, 1160, 0xaabbccdd)),
				c(packet(0x80, 0, 0, 1320, 0xaabbccdd)), c(packet(0x80, 0, 2, 1480, 0xaabbccdd)), s(packet(0x80, 8, 10, 5, 1))),
			talk("two_sources_and_a_report", s(packet(0x90, 103, 1, 7, 5)), s(packet(0x90, 103, 2, 7, 5)), s(packet(0x90, 120, 70, 9, 6)),
				c(append(dissecttest.Hex("80c90001 00024b18"), make([]byte, 24)...)), s(packet(0x90, 103, 3, 7, 5)), s(packet(0x90, 103, 4, 7, 5)),
				s(packet(0x90, 103, 5, 7, 5)), s(packet(0x90, 0xe7, 6, 7, 5))),
			talk("camera", s(packet(0x90, 96, 1, 7, 5)), s(packet(0x90, 96, 2, 7, 5)), s(packet(0x90, 96, 3, 7, 5)),
				s(packet(0x90, 0xe0, 4, 7, 5))),
		},
	}
}

func TestRTP(t *testing.T) { suite().Run(t) }

// A few datagrams that only begin alike prove nothing.
func TestOthersAreNotTaken(t *testing.T) {
	t.Parallel()
	for _, steps := range [][][]byte{
		{packet(0x80, 0, 1, 0, 5), packet(0x80, 0, 900, 0, 5), packet(0x80, 0, 2, 0, 5), packet(0x80, 0, 77, 0, 5)},
		{packet(0x80, 0, 1, 0, 5), packet(0x80, 0, 2, 0, 6), packet(0x80, 0, 3, 0, 7), packet(0x80, 0, 4, 0, 8)},
		{packet(0x80, 72, 1, 0, 5), packet(0x80, 72, 2, 0, 5), packet(0x80, 72, 3, 0, 5), packet(0x80, 72, 4, 0, 5)},
		{packet(0x80, 0, 1, 0, 5), packet(0x80, 0, 2, 1<<30, 5), packet(0x80, 0, 3, 9, 5), packet(0x80, 0, 4, 1<<29, 5)},
	} {
		p, taken := rtp.Protocol(), false
		var flow heron.FlowScratch
		for _, b := range steps {
			v, err := p.Dissect(nil, &heron.Message{FromClient: true, Payload: b, Flow: &flow}, nil)
			taken = taken || err == nil && !v.Undecided
		}
		if taken {
			t.Errorf("taken: %x", steps[1][:12])
		}
	}
}

// What shares its ports with RTP is named, and left to its own dissector where that
// can read it.
func TestRTCPOnTheSamePorts(t *testing.T) {
	t.Parallel()
	report := append(dissecttest.Hex("81c90007 000000aa"), make([]byte, 24)...)
	for _, tt := range []struct {
		name    string
		payload []byte
		want    heron.Verdict
		err     error
	}{
		{"a report", report, heron.Verdict{Carries: "rtcp", Done: true}, nil},
		{"an encrypted one", append(report[:32:32], make([]byte, 14)...), heron.Verdict{Carries: "rtcp", Done: true}, nil},
		{"with a description", append(report[:32:32], dissecttest.Hex("81ca0003 000000aa 01047063376500 00")...), heron.Verdict{}, dissect.ErrNotMine},
		{"more media", packet(0x80, 0, 99, 1<<20, 5), heron.Verdict{}, nil},
		{"a report that is too long", report[:20], heron.Verdict{Undecided: true}, nil},
		{"nothing", nil, heron.Verdict{Undecided: true}, nil},
	} {
		p := rtp.Protocol()
		m := heron.Message{FromClient: true, Flow: &heron.FlowScratch{}}
		for i := range uint16(4) {
			m.Payload = packet(0x80, 0, i, 0, 5)
			if _, err := p.Dissect(nil, &m, dissecttest.NewRecorder(dissect.CollectorConfig{})); err != nil {
				t.Fatal(err)
			}
		}
		m.Payload = tt.payload
		if got, err := p.Dissect(nil, &m, nil); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
	}
}

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
