package smb_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/smb"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
)

func wrap(b []byte) []byte { return append([]byte{0, 0, byte(len(b) >> 8), byte(len(b))}, b...) }

func two(command, status int, reply bool, body string) []byte {
	b := make([]byte, 64)
	copy(b, "\xfeSMB\x40\x00")
	binary.LittleEndian.PutUint32(b[8:], uint32(status))
	b[12] = byte(command)
	if reply {
		b[16] = 1
	}
	return wrap(slices.Concat(b, []byte(body)))
}

func one(command, status int, reply bool, words string, data string) []byte {
	b := make([]byte, 32)
	copy(b, "\xffSMB")
	b[4] = byte(command)
	binary.LittleEndian.PutUint32(b[5:], uint32(status))
	if reply {
		b[9] = 0x80
	}
	b[10], b[11] = 1, 0xc8
	size := binary.LittleEndian.AppendUint16(nil, uint16(len(data)))
	return wrap(slices.Concat(b, []byte{byte(len(words) / 2)}, []byte(words), size, []byte(data)))
}

func wide(s ...string) string { return string(ntlmssp.EncodeUTF16(strings.Join(s, "\x00") + "\x00")) }

func zeros(n int) string { return strings.Repeat("\x00", n) }

// path is an offset from the start of a message whose fixed part has so many
// octets, and a length.
func path(fixed int, s string) string {
	b := binary.LittleEndian.AppendUint16(nil, uint16(64+fixed))
	return string(binary.LittleEndian.AppendUint16(b, uint16(2*len(s))))
}

func suite() dissecttest.Suite {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	talk := func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: port, Steps: steps}
	}
	challenge := string(ntlmssp.AppendChallenge(nil, "NAS1", "PLANT", "nas1.plant.example", "plant.example", 10, 0, 17763))
	login := string(ntlmssp.AppendAuthenticate(nil, "PLANT", "alice", "STATION7"))
	id := "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
	admin, name := `\\192.0.2.5\C$`, "svcctl"
	compound := two(3, 0, false, "\x09\x00\x00\x00"+path(8, admin)+string(ntlmssp.EncodeUTF16(admin)))
	return dissecttest.Suite{
		Protocol: smb.Protocol,
		Allocs:   24,
		Conversations: []dissecttest.Conversation{
			talk("three", 445,
				c(two(0, 0, false, "\x24\x00\x02\x00\x01\x00\x00\x00\x7f\x00\x00\x00"+id+zeros(8)+"\x02\x02\x11\x03")),
				s(two(0, 0, true, "\x41\x00\x03\x00\x11\x03\x00\x00"+id+zeros(40))),
				c(two(1, 0, false, "\x19\x00"+zeros(22)+"NTLMSSP\x00\x01\x00\x00\x00"+zeros(20))),
				s(two(1, 0xc0000016, true, "\x09\x00\x00\x00\x48\x00\x00\x01"+challenge)),
				c(two(1, 0, false, "\x19\x00"+zeros(22)+login)), s(two(1, 0xc000006d, true, "\x09\x00"+zeros(7))),
				c(two(1, 0, false, "\x19\x00"+zeros(22)+login)), s(two(1, 0, true, "\x09\x00\x01\x00"+zeros(4))),
				c(compound), s(two(3, 0, true, "\x10\x00"+zeros(14))),
				c(two(5, 0, false, "\x39\x00"+zeros(42)+path(56, name)+zeros(8)+string(ntlmssp.EncodeUTF16(name)))),
				c(append([]byte{0, 0, 0, 52}, "\xfdSMB"+zeros(48)...))),
			talk("one", 139,
				c(append([]byte{0x81, 0, 0, 68}, " "+nbns.EncodeName("NAS1", 0x20)+"\x00 "+nbns.EncodeName("STATION7", 0)+"\x00"...)),
				s([]byte{0x82, 0, 0, 0}),
				c(one(0x72, 0, false, "", "\x02NT LM 0.12\x00")),
				s(one(0x72, 0, true, "\x00\x00\x03"+zeros(16)+"\x00\x00\x00\x00"+zeros(10)+"\x08", zeros(8)+wide("PLANT", "NAS1"))),
				c(one(0x73, 0, false, "\xff"+zeros(13)+"\x01\x00\x00\x00"+zeros(8), "\x00"+wide("alice", "PLANT", "Windows 4.0", "Windows NT 4.0"))),
				s(one(0x73, 0, true, "\xff"+zeros(3)+"\x01\x00", "\x00"+wide("Unix", "Samba 3.6.25", "PLANT"))),
				c(one(0x75, 0, false, "\xff"+zeros(5)+"\x01\x00", "\x00"+wide(`\\NAS1\public`)+"?????\x00")),
				c(one(0xa2, 0, false, zeros(48), "\x00"+wide(`\winreg`)))),
			talk("one_wrapped", 445,
				c(one(0x72, 0, false, "", "\x02NT LM 0.12\x00\x02SMB 2.002\x00\x02SMB 2.???\x00")),
				s(one(0x72, 0, true, "\x00\x00\x0f"+zeros(16)+"\x00\x00\x00\x80"+zeros(10)+"\x00", id)),
				c(one(0x73, 0, false, "\xff"+zeros(13)+"\x0c\x00"+zeros(8), "NTLMSSP\x00\x01\x00\x00\x00\x00"+wide("Windows 7 Professional 7601", "Windows 7 Professional 6.1"))),
				s(one(0x73, 0xc000006d, true, "", ""))),
		},
	}
}

func TestSMB(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
