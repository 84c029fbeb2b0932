package lab

import (
	"encoding/binary"

	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

// uaServer is a server of OPC UA: the application that it describes.
type uaServer struct {
	uri, product, name string
}

const (
	uaNull       = "\xff\xff\xff\xff" // a string or an array that is not there
	uaNone       = "http://opcfoundation.org/UA/SecurityPolicy#None"
	uaBinary     = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"
	uaBuffer     = 64 << 10
	uaUnsupport  = 0x800b0000 // Bad_ServiceUnsupported
	uaPort       = 4840
	uaLifetimeMS = 10_000
)

// opcuaService opens channels without security and tells its endpoints; sessions, and so
// reading and writing, are refused (OPC 10000-6 §7.1, OPC 10000-4 §5.4.4).
func opcuaService(s uaServer) Service {
	return messages("opcua", uaPort, opcua.Size, func(h *Host, _ *Session, b []byte) ([]byte, bool) {
		chunk, err := opcua.Read(b)
		if err != nil {
			return nil, false
		}
		switch chunk.Type {
		case "HEL":
			return uaChunk("ACK", uaNumbers(0, uaBuffer, uaBuffer, 0, 0)), true
		case "OPN", "MSG":
			return s.answer(h, &chunk)
		}
		return nil, false // CLO, or nothing that a client says
	})
}

func uaChunk(kind string, body []byte) []byte {
	c := opcua.Chunk{Type: kind, Final: 'F', Body: body}
	return c.Append(nil)
}

func uaNumbers(list ...uint32) (b []byte) {
	for _, n := range list {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

// answer is what a channel carries back.
func (s uaServer) answer(h *Host, chunk *opcua.Chunk) ([]byte, bool) {
	r := wire.NewReader(chunk.Body)
	channel, token := uaChannel(h), uint32(1)
	body := uaNumbers(channel)
	r.Skip(4)
	if chunk.Type == "OPN" {
		for range 3 {
			opcua.String(&r) // policy, certificate, thumbprint
		}
		body = append(opcua.AppendString(body, uaNone), uaNull+uaNull...)
	} else {
		r.Skip(4)
		body = append(body, uaNumbers(token)...)
	}
	body = append(body, r.Bytes(8)...) // the numbers of the message, as they came
	service := opcua.ReadNode(&r).Number
	opcua.ReadNode(&r) // of the session
	r.Skip(8)
	handle := uint32(r.U32LE())
	if r.Err() != nil {
		return nil, false
	}
	switch service {
	case opcua.OpenRequest:
		body = uaHead(body, opcua.OpenAnswer, handle, 0)
		body = append(body, uaNumbers(0, channel, token, 0, 0, uaLifetimeMS)...)
		body = append(body, uaNull...)
	case opcua.EndpointsRequest:
		body = uaHead(body, opcua.EndpointsAnswer, handle, 0)
		body = append(body, uaNumbers(1)...)
		body = s.endpoint(h, body)
	default:
		body = uaHead(body, opcua.ServiceFault, handle, uaUnsupport)
	}
	return uaChunk(chunk.Type, body), true
}

// uaHead is the header of an answer (OPC 10000-4 §7.34).
func uaHead(b []byte, service int, handle, result uint32) []byte {
	b = append(opcua.AppendNode(b, 0, service), make([]byte, 8)...)
	b = append(b, uaNumbers(handle, result)...)
	b = append(b, 0) // no diagnostics, no texts, nothing more
	return append(append(b, uaNull...), 0, 0, 0)
}

// endpoint describes the one that there is (OPC 10000-4 §7.14).
func (s uaServer) endpoint(h *Host, b []byte) []byte {
	const none, anonymous, server = 1, 0, 0
	b = opcua.AppendString(b, uaURL(h))
	b = opcua.AppendApplication(b, h.fill(s.uri), s.product, h.fill(s.name), server)
	b = append(b, uaNull...) // no certificate
	b = append(b, uaNumbers(none)...)
	b = opcua.AppendString(b, uaNone)
	b = append(b, uaNumbers(1)...)
	b = opcua.AppendString(b, "anonymous")
	b = append(b, uaNumbers(anonymous)...)
	b = append(b, uaNull+uaNull+uaNull...)
	return append(opcua.AppendString(b, uaBinary), 0)
}
