package mysql_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mysql"
)

func packet(sequence byte, body string) string {
	return string([]byte{byte(len(body)), byte(len(body) >> 8), 0, sequence}) + body
}

func text(s string) string { return string([]byte{byte(len(s))}) + s }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 3306, Steps: steps}
	}
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	greeting := s(packet(0, "\x0a8.0.36-0ubuntu0.22.04.1\x00\x01\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00\xff\xdf\x15"+zeros(10)+"abcdefghijkl\x00caching_sha2_password\x00"))
	attributes := text("_client_name") + text("libmysql") + text("_os") + text("Linux") + text("program_name") + text("historian") + text("os_user") + text("alice")
	login := func(plugin string) dissecttest.Step {
		return c(packet(1, "\x00\x82\x18\x00\x00\x00\x00\x01\x21"+zeros(23)+"alice\x00"+text("secretsecretsecretse")+plugin+"\x00"+text(attributes)))
	}
	return dissecttest.Suite{
		Protocol: mysql.Protocol,
		Allocs:   8,
		Conversations: []dissecttest.Conversation{
			talk("login", greeting, login("caching_sha2_password"), s(packet(2, "\x01\x03")+packet(3, "\x00\x00\x00\x02\x00\x00\x00")), c(packet(0, "\x03select secret"))),
			talk("refused", greeting, login("mysql_clear_password"), s(packet(2, "\xff\x15\x04#28000Access denied for user 'alice'"))),
			talk("switched", greeting, login("mysql_native_password"), s(packet(2, "\xfemysql_clear_password\x00")), c(packet(3, "secret\x00")), s(packet(4, "\x00\x00\x00"))),
			talk("tls", greeting, c(packet(1, "\x00\x8a\x18\x00\x00\x00\x00\x01\x21"+zeros(23))), c(string(dissecttest.Hex("160301 0005 0100000103")))),
			{
				Name: "not_allowed", Transport: heron.TCP, ServerPort: 3306, PortOnly: true,
				Steps: []dissecttest.Step{s(packet(0, "\xff\x6a\x04Host '192.0.2.12' is not allowed to connect to this MySQL server"))},
			},
		},
	}
}

func TestMySQL(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
