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

// rpc is a fragment of DCE/RPC.
func rpc(kind byte, body string) string {
	b := []byte{5, 0, kind, 3, 0x10, 0, 0, 0}
	b = binary.LittleEndian.AppendUint16(b, uint16(16+len(body)))
	return string(append(b, 0, 0, 1, 0, 0, 0)) + body
}

// Fragments that an association with the service manager is made of.
func rpcBind() string {
	syntaxes := string(dissecttest.Hex("81bb7a364498f135ad3298f038001003 02000000 045d888aeb1cc9119fe808002b104860 02000000"))
	return rpc(11, "\xb8\x10\xb8\x10"+zeros(4)+"\x01"+zeros(3)+"\x00\x00\x01\x00"+syntaxes)
}

func rpcAck() string {
	return rpc(12, "\xb8\x10\xb8\x10\x01\x00\x00\x00\x04\x00135\x00\x00\x00\x01"+zeros(3)+zeros(24))
}

func rpcCall(operation byte) string {
	return rpc(0, zeros(6)+string(rune(operation))+"\x00"+zeros(20))
}

// number appends a number of message to one of version 2, which is at its 24th octet.
func number(n byte, message []byte) []byte {
	message[4+24] = n
	return message
}

func u16(n int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) }

func u32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// Messages of version 2 that use the pipe with that number.
func write2(n, pipe byte, data string) []byte {
	return number(n, two(9, 0, false, "\x31\x00"+u16(64+48)+u32(len(data))+zeros(8)+strings.Repeat(string(rune(pipe)), 16)+zeros(16)+data))
}

func read2(n, pipe byte) []byte {
	return number(n, two(8, 0, false, "\x31\x00\x50\x00"+u32(1024)+zeros(8)+strings.Repeat(string(rune(pipe)), 16)+zeros(17)))
}

func wasRead2(n byte, data string) []byte {
	return number(n, two(8, 0, true, "\x11\x00\x50\x00"+u32(len(data))+zeros(8)+data))
}

func transceive2(n, pipe byte, data string) []byte {
	return number(n, two(11, 0, false, "\x39\x00\x00\x00"+u32(0x11c017)+strings.Repeat(string(rune(pipe)), 16)+
		u32(64+56)+u32(len(data))+zeros(24)+data))
}

func transceived2(n, pipe byte, data string) []byte {
	return number(n, two(11, 0, true, "\x31\x00\x00\x00"+u32(0x11c017)+strings.Repeat(string(rune(pipe)), 16)+
		u32(64+48)+u32(0)+u32(64+48)+u32(len(data))+zeros(8)+data))
}

// Messages of version 1 that use the pipe with that number: what follows the words
// of each is found by its offset.
func transact1(pipe byte, data string) []byte {
	const words = 32
	return one(0x25, 0, false, zeros(22)+u16(len(data))+u16(32+1+words+2)+"\x02\x00\x26\x00"+string(rune(pipe))+"\x00", data)
}

func transacted1(data string) []byte {
	const words = 20
	return one(0x25, 0, true, zeros(12)+u16(len(data))+u16(32+1+words+2)+zeros(4), data)
}

func write1(pipe byte, mode int, data string) []byte {
	const words = 24
	return one(0x2f, 0, false, "\xff"+zeros(3)+string(rune(pipe))+"\x00"+zeros(8)+u16(mode)+zeros(4)+u16(len(data))+u16(32+1+words+2), data)
}

func read1(pipe byte) []byte {
	return one(0x2e, 0, false, "\xff"+zeros(3)+string(rune(pipe))+zeros(15), "")
}

func wasRead1(data string) []byte {
	const words = 24
	return one(0x2e, 0, true, "\xff"+zeros(9)+u16(len(data))+u16(32+1+words+2)+zeros(10), data)
}

// calls are the conversations in which pipes carry DCE/RPC.
func calls(talk func(name string, port uint16, steps ...dissecttest.Step) dissecttest.Conversation) []dissecttest.Conversation {
	c, s := dissecttest.C[[]byte], dissecttest.S[[]byte]
	denied := rpc(3, zeros(8)+"\x05"+zeros(7))
	return []dissecttest.Conversation{
		talk("two_pipes", 445,
			c(write2(1, 7, rpcBind())), s(number(1, two(9, 0, true, "\x11\x00"+zeros(14)))), c(read2(2, 7)), s(wasRead2(2, rpcAck())),
			c(write2(3, 9, rpc(11, "no list of interfaces"))), // another pipe, or a file
			c(transceive2(4, 7, rpcCall(12))), s(number(4, two(11, 0x103, true, "\x09\x00"+zeros(7)))), s(transceived2(4, 7, denied)),
			c(write2(5, 8, "\x05\x00 no association: a file")), c(read2(6, 8)), s(wasRead2(6, denied))),
		talk("two_late", 445, c(transceive2(9, 7, rpcCall(12))), s(transceived2(9, 7, denied))),
		talk("one_pipe", 139,
			c(write1(7, 8, rpcBind())), s(one(0x2f, 0, true, "\xff"+zeros(11), "")), c(read1(7)), s(wasRead1(rpcAck())),
			c(transact1(7, rpcCall(12)+rpcCall(15))), s(transacted1(denied))),
		talk("one_raw", 445, c(write1(7, 12, u16(len(rpcBind()))+rpcBind())), c(read1(7)), s(wasRead1(rpcAck()[:40]))),
	}
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
		Conversations: append(calls(talk),
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
		),
	}
}

func TestSMB(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
