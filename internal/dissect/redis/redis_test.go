package redis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/redis"
)

func text(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func command(words ...string) dissecttest.Step {
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(words))
	for _, w := range words {
		b.WriteString(text(w))
	}
	return dissecttest.C(b.String())
}

func suite() dissecttest.Suite {
	s := dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 6379, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: redis.Protocol,
		Allocs:   12,
		Conversations: []dissecttest.Conversation{
			talk("info", command("INFO", "server"), s(text("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nos:Linux 6.1.0 x86_64\r\ntcp_port:6379\r\n")),
				command("SET", "secret", strings.Repeat("x", 3000)), s("+OK\r\n"), command("GET", "secret"), s(text(strings.Repeat("y", 3000))),
				command("CONFIG", "SET", "dir", "/var/spool/cron"), s("+OK\r\n"), command("CLIENT", "SETNAME", "historian"), s("+OK\r\n")),
			talk("login", command("PING"), s("-NOAUTH Authentication required.\r\n"), command("AUTH", "wrong"), s("-WRONGPASS invalid username-password pair\r\n"),
				command("AUTH", "alice", "secret"), s("+OK\r\n"), command("PING"), s("+PONG\r\n")),
			talk("hello", command("HELLO", "3"), s("%3\r\n"+text("server")+text("redis")+text("version")+text("7.2.4")+text("proto")+":3\r\n")),
			{
				Name: "answers_only", Transport: heron.TCP, ServerPort: 6379, PortOnly: true,
				Steps: []dissecttest.Step{s(text("\x00\x01\x02\x03\x04\x05\x06")), s("*2\r\n" + text("secret") + ":7\r\n"), s("$-1\r\n")},
			},
			{
				Name: "impossible", Transport: heron.TCP, ServerPort: 6379, PortOnly: true,
				Steps: []dissecttest.Step{dissecttest.C("PING\r\n"), s("+PONG\r\n"), dissecttest.C("*-99999999999999999999\r\n$4\r\nPING\r\n"), s("+PONG\r\n")},
			},
			{
				Name: "typed", Transport: heron.TCP, ServerPort: 6379, PortOnly: true,
				Steps: []dissecttest.Step{dissecttest.C("PING\r\n"), s("+PONG\r\n")},
			},
		},
	}
}

func TestRedis(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
