package ethersbus_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/ethersbus"
)

// telegram makes one, with its sum.
func telegram(version byte, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)+10))
	b = append(b, version, 0, 0, 7)
	b = append(b, body...)
	crc := uint16(0)
	for _, c := range b {
		crc ^= uint16(c) << 8
		for range 8 {
			top := crc & 0x8000
			if crc <<= 1; top != 0 {
				crc ^= 0x1021
			}
		}
	}
	return binary.BigEndian.AppendUint16(b, crc)
}

func suite() dissecttest.Suite {
	ask := func(body string) dissecttest.Step { return dissecttest.C(telegram(1, "\x00\x0a"+body)) }
	tell := func(body string) dissecttest.Step { return dissecttest.S(telegram(0, body)) }
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 5050, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: ethersbus.Protocol,
		Allocs:   24, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("version", ask("\x20"), tell("\x01D3M67034\x00"), ask("\x1d"), tell("\x01\x0a")),
			talk("orders", ask("\x06\x01\x00\x10"), tell("\x01\x00\x00\x00\x07"), ask("\x06\x01\x00\x20"),
				ask("\x0e\x05\x00\x10\x00\x00\x00\x09"), tell("\x02\x00\x00"), ask("\x43"), ask("\x2f"), ask("\x38"), ask("\x24\x00")),
		},
	}
}

func TestEtherSBus(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
