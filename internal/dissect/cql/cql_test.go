package cql_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/cql"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func packet(version, opcode byte, body string) string {
	return string([]byte{version, 0, 0, 1, opcode, 0, 0, 0, byte(len(body))}) + body
}

func text(s string) string { return string([]byte{0, byte(len(s))}) + s }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ClientPort: 51000, ServerPort: 9042, PortOnly: portOnly, Steps: steps}
	}
	start := c(packet(4, 1, "\x00\x03"+text("CQL_VERSION")+text("3.0.0")+text("DRIVER_NAME")+text("Example Driver")+text("DRIVER_VERSION")+text("4.17.0")))
	return dissecttest.Suite{
		Protocol: cql.Protocol,
		Allocs:   6,
		Conversations: []dissecttest.Conversation{
			talk("open", true, c(packet(4, 5, "")), s(packet(0x84, 6, "\x00\x01"+text("CQL_VERSION")+"\x00\x01"+text("3.4.5"))), start, s(packet(0x84, 2, ""))),
			talk("login", false, start, s(packet(0x84, 3, text("org.apache.cassandra.auth.PasswordAuthenticator"))), c(packet(4, 15, "\x00\x00\x00\x0d\x00alice\x00secret")), s(packet(0x84, 0, "\x00\x00\x01\x00"+text("no")))),
		},
	}
}

func TestCQL(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
