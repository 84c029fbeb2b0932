package ftp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ftp"
)

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 21, Steps: steps}
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: ftp.Protocol,
		Allocs:   7, // the events of logins
		Conversations: []dissecttest.Conversation{
			onPort(talk("from_the_middle", c("RETR secret\r\n"), s("150 Opening data connection\r\n"), s("226 Transfer complete\r\n"))),
			talk("login", s("220 AXIS M3045-V Network Camera 6.55.3 (2017) FTP ready.\r\n"), c("USER root\r\n"), s("331 Password required\r\n"),
				c("PASS hunter2\r\n"), s("530 Login incorrect\r\n"), c("SYST\r\n"), s("215 UNIX Type: L8\r\n"), c("QUIT\r\n"), s("221 Goodbye\r\n")),
			talk("greeting_of_lines", s("220-This device is mine.\r\n 220 is not the end\r\n220 VxWorks FTP server ready\r\n"),
				c("user anonymous\r\n"), s("331 ok\r\n"), c("pass a@example.com\r\n"), s("230-Welcome\r\n230 in\r\n"), c("LIST\r\n")),
			talk("tls", s("220 FTP here\r\n"), c("AUTH TLS\r\n"), s("234 go ahead\r\n"), c("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"),
				s("\x16\x03\x03\x00\x05\x02\x00\x00\x01\x03")),
			talk("no_such_word", s("220 Digi server ready\r\n"), c("USER x\r\n")),
		},
	}
}

// onPort says that a conversation is known by its port alone.
func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestFTP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
