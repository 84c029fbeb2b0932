package mongo_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/mongo"
)

func sized(s string, more int) string {
	return string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)+more))) + s
}

func text(name, value string) string { return "\x02" + name + "\x00" + sized(value+"\x00", 0) }

func document(elements ...string) string { return sized(strings.Join(elements, "")+"\x00", 4) }

func object(name string, elements ...string) string {
	return "\x03" + name + "\x00" + document(elements...)
}

func packet(op uint32, body string) string {
	return sized("\x01\x00\x00\x00\x00\x00\x00\x00"+string(binary.LittleEndian.AppendUint32(nil, op))+body, 4)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 27017, Steps: steps}
	}
	hello := object("client", object("application", text("name", "historian")), object("driver", text("name", "PyMongo"), text("version", "4.6")),
		object("os", text("type", "Linux"), text("name", "Debian 12")), text("platform", "CPython 3.11"))
	zeros := strings.Repeat("\x00", 20)
	return dissecttest.Suite{
		Protocol: mongo.Protocol,
		Allocs:   3,
		Conversations: []dissecttest.Conversation{
			talk("query", c(packet(2004, "\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff"+document("\x10isMaster\x00\x01\x00\x00\x00", hello))),
				s(packet(1, zeros+document("\x08ismaster\x00\x01", "\x10maxWireVersion\x00\x15\x00\x00\x00", text("setName", "rs0"))))),
			talk("message", c(packet(2013, "\x00\x00\x00\x00\x00"+document("\x10buildInfo\x00\x01\x00\x00\x00", text("$db", "secret")))),
				s(packet(2013, "\x00\x00\x00\x00\x00"+document(text("version", "6.0.13"), text("errmsg", "Authentication failed."))))),
		},
	}
}

func TestMongo(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
