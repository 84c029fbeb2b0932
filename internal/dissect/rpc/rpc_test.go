package rpc_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/rpc"
)

func words(v ...uint32) string {
	var b []byte
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return string(b)
}

func call(program, version, procedure uint32, credentials string) string {
	flavor := uint32(0)
	if credentials != "" {
		flavor = 1
	}
	return words(7, 0, 2, program, version, procedure, flavor, uint32(len(credentials))) + credentials + words(0, 0)
}

func reply(body string) string { return words(7, 1, 0, 0, 0, 0) + body }

func record(s string) string { return words(1<<31|uint32(len(s))) + s }

func suite() dissecttest.Suite {
	c, s := dissecttest.C[string], dissecttest.S[string]
	talk := func(name string, transport heron.Transport, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: transport, ServerPort: port, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: rpc.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("portmap", heron.UDP, 111, c(call(100000, 2, 4, "")), s(reply(words(1, 100003, 3, 6, 2049, 1, 300019, 1, 17, 700, 0)))),
			talk("nfs", heron.TCP, 2049, c(record(call(100003, 3, 1, words(1, 8)+"STATION7"+words(1000, 1000, 0)))), s(record(reply(words(0))))),
		},
	}
}

func TestRPC(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
