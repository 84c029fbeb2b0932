package goose_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/goose"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// message is a frame of a control block.
func message(state, sequence, test byte) dissecttest.Step {
	v := func(tag int, b ...byte) []byte { return ber.Append(nil, tag, b) }
	pdu := ber.Append(nil, 0x61, v(0x80, []byte("RELAY1LD0/LLN0$GO$trip")...), v(0x81, 7, 0xd0), v(0x82, []byte("RELAY1LD0/LLN0$trips")...),
		v(0x83, []byte("TRIPS")...), v(0x84, 0x61, 1, 2, 3, 4, 5, 6, 7), v(0x85, state), v(0x86, sequence), v(0x87, test), v(0x88, 3), v(0x89, 0),
		v(0x8a, 1), v(0xab, v(0x83, 1)...))
	return dissecttest.C(slices.Concat([]byte{0x10, 1, 0, byte(8 + len(pdu)), 0, 0, 0, 0}, pdu))
}

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.Link, EtherType: 0x88b8, Steps: steps,
			Client: dissecttest.End("02:00:00:00:00:07", ""), Server: dissecttest.End("01:0c:cd:01:00:01", ""),
		}
	}
	return dissecttest.Suite{
		Protocol: goose.Protocol,
		Allocs:   40, // the events of changes
		Conversations: []dissecttest.Conversation{
			talk("trips", message(4, 1, 0), message(4, 2, 0), message(5, 0, 0), message(5, 1, 0), message(2, 0, 0)),
			talk("tested", message(4, 1, 1), message(4, 2, 1), message(4, 3, 0)),
		},
	}
}

func TestGOOSE(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

func TestWhatACaptureCutIsKnown(t *testing.T) {
	t.Parallel()
	b := message(4, 1, 0).Payload[:60]
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.Link, Payload: b, FromClient: true, Flow: &heron.FlowScratch{}}
	if _, err := goose.Protocol().Dissect(&r, m, nil); !errors.Is(err, wire.ErrShort) {
		t.Errorf("got %v, want %v", err, wire.ErrShort)
	}
}
