package sap_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/sap"
)

// packet is a header without authentication, and what stands behind it.
func packet(first byte, source, payload string) string {
	return string([]byte{first, 0, 0x12, 0x34}) + source + payload
}

func suite() dissecttest.Suite {
	c := dissecttest.C[string]
	group := dissecttest.End("01:00:5e:02:7f:fe", "224.2.127.254")
	talk := func(name, payload string) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, Server: group, ClientPort: 9875, ServerPort: 9875, Steps: []dissecttest.Step{c(payload)}}
	}
	portOnly := func(name, payload string) dissecttest.Conversation {
		t := talk(name, payload)
		t.PortOnly = true
		return t
	}
	toOne := func(name, payload string) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 9875, PortOnly: true, Steps: []dissecttest.Step{c(payload)}}
	}
	const (
		here, other = "\xc0\x00\x02\x0c", "\xc0\x00\x02\x63"
		mime        = "application/sdp\x00"
		description = "v=0\r\no=- 7 1 IN IP4 192.0.2.12\r\ns=Hall : 32\r\nc=IN IP4 239.69.1.2/32\r\nt=0 0\r\na=tool:Example Stage Box 2.1\r\n" +
			"m=audio 5004 RTP/AVP 97\r\na=rtpmap:97 L24/48000/2\r\n"
	)
	six := talk("version_6", packet(0x30, "\x20\x01\x0d\xb8"+strings.Repeat("\x00", 11)+"\x0c", description))
	six.Client, six.Server = dissecttest.End("02:00:00:00:00:0c", "2001:db8::c"), dissecttest.End("33:33:00:02:7f:fe", "ff0e::2:7ffe")
	return dissecttest.Suite{
		Protocol: sap.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("announcement", packet(0x20, here, mime+description)),
			talk("without_type", packet(0x20, here, description)),
			talk("authenticated", "\x20\x02\x12\x34"+here+"\x20\x00\x00\x00\x11\x22\x33\x44"+mime+description),
			talk("for_another", packet(0x20, other, mime+description)),
			six,
			portOnly("deleted", packet(0x24, here, mime+"o=- 7 1 IN IP4 192.0.2.12\r\n")),
			portOnly("encrypted", packet(0x22, here, "\x00\x00\x01\x00\xc1\x5b\x07\xff")),
			toOne("encrypted_to_one", packet(0x22, here, "\x00\x00\x01\x00\xc1\x5b\x07\xff")),
			toOne("other_version", packet(0x40, here, mime+description)),
			toOne("no_description", packet(0x20, here, mime+"<xml/>")),
		},
	}
}

func TestSAP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
