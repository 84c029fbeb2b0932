package cdp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/cdp"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func entry(kind uint16, value string) []byte {
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)+4))
	return append(b, value...)
}

func frame(name string, version byte, entries ...[]byte) dissecttest.Conversation {
	b := append(dissecttest.Hex("aaaa03 00000c 2000"), version, 180, 0, 0)
	for _, e := range entries {
		b = append(b, e...)
	}
	return dissecttest.Conversation{
		Name: name, Transport: heron.Link,
		Client: dissecttest.End("02:00:00:00:00:05", ""), Server: dissecttest.End("01:00:0c:cc:cc:cc", ""),
		Steps: []dissecttest.Step{dissecttest.C(b)},
	}
}

func suite() dissecttest.Suite {
	const four = "\x01\x01\xcc\x00\x04\xc0\x00\x02\x05"
	return dissecttest.Suite{
		Protocol: cdp.Protocol,
		Conversations: []dissecttest.Conversation{
			frame("switch", 2, entry(1, "switch-1"), entry(2, "\x00\x00\x00\x02"+four+
				"\x02\x08\xaa\xaa\x03\x00\x00\x00\x86\xdd\x00\x10\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05"),
				entry(3, "GigabitEthernet0/1"), entry(4, "\x00\x00\x00\x28"),
				entry(5, "Example OS Software, Version 12.2(44)SE\nCopyright"), entry(6, "example S-24"),
				entry(9, "plant"), entry(10, "\x00\x63"), entry(0x14, "switch-1.example"),
				entry(0x15, "\x06\x08\x2b\x06\x01\x04\x01\x09\x01\x01"), entry(0x16, "\x00\x00\x00\x01"+four), entry(0x17, "\x00hall")),
			frame("phone", 1, entry(1, "\x02\x00\x00\x00\x00\x05"), entry(4, "\x00\x00\x04\x90"), entry(6, "Example Phone 7")),
			frame("broken", 2, entry(1, "a"), []byte("\x00\x03\xff\xff")),
		},
	}
}

func TestCDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
