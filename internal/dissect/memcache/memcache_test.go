package memcache_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/memcache"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, transport heron.Transport, portOnly bool, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: transport, ServerPort: 11211, PortOnly: portOnly, Steps: steps}
	}
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	return dissecttest.Suite{
		Protocol: memcache.Protocol,
		Allocs:   3,
		Conversations: []dissecttest.Conversation{
			talk("text", heron.TCP, true, c("set secret 0 60 6\r\nsecret\r\nget secret\r\n"), s("STORED\r\nVALUE secret 0 6\r\nsecret\r\nEND\r\n"),
				c("stats\r\n"), s("STAT pid 17\r\nSTAT version 1.6.21\r\nEND\r\n"), c("flush_all\r\n"), s("OK\r\n")),
			talk("version", heron.TCP, false, c("version\r\n"), s("VERSION 1.6.21\r\n")),
			talk("binary", heron.TCP, false, c("\x80\x0b"+zeros(22)), s("\x81\x0b"+zeros(6)+"\x00\x00\x00\x06"+zeros(12)+"1.6.21")),
			talk("datagram", heron.UDP, true, c("\x00\x01\x00\x00\x00\x01\x00\x00stats\r\n"), s("\x00\x01\x00\x00\x00\x01\x00\x00STAT version 1.4.15\r\n")),
		},
	}
}

func TestMemcache(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
