package ethercat_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ethercat"
)

type datagram struct {
	command         byte
	place, register uint16
	data            []byte
	counter         uint16
}

func frame(all ...datagram) dissecttest.Step {
	var body []byte
	for i, d := range all {
		size := uint16(len(d.data))
		if i < len(all)-1 {
			size |= 0x8000
		}
		body = append(body, d.command, byte(i))
		body = binary.LittleEndian.AppendUint16(body, d.place)
		body = binary.LittleEndian.AppendUint16(body, d.register)
		body = binary.LittleEndian.AppendUint16(body, size)
		body = append(append(body, 0, 0), d.data...)
		body = binary.LittleEndian.AppendUint16(body, d.counter)
	}
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(body))|0x1000)
	b = append(b, body...)
	for len(b) < 46 {
		b = append(b, 0) // what Ethernet fills frames with
	}
	return dissecttest.C(b)
}

func suite() dissecttest.Suite {
	talk := func(name, from string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{
			Name: name, Transport: heron.Link, EtherType: 0x88a4, Steps: steps,
			Client: dissecttest.End(from, ""), Server: dissecttest.End("ff:ff:ff:ff:ff:ff", ""),
		}
	}
	process := datagram{12, 0, 1, make([]byte, 20), 0}
	returned := process
	returned.counter = 3
	return dissecttest.Suite{
		Protocol: ethercat.Protocol,
		Allocs:   40, // the events of changed states
		Conversations: []dissecttest.Conversation{
			talk("cyclic", "00:00:5e:00:53:01", frame(process, datagram{7, 0, 0x130, []byte{0, 0}, 0}), frame(process)),
			talk("returned", "02:00:5e:00:53:01", frame(returned, datagram{8, 0, 0x120, []byte{8, 0}, 3})),
			talk("orders", "00:00:5e:00:53:01", frame(datagram{8, 0, 0x120, []byte{1, 0}, 0}), frame(datagram{5, 1001, 0x120, []byte{0x18, 0}, 0}),
				frame(process, datagram{2, 0xffff, 0x502, []byte{1, 2, 0, 0, 0, 0}, 0}), frame(datagram{4, 1001, 0x130, []byte{0, 0}, 0})),
		},
	}
}

func TestEtherCAT(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
