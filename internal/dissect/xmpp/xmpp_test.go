package xmpp_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/xmpp"
)

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 5222, Steps: steps}
	}
	open := c("<?xml version='1.0'?><stream:stream to='plant.example' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")
	answer := s("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='plant.example' version='1.0'>")
	return dissecttest.Suite{
		Protocol: xmpp.Protocol,
		Allocs:   6,
		Conversations: []dissecttest.Conversation{
			talk("opening_missed", c("<iq type='set' id='p1' to='cs.example'>"), s("<iq xml:lang='en' type='result'/>")),
			talk("another_language", c("<iq>"), s("<message to nobody>")),
			talk("clear", open, answer, s("<stream:features><mechanisms xmlns='x'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms></stream:features>"),
				c("<auth xmlns='x' mechanism='PLAIN'>c2VjcmV0</auth>"), s("<failure xmlns='x'><not-authorized/></failure>")),
			talk("tls", open, answer, s("<stream:features><starttls xmlns='x'><required/></starttls></stream:features>"), c("<starttls xmlns='x'/>"), s("<proceed xmlns='x'/>"),
				c(string(dissecttest.Hex("160301 0005 0100000103")))),
		},
	}
}

func TestXMPP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
