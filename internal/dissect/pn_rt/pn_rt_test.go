package pn_rt_test

import (
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/pn_rt"
)

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.Link, EtherType: 0x8892, Steps: steps,
			Client: dissecttest.End("02:00:00:00:00:0c", ""), Server: dissecttest.End("02:00:00:00:00:05", ""),
		}
	}
	data := make([]byte, 40)
	cyclic := slices.Concat([]byte{0x80, 1}, data, []byte{0x12, 0x34, 0x35, 0})
	stopped := slices.Concat([]byte{0x80, 1}, data, []byte{0x12, 0x34, 0, 0})
	alarm := slices.Concat([]byte{0xfe, 1}, dissecttest.Hex("0002 0001 11 11 0001 fffe 0004 00020000"), make([]byte, 28))
	return dissecttest.Suite{
		Protocol: pn_rt.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("cyclic", dissecttest.C(cyclic), dissecttest.S(cyclic), dissecttest.C(stopped), dissecttest.S(alarm)),
		},
	}
}

func TestRealTime(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
