package telnet_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/telnet"
)

// Options as devices negotiate them: DO LINEMODE, WILL ECHO, WILL SUPPRESS-GO-AHEAD.
const (
	offers  = "\xff\xfd\x22\xff\xfb\x01\xff\xfb\x03"
	answers = "\xff\xfc\x22\xff\xfd\x01\xff\xfd\x03\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 23, Steps: steps}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	plain := talk("no_negotiation", s("\r\nUser Name : "), c("apc\r\n"), s("Password  : "), c("hush\r\n"), s("\r\nWelcome\r\n"))
	return dissecttest.Suite{
		Protocol: telnet.Protocol,
		Allocs:   10, // the events of logins
		Conversations: []dissecttest.Conversation{
			talk("login", s(offers+"\r\nMikroTik v6.40.5 (stable)\r\nLogin: "), c(answers), c("ad"), c("min\r\n"),
				s("admin\r\nPassword: "), c("secret\r\n"), s("\r\nLogin incorrect\r\n\r\nLogin: "), c("root\r\n"),
				s("root\r\nPassword: "), c("hush\r\n"), s("\r\nLast login: Mon Jan 5 on tty1\r\n\r\n# ")),
			talk("password_only", s(offers+"\r\nModel name       : NPort 5110\r\nFirmware version : 2.6\r\n\r\nPlease keyin your password:"),
				c("1234\r\n"), s("\r\n\r\nMain menu\r\n")),
			talk("no_prompt", s(offers+"\r\nFEEDER 1    Date: 01/05/2026\r\nSEL-751 FID=R1\r\n="), c("ID\r\n"), s("ID\r\nFID=R1\r\n="),
				c("ACC\r\n"), s("Password: ?"), c("OTTER\r\n"), s("\r\nLevel 1\r\n=>")),
			plain,
			talk("long_session", s(offers+"login: "), c("a\r\n"), s("Password: "), c("b\r\n"), s(strings.Repeat("output\r\n", 300)),
				c("c\r\n"), s("Password: ")),
		},
	}
}

func TestTelnet(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }

// TestNothingTypedIsTold looks for what was typed in all that was learned.
func TestNothingTypedIsTold(t *testing.T) {
	t.Parallel()
	out := dissecttest.NewRecorder(dissect.CollectorConfig{})
	d := dissect.NewDispatcher([]dissect.Protocol{telnet.Protocol()}, out.Collector)
	var flow heron.FlowScratch
	for _, step := range []dissecttest.Step{
		dissecttest.S(offers + "box login: "), dissecttest.C("alice\r\n"), dissecttest.S("alice\r\nPassword: "),
		dissecttest.C("hunter2\r\n"), dissecttest.S("\r\n$ "), dissecttest.C("cat private\r\n"), dissecttest.S("cat private\r\n"),
	} {
		m := heron.Message{
			Transport: heron.TCP, Src: dissecttest.End("", "192.0.2.5"), Dst: dissecttest.End("", "192.0.2.12"),
			SrcPort: 23, DstPort: 40000, FromClient: step.FromClient, Payload: step.Payload, Flow: &flow,
		}
		d.Message(&m)
	}
	text := dissecttest.Describe(out.Drain())
	for _, secret := range []string{"alice", "hunter2", "private"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q was told:\n%s", secret, text)
		}
	}
	if !strings.Contains(text, "telnet.login") {
		t.Errorf("no login was told:\n%s", text)
	}
}
