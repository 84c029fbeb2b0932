package bgp_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/bgp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func message(kind byte, body string) string {
	b := binary.BigEndian.AppendUint16([]byte(strings.Repeat("\xff", 16)), uint16(19+len(body)))
	return string(append(b, kind)) + body
}

// open is what a router begins with; options are parameters.
func open(version byte, as, hold uint16, id, options string) string {
	b := binary.BigEndian.AppendUint16([]byte{version}, as)
	return message(1, string(binary.BigEndian.AppendUint16(b, hold))+id+options)
}

func parameters(all ...string) string {
	text := strings.Join(all, "")
	return string([]byte{byte(len(text))}) + text
}

// wide are parameters whose lengths have two octets (RFC 9072).
func wide(capabilities string) string {
	p := string(binary.BigEndian.AppendUint16([]byte{2}, uint16(len(capabilities)))) + capabilities
	return "\xff\xff" + string(binary.BigEndian.AppendUint16(nil, uint16(len(p)))) + p
}

func capabilities(all ...string) string {
	text := strings.Join(all, "")
	return string([]byte{2, byte(len(text))}) + text
}

func capability(code byte, value string) string {
	return string([]byte{code, byte(len(value))}) + value
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 179, PortOnly: portOnly, Steps: steps}
	}
	const here, there = "\xc0\x00\x02\x0c", "\xc0\x00\x02\x05"
	keepalive := message(4, "")
	return dissecttest.Suite{
		Protocol: bgp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("session", false,
				c(open(4, 23456, 180, here, parameters(
					capabilities(capability(1, "\x00\x01\x00\x01"), capability(2, ""), capability(65, "\x00\x03\x00\x07")),
					capabilities(capability(73, "\x06edge-1\x0dplant.example"), capability(75, "\x0bexample/9.1"), capability(200, "x"))))),
				s(open(4, 64512, 90, there, parameters())), c(keepalive), s(keepalive),
				s(message(2, "\x00\x00\x00\x14\x40\x01\x01\x00\x40\x02\x00\x40\x03\x04"+there+"\x80\x04\x04\x00\x00\x00\x00\x18\xc6\x33\x64")),
				c(message(5, "\x00\x01\x00\x01")), s(message(3, "\x06\x02\x07go away")), c(message(3, "\x09\x01"))),
			talk("wide_parameters", false, c(open(4, 64512, 180, here, wide(capability(1, "\x00\x02\x00\x01")+capability(6, "")+capability(75, "example 9.2"))))),
			talk("from_the_middle", false, c(keepalive), s(keepalive)),
			talk("no_such_version", true, c(open(9, 64512, 180, here, parameters()))),
			talk("parameters_too_long", true, c(open(4, 64512, 180, here, "\x09\x02\x01"))),
			talk("capability_too_long", false, c(open(4, 64512, 180, here, parameters(capabilities("\x01\x09\x00"))))),
			talk("keepalive_too_long", true, c(message(4, "x"))),
			talk("other_mark", true, c("\xff\xfe"+keepalive[2:])),
		},
	}
}

func TestBGP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
