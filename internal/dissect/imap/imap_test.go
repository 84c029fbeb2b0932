package imap_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/imap"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 143, Steps: steps}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: imap.Protocol,
		Allocs:   9,
		Conversations: []dissecttest.Conversation{
			onPort(talk("from_the_middle", c("5 SELECT INBOX\r\n"), s("* 3 EXISTS\r\n5 OK done\r\n"))),
			talk("login", s("* OK [CAPABILITY IMAP4rev1 ID] Example IMAP 5.5 ready\r\n"),
				c("1 ID (\"name\" \"Example Mail\" \"version\" \"3.1\" \"x-serial\" \"1\")\r\n"), s("* ID (\"name\" \"Dovecot\")\r\n1 OK done\r\n"),
				c("2 CAPABILITY\r\n"), s("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n2 OK done\r\n"),
				c("3 LOGIN alice wrong\r\n"), s("3 NO [AUTHENTICATIONFAILED] no\r\n"), c("4 LOGIN alice secret\r\n"), s("4 OK in\r\n"),
				c("5 SELECT INBOX\r\n"), s("* 3 EXISTS\r\n5 OK\r\n")),
			talk("starttls", s("* OK IMAP4 ready\r\n"), c(". STARTTLS\r\n"), s(". OK Begin TLS\r\n"),
				c(string(dissecttest.Hex("160301 0005 0100000103"))), s(string(dissecttest.Hex("160301 0005 0200000103")))),
		},
	}
}

// onPort says that a conversation is known by its port alone.
func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestIMAP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
