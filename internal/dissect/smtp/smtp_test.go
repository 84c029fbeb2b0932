package smtp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/smtp"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 25, Steps: steps}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	greeting := s("220 mail.example.com ESMTP Postfix (Debian)\r\n")
	return dissecttest.Suite{
		Protocol: smtp.Protocol,
		Allocs:   8,
		Conversations: []dissecttest.Conversation{
			onPort(talk("from_the_middle", c("MAIL FROM:<a@example.com>\r\n"), s("250 2.1.0 Ok\r\n"), c("DATA\r\n"), s("354 go on\r\n"))),
			talk("mail", greeting, c("EHLO printer7\r\n"), s("250-mail.example.com\r\n250-SIZE 10240000\r\n250 STARTTLS\r\n"),
				c("MAIL FROM:<a@example.com>\r\n"), s("250 2.1.0 Ok\r\n"), c("RCPT TO:<b@example.com>\r\n"), s("250 Ok\r\n"),
				c("DATA\r\n"), s("354 End data with <CR><LF>.<CR><LF>\r\n"),
				c("From: a@example.com\r\nSubject: secret\r\nX-Mailer: Example MFP 4000 v2.1\r\n\r\nsecret\r\n.\r\n"), s("250 queued\r\n")),
			talk("relay", greeting, c("EHLO relay.example\r\n"), s("250 mail.example.com\r\n"), c("MAIL FROM:<a@example.com>\r\n"), s("250 Ok\r\n"),
				c("RCPT TO:<b@example.com>\r\n"), s("250 Ok\r\n"), c("DATA\r\n"), s("354 go on\r\n"),
				c("Received: from printer7 by relay.example\r\nX-Mailer: Example MFP 4000 v2.1\r\n\r\nsecret\r\n.\r\n"), s("250 queued\r\n")),
			talk("login", greeting, c("EHLO [192.0.2.12]\r\n"), s("250-mail.example.com\r\n250 AUTH PLAIN LOGIN\r\n"),
				c("AUTH LOGIN\r\n"), s("334 VXNlcm5hbWU6\r\n"), c("YWxpY2U=\r\n"), s("334 UGFzc3dvcmQ6\r\n"), c("c2VjcmV0\r\n"), s("535 5.7.8 authentication failed\r\n")),
			talk("starttls", greeting, c("EHLO there\r\n"), s("250-mail.example.com\r\n250 STARTTLS\r\n"), c("STARTTLS\r\n"), s("220 go ahead\r\n"),
				c(string(dissecttest.Hex("160301 0005 0100000103"))), s(string(dissecttest.Hex("160301 0005 0200000103")))),
		},
	}
}

// onPort says that a conversation is known by its port alone.
func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestSMTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
