package pop_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pop"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 110, Steps: steps}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: pop.Protocol,
		Allocs:   9,
		Conversations: []dissecttest.Conversation{
			onPort(talk("from_the_middle", c("RETR 1\r\n"), s("+OK\r\nSubject: secret\r\n.\r\n"))),
			talk("login", s("+OK Dovecot POP3 ready.\r\n"), c("CAPA\r\n"), s("+OK\r\nTOP\r\nUSER\r\nIMPLEMENTATION Dovecot 2.3\r\n.\r\n"),
				c("USER alice\r\n"), s("+OK\r\n"), c("PASS wrong\r\n"), s("-ERR [AUTH] Authentication failed.\r\n"),
				c("PASS secret\r\n"), s("+OK logged in\r\n"), c("RETR 1\r\n"), s("+OK\r\nSubject: secret\r\n.\r\n")),
			talk("starttls", s("+OK mx <1.2@example.com>\r\n"), c("STLS\r\n"), s("+OK Begin TLS\r\n"),
				c(string(dissecttest.Hex("160301 0005 0100000103"))), s(string(dissecttest.Hex("160301 0005 0200000103")))),
		},
	}
}

// onPort says that a conversation is known by its port alone.
func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestPOP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
