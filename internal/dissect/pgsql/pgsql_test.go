package pgsql_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pgsql"
)

func sized(s string) string { return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)+4))) + s }

func message(kind, s string) string { return kind + sized(s) }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 5432, Steps: steps}
	}
	start := c(sized("\x00\x03\x00\x00user\x00alice\x00database\x00plant\x00application_name\x00historian 4.2\x00\x00"))
	version := message("S", "client_encoding\x00UTF8\x00") + message("S", "server_version\x0015.6 (Debian 15.6-0+deb12u1)\x00")
	return dissecttest.Suite{
		Protocol: pgsql.Protocol,
		Allocs:   6,
		Conversations: []dissecttest.Conversation{
			talk("clear", start, s(message("R", "\x00\x00\x00\x03")), c(message("p", "secret\x00")), s(message("R", "\x00\x00\x00\x00")+version+message("Z", "I")), c(message("Q", "select secret\x00"))),
			talk("refused", c(sized("\x04\xd2\x16\x2f")), s("N"), start, s(message("R", "\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00")), c(message("p", "SCRAM-SHA-256\x00\x00\x00\x00\x04n,,x")),
				s(message("E", "SFATAL\x00C28P01\x00Mpassword authentication failed for user \"alice\"\x00\x00"))),
			talk("answers_only", s(message("R", "\x00\x00\x00\x0aSCRAM-SHA-256\x00\x00")), s(message("R", "\x00\x00\x00\x0c=v")+message("R", "\x00\x00\x00\x00")+version+message("Z", "I"))),
			onPort(talk("from_the_middle", c(message("Q", "select secret\x00")), s(message("T", "\x00\x01a\x00"+string(make([]byte, 18)))+message("D", "\x00\x01\x00\x00\x00\x01x")+message("C", "SELECT 1\x00")+message("Z", "I")))),
			onPort(talk("rows", s(message("D", "\x00\x02\x00\x00\x00\x01x\xff\xff\xff\xff")+message("C", "SELECT 1\x00")))),
			onPort(talk("prepared", c(message("P", "\x00select secret\x00\x00\x00")+message("D", "S\x00")+message("S", "")), s(message("1", "")+message("n", "")))),
			talk("tls", c(sized("\x04\xd2\x16\x2f")), s("S"), c(string(dissecttest.Hex("160301 0005 0100000103")))),
			talk("trust", start, s(message("R", "\x00\x00\x00\x00")+version+message("Z", "I"))),
		},
	}
}

func onPort(c dissecttest.Conversation) dissecttest.Conversation {
	c.PortOnly = true
	return c
}

func TestPostgreSQL(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
