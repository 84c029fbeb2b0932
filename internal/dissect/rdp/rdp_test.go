package rdp_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rdp"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

func tpkt(body string) string {
	return "\x03\x00" + string([]byte{byte((len(body) + 4) >> 8), byte(len(body) + 4)}) + body
}

func x224(code byte, rest string) string {
	return tpkt(string([]byte{byte(6 + len(rest)), code, 0, 0, 0, 0, 0}) + rest)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 3389, Steps: steps}
	}
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	client := string(ntlmssp.EncodeUTF16("STATION7"))
	core := "Duca\x80\xd4" + "\x01\xc0\xd4\x00" + zeros(16) + "\x61\x4a\x00\x00" + client + zeros(32-len(client)) + zeros(40)
	return dissecttest.Suite{
		Protocol: rdp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("credssp", c(x224(0xe0, "Cookie: mstshash=alice\r\n\x01\x00\x08\x00\x03\x00\x00\x00")), s(x224(0xd0, "\x02\x1f\x08\x00\x02\x00\x00\x00")),
				c(string(dissecttest.Hex("160301 0005 0100000103"))), s(string(dissecttest.Hex("160301 0005 0200000103")))),
			talk("in_clear", c(x224(0xe0, "Cookie: mstshash=alice\r\n")), s(x224(0xd0, "")),
				c(tpkt("\x02\xf0\x80\x7f\x65\x82\x01\x00"+core)), s(tpkt("\x02\xf0\x80\x7f\x66McDn\x2c\x01\x0c\x0c\x00\x04\x00\x08\x00"))),
			talk("answers_only", s(x224(0xd0, "\x02\x1f\x08\x00\x02\x00\x00\x00"))),
			onPort(talk("answers_only_in_clear", s(x224(0xd0, "")), s(tpkt("\x02\xf0\x80\x7f\x66McDn\x2c\x01\x0c\x0c\x00\x04\x00\x08\x00")))),
			onPort(talk("from_the_middle", c(tpkt("\x02\xf0\x80\x64\x00\x07\x03\xeb\x70\x04abcd")), s(tpkt("\x02\xf0\x80\x68\x00\x01\x03\xeb\x70\x04abcd")))),
			talk("refused", c(x224(0xe0, "\x01\x00\x08\x00\x00\x00\x00\x00")), s(x224(0xd0, "\x03\x00\x08\x00\x05\x00\x00\x00"))),
		},
	}
}

func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestRDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
