package radius_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/radius"
	"github.com/heron-iot/heron/internal/wire"
)

func attribute(kind byte, value string) string {
	return string([]byte{kind, byte(len(value) + 2)}) + value
}

func packet(code byte, attributes ...string) string {
	all := strings.Join(attributes, "")
	return string([]byte{code, 7, 0, byte(20 + len(all))}) + strings.Repeat("a", 16) + all
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, port uint16, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: port, PortOnly: portOnly, Steps: steps}
	}
	ask := packet(1, attribute(1, "alice"), attribute(2, strings.Repeat("x", 16)), attribute(4, "\xc0\x00\x02\x0c"), attribute(32, "switch-7"),
		attribute(61, "\x00\x00\x00\x0f"), attribute(31, "02-00-00-AB-CD-EF"), attribute(30, "02-00-00-00-00-01:Plant"), attribute(26, "\x00\x00\x00\x09\x01\x03x"))
	return dissecttest.Suite{
		Protocol: radius.Protocol,
		Allocs:   12,
		Conversations: []dissecttest.Conversation{
			talk("access", 1812, false, c(ask), s(packet(2, attribute(27, "\x00\x00\x0e\x10"))), c(ask), s(packet(3, attribute(18, "no")))),
			talk("eap", 1812, false, c(packet(1, attribute(4, "\xc0\x00\x02\x0c"), attribute(31, "02-00-00-AB-CD-EF"),
				attribute(79, "\x02\x01\x00\x1d\x01ho"), attribute(79, "st/"), attribute(79, "cnc-7.plant.example"))), s(packet(11, attribute(79, "\x01\x02\x00\x06\x19\x20"))),
				c(packet(1, attribute(4, "\xc0\x00\x02\x0c"), attribute(31, "02-00-00-AB-CD-EF"), attribute(79, "\x02\x02\x00\x06\x19\x00"))),
				s(packet(3, attribute(79, "\x04\x02\x00\x04")))),
			talk("proxy", 1812, false, c(packet(1, attribute(1, "alice"), attribute(2, strings.Repeat("x", 16)), attribute(32, "switch-7"),
				attribute(30, "02-00-00-00-00-01:Plant"), attribute(31, "02-00-00-AB-CD-EF"), attribute(33, "p1"))), s(packet(2, attribute(33, "p1")))),
			talk("accounting", 1813, false, c(packet(4, attribute(40, "\x00\x00\x00\x01"), attribute(31, "0200.00ab.cdef"), attribute(32, "ap-1"))), s(packet(5))),
			talk("disconnect", 1813, true, c(packet(40, attribute(31, "02:00:00:ab:cd:ef"))), s(packet(41))),
		},
	}
}

func TestRADIUS(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

func TestWhatACaptureCutIsKnown(t *testing.T) {
	t.Parallel()
	b := []byte(packet(1, attribute(1, "alice"), attribute(32, "switch-7"), attribute(31, "02-00-00-AB-CD-EF"))[:48])
	r := wire.NewReader(b)
	m := &heron.Message{Transport: heron.UDP, DstPort: 1812, Payload: b, FromClient: true, Flow: &heron.FlowScratch{}}
	if _, err := radius.Protocol().Dissect(&r, m, nil); !errors.Is(err, wire.ErrShort) {
		t.Errorf("got %v, want %v", err, wire.ErrShort)
	}
}
