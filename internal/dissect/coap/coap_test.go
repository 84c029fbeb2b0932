package coap_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/coap"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func suite() dissecttest.Suite {
	hex := func(head, rest string) []byte { return append(dissecttest.Hex(head), rest...) }
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 5683, Steps: steps}
	}
	core := c(hex("41 01 0001 aa 3d 02", "hub.example.com\x8b.well-known\x04core"))
	links := `</sensors/temp>;rt="temperature-c";if="sensor",</firmware>;title="Firmware, v1.2",</3/0>`
	return dissecttest.Suite{
		Protocol: coap.Protocol,
		Allocs:   10, // the events of writing
		Conversations: []dissecttest.Conversation{
			talk("discovery", heron.UDP, core, s(hex("61 45 0001 aa c1 28 ff", links))),
			talk("orders", heron.UDP, c(hex("40 03 0002", "\xb5light\x11\x00\xff1")), s(hex("60 44 0002", "")),
				c(hex("40 03 0003", "\xb5light\x11\x00\xff0")), s(hex("60 00 0003", "")), c(hex("40 04 0004", "\xb5light"))),
			talk("stream", heron.TCP, c(hex("00 e1", "")), s(hex("00 e1", "")), c(hex("61 01 aa", "\xb5light")),
				s(append([]byte{0xd0, byte(3 + len(links) - 13), 0x45}, "\xc1\x28\xff"+links...))),
		},
	}
}

func TestCoAP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
