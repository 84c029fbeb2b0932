package sip_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/sip"
)

// message joins lines as SIP does.
func message(lines ...string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }

const (
	via    = "Via: SIP/2.0/UDP 192.0.2.12:5060;branch=z9hG4bK1"
	caller = "From: <sip:201@192.0.2.5>;tag=a1"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	phone := "User-Agent: Yealink SIP-T46S 66.84.0.125"
	register := message("REGISTER sip:192.0.2.5 SIP/2.0", via, caller, "CSeq: 1 REGISTER", phone, "Content-Length: 0")
	demand := message("SIP/2.0 401 Unauthorized", via, caller, "CSeq: 1 REGISTER", "Server: Asterisk PBX 16.28.0",
		`WWW-Authenticate: Digest realm="pbx", nonce="1"`, "Content-Length: 0")
	talk := func(name string, over heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: over, ServerPort: 5060, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: sip.Protocol,
		Allocs:   7, // the events of logins
		Conversations: []dissecttest.Conversation{
			talk("register", heron.UDP, c(register), s(demand), c("\r\n\r\n"),
				s(message("SIP/2.0 403 Forbidden", via, "CSeq: 2 REGISTER", "Server: Asterisk PBX 16.28.0"))),
			talk("stream", heron.TCP, c(register), s(demand), c("\r\n\r\n"),
				c(message("INVITE sip:202@192.0.2.5 SIP/2.0", "v: SIP/2.0/TCP 192.0.2.12", phone, "l: 33")+"v=0\r\ns=Call\r\na=tool:pjmedia 2.1\r\n"),
				c(message("ACK sip:202@192.0.2.5 SIP/2.0", via, phone, "Authorization: Basic YTpi"))),
			// a request that came through a proxy, and the answer of another telephone
			talk("passed_on", heron.UDP,
				c(message("INVITE sip:202@192.0.2.5 SIP/2.0", via, "Via: SIP/2.0/UDP 192.0.2.77", phone)),
				s(message("SIP/2.0 200 OK", via, "CSeq: 3 INVITE", "User-Agent: Grandstream GXP2160 1.0"))),
		},
	}
}

func TestSIP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
