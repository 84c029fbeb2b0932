package dcerpc_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/dissect/dcerpc"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

const (
	mapper   = "0883afe1 1f5d c911 91a4 08002b14a0fa"
	resolver = "c4fefc99 6052 1b10 bbcb 00aa0021347a"
	service  = "81bb7a36 4498 f135 ad32 98f038001003"
	unknown  = "01020304 0506 0708 090a 0b0c0d0e0f10"
	profinet = "0100a0de 976c d111 8271 00a02442df7d"
	transfer = "045d888a eb1c c911 9fe8 08002b104860 02000000"
)

func hex(s string) string { return string(dissecttest.Hex(s)) }

func zeros(n int) string { return strings.Repeat("\x00", n) }

// pdu is one fragment.
func pdu(kind byte, auth int, body string) []byte {
	b := []byte{5, 0, kind, 3, 0x10, 0, 0, 0}
	b = binary.LittleEndian.AppendUint16(b, uint16(16+len(body)))
	b = binary.LittleEndian.AppendUint16(b, uint16(auth))
	b = append(b, 1, 0, 0, 0)
	return append(b, body...)
}

func bind(more string, interfaces ...string) []byte {
	b := hex("b810b81000000000") + string(rune(len(interfaces))) + zeros(3)
	for i, x := range interfaces {
		b += string(rune(i)) + hex("000100"+x+"01000000"+transfer)
	}
	return pdu(11, len(more), b+more)
}

func ack(results int) []byte {
	b := hex("b810b81001000000 0400 3133350000 00") + string(rune(results)) + zeros(3)
	return pdu(12, 0, b+strings.Repeat(zeros(4)+hex(transfer), results))
}

func call(operation byte, body string) []byte {
	return pdu(0, 0, "\x00\x00\x00\x00\x00\x00"+string(rune(operation))+"\x00"+body)
}

func datagram(id string) []byte {
	return append(dissecttest.Hex("04 00 20 00 10 00 00 00"+strings.Repeat("00", 16)+id+strings.Repeat("00", 16)+
		"00000000 01000000 00000000 0300 ffff ffff 0400 0000 00 00"), 1, 2, 3, 4)
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, transport heron.Transport, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: transport, ServerPort: 135, Steps: steps}
	}
	login := string(ntlmssp.AppendAuthenticate(nil, "PLANT", "alice", "STATION7"))
	tower := hex("0500 1300 0d"+service+"0200 0200 0000 1300 0d") + hex(transfer)[:16] + hex("0200 0200 0000 0100 0b 0200 0000 0100 07 0200 c003 0100 09 0400 c0000205")
	names := "\x07\x00" + string(ntlmssp.EncodeUTF16("PLC-PC\x00")) + "\x07\x00" + string(ntlmssp.EncodeUTF16("10.1.2.3\x00")) + zeros(2)
	size := string(rune(len(names)/2+2)) + "\x00" + string(rune(len(names)/2)) + "\x00"
	return dissecttest.Suite{
		Protocol: dcerpc.Protocol,
		Allocs:   16,
		Conversations: []dissecttest.Conversation{
			talk("service", heron.TCP, c(bind(login, service, unknown)), s(ack(2)), c(call(12, zeros(20))), s(pdu(3, 0, zeros(8)+"\x05"+zeros(7)))),
			talk("mapper", heron.TCP, c(bind("", mapper)), s(ack(1)), c(call(3, zeros(60))), s(pdu(2, 0, zeros(8+20+24)+tower+zeros(4)))),
			talk("resolver", heron.TCP, c(bind("", resolver)), s(ack(1)), c(call(5, "")), s(pdu(2, 0, zeros(8)+hex("05000700 00000200 00000000")+size+names+zeros(4)))),
			talk("datagram", heron.UDP, c(datagram(service)), s(append([]byte{4, 2, 8}, datagram(service)[3:]...))),
		},
	}
}

func TestDCERPC(t *testing.T) { suite().Run(t) }

// TestPROFINET checks that what PROFINET says is left to those who know it.
func TestPROFINET(t *testing.T) {
	t.Parallel()
	for _, port := range []uint16{34964, 49155} {
		b := datagram(profinet)
		r := wire.NewReader(b)
		m := heron.Message{Transport: heron.UDP, FromClient: true, SrcPort: 49152, DstPort: port, Payload: b, Flow: &heron.FlowScratch{}}
		if _, err := dcerpc.Protocol().Dissect(&r, &m, nil); !errors.Is(err, dissect.ErrNotMine) {
			t.Errorf("on port %d: %v", port, err)
		}
	}
}

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
