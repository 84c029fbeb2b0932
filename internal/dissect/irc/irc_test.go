package irc_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/irc"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	return dissecttest.Suite{
		Protocol: irc.Protocol,
		Allocs:   4,
		Conversations: []dissecttest.Conversation{{
			Name: "join", Transport: heron.TCP, ServerPort: 6667, Steps: []dissecttest.Step{
				c("NICK bot17\r\nUSER bot 0 * :bot\r\n"), s(":irc.example.net NOTICE * :*** Looking up your hostname\r\n:irc.example.net 001 bot17 :Welcome\r\n:irc.example.net 004 bot17 irc.example.net example-4.2 io bk\r\n"),
				c("JOIN #secret\r\n"), s(":bot17!b@h JOIN #secret\r\n"), c("PRIVMSG #secret :secret\r\n"),
			},
		}},
	}
}

func TestIRC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
