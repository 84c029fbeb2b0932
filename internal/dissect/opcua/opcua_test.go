package opcua_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	dissector "github.com/heron-iot/heron/internal/dissect/opcua"
	"github.com/heron-iot/heron/internal/proto/opcua"
)

const null = "\xff\xff\xff\xff"

// str is an encoded string.
func str(s string) []byte { return opcua.AppendString(nil, s) }

func u32(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }

func chunk(kind string, final byte, parts ...[]byte) []byte {
	c := opcua.Chunk{Type: kind, Final: final, Body: slices.Concat(parts...)}
	return c.Append(nil)
}

// message is a service in the clear.
func message(final byte, service int, parts ...[]byte) []byte {
	head := slices.Concat(u32(1), u32(1), u32(2), u32(2), opcua.AppendNode(nil, 0, service))
	return chunk("MSG", final, head, slices.Concat(parts...))
}

func ask(service int, parts ...[]byte) dissecttest.Step {
	header := slices.Concat([]byte{0, 0}, make([]byte, 16), []byte(null), u32(10000), []byte{0, 0, 0})
	return dissecttest.C(message('F', service, header, slices.Concat(parts...)))
}

// answered is the header of an answer, with diagnostics in it.
func answered(result uint32) []byte {
	return slices.Concat(make([]byte, 12), u32(result), []byte{0x41}, u32(3), []byte{0x10}, str("inner"), u32(0xffffffff), []byte{0, 0, 0})
}

func endpoint(policy string, mode uint32) []byte {
	token := func(id string, kind uint32) []byte { return slices.Concat(str(id), u32(kind), []byte(null+null+null)) }
	return slices.Concat(str("opc.tcp://press4:4840"), opcua.AppendApplication(nil, "urn:press4:server", "http://vendor.example/ua", "Press 4", 0),
		[]byte(null), u32(mode), str("http://opcfoundation.org/UA/SecurityPolicy#"+policy), u32(2), token("a", 0), token("u", 1), []byte(null), []byte{0})
}

func opening() []dissecttest.Step {
	hello := chunk("HEL", 'F', u32(0), u32(65535), u32(65535), u32(0), u32(0), str("opc.tcp://press4:4840"))
	open := func(service int) []byte {
		return chunk("OPN", 'F', u32(1), str("http://opcfoundation.org/UA/SecurityPolicy#None"), []byte(null+null), u32(1), u32(1), opcua.AppendNode(nil, 0, service))
	}
	return []dissecttest.Step{
		dissecttest.C(hello), dissecttest.S(chunk("ACK", 'F', make([]byte, 20))),
		dissecttest.C(open(opcua.OpenRequest)), dissecttest.S(open(opcua.OpenAnswer)),
	}
}

// chunks splits a message of the server's into chunks of so many octets; request is
// the number of what it answers.
func chunks(request, size int, kind string, parts ...[]byte) []dissecttest.Step {
	var steps []dissecttest.Step
	for rest := slices.Concat(parts...); len(rest) > 0; {
		n := min(size, len(rest))
		final := byte('C')
		if n == len(rest) {
			final = kind[3]
		}
		steps = append(steps, dissecttest.S(chunk(kind[:3], final, u32(1), u32(1), u32(2), u32(uint32(request)), rest[:n])))
		rest = rest[n:]
	}
	return steps
}

func talk(name string, steps ...dissecttest.Step) dissecttest.Conversation {
	return dissecttest.Conversation{Name: name, Transport: heron.TCP, ServerPort: 4840, Steps: append(opening(), steps...)}
}

func suite() dissecttest.Suite {
	signature := []byte(null + null + null + null)
	anonymous := slices.Concat(signature, opcua.AppendNode(nil, 0, opcua.AnonymousToken), []byte{1}, str("\x01\x00\x00\x00a"), []byte(null+null))
	user := slices.Concat(str("u"), str("anna"), str("secret"), []byte(null))
	login := slices.Concat(signature, opcua.AppendNode(nil, 0, opcua.UserNameToken), []byte{1}, str(string(user)), []byte(null+null))
	nodeValue := []byte("\x03\x02\x00\x05\x00\x00\x00Speed\x0d\x00\x00\x00" + null + "\x01\x0b\x00\x00\x80\x3f\x00\x00\x80\x3f")
	read := ask(opcua.ReadRequest, make([]byte, 12), u32(1), []byte("\x03\x02\x00\x05\x00\x00\x00Speed\x0d\x00\x00\x00"))
	server := opcua.AppendApplication(nil, "urn:press4:server", "http://vendor.example/ua", "Press 4", 0)
	return dissecttest.Suite{
		Protocol: dissector.Protocol,
		Allocs:   60, // the events of orders
		Conversations: []dissecttest.Conversation{
			talk("endpoints", ask(opcua.EndpointsRequest, str("opc.tcp://press4:4840")),
				dissecttest.S(message('F', opcua.EndpointsAnswer, answered(0), u32(2), endpoint("None", 1), endpoint("Basic256Sha256", 3))),
				dissecttest.S(message('F', opcua.FindServersAnswer, answered(0), u32(1), server)),
				dissecttest.S(message('F', opcua.FindServersAnswer, answered(0), u32(2), server,
					opcua.AppendApplication(nil, "urn:other", "http://other.example", "Other", 0)))),
			talk("chunks", slices.Concat([]dissecttest.Step{ask(opcua.EndpointsRequest, str("opc.tcp://press4:4840"))},
				chunks(7, 60, "MSGF", opcua.AppendNode(nil, 0, opcua.EndpointsAnswer), answered(0), u32(2), endpoint("None", 1), endpoint("Basic256Sha256", 3)),
				// what is given up, what nothing is told of, and what begins before another ends
				chunks(8, 60, "MSGA", opcua.AppendNode(nil, 0, opcua.EndpointsAnswer), answered(0), u32(1), endpoint("Given_Up", 1)),
				chunks(9, 60, "MSGF", opcua.AppendNode(nil, 0, 634), answered(0), make([]byte, 300)),
				chunks(10, 60, "MSGC", opcua.AppendNode(nil, 0, opcua.EndpointsAnswer), answered(0))[:1],
				chunks(11, 60, "MSGF", opcua.AppendNode(nil, 0, opcua.EndpointsAnswer), answered(0), u32(1), endpoint("Between", 1)),
				// what is too long is read as far as it was kept
				chunks(12, 8000, "MSGF", opcua.AppendNode(nil, 0, opcua.EndpointsAnswer), answered(0), u32(1), endpoint("Aes256_Sha256_RsaPss", 2), make([]byte, 60000)),
				[]dissecttest.Step{dissecttest.S(message('F', opcua.FindServersAnswer, answered(0), u32(1), server))})...),
			talk("session", ask(opcua.CreateRequest, opcua.AppendApplication(nil, "urn:station1:hmi", "http://hmi.example/", "HMI", 1), str(""), str("opc.tcp://press4:4840")),
				dissecttest.S(message('F', opcua.CreateAnswer, answered(0), []byte{0, 7, 0, 8}, make([]byte, 8), []byte(null+null), u32(1), endpoint("None", 1))),
				ask(opcua.ActivateRequest, anonymous), dissecttest.S(message('F', opcua.ActivateAnswer, answered(0))),
				read, read, ask(opcua.BrowseRequest, []byte{0, 0}, make([]byte, 16), u32(1), []byte{0, 84}),
				ask(opcua.WriteRequest, u32(1), nodeValue),
				ask(opcua.CallRequest, u32(1), opcua.AppendNode(nil, 4, 11), opcua.AppendNode(nil, 4, 12), []byte(null)),
				ask(opcua.AddNodes, u32(1))),
			talk("login", ask(opcua.ActivateRequest, login), dissecttest.S(message('F', opcua.ServiceFault, answered(0x80210000))),
				ask(opcua.ActivateRequest, anonymous), dissecttest.S(message('F', opcua.ServiceFault, answered(0x801f0000))),
				dissecttest.C(message('A', opcua.WriteRequest, u32(0))), dissecttest.C(chunk("MSG", 'F', make([]byte, 60))),
				dissecttest.S(chunk("ERR", 'F', u32(0x80010000), str("no more")))),
		},
	}
}

func TestOPCUA(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
