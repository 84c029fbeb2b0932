package quic

import "github.com/heron-iot/heron/internal/wire"

// maxTags bounds the tags of a hello of Google's.
const maxTags = 128

// Hello is what a client's hello of Google's own handshake says of it.
type Hello struct {
	Name  []byte // of the server
	Agent []byte // the program
}

// ReadHello reads the start of a client's hello (QUIC Crypto, "Handshake messages"):
// a mark, a number of tags, then each tag with where its value ends. false when it is
// none, or not whole.
func ReadHello(b []byte) (Hello, bool) {
	r := wire.NewReader(b)
	mark := string(r.Bytes(4))
	count := r.U16LE()
	r.Skip(2)
	values := r
	values.Skip(8 * count)
	if r.Err() != nil || values.Err() != nil || mark != "CHLO" || count == 0 || count > maxTags {
		return Hello{}, false
	}
	var h Hello
	start := 0
	for range count {
		tag := r.Bytes(4)
		end := r.U32LE()
		if end < start {
			return Hello{}, false
		}
		value := values.Bytes(end - start)
		if values.Err() != nil {
			return Hello{}, false
		}
		start = end
		switch string(tag) {
		case "SNI\x00":
			h.Name = value
		case "UAID":
			h.Agent = value
		}
	}
	return h, true
}

// AppendHello adds such a hello.
func AppendHello(b []byte, h Hello) []byte {
	b = append(b, "CHLO\x02\x00\x00\x00SNI\x00"...)
	b = appendLE(b, len(h.Name))
	b = appendLE(append(b, "UAID"...), len(h.Name)+len(h.Agent))
	return append(append(b, h.Name...), h.Agent...)
}

func appendLE(b []byte, n int) []byte {
	return append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
}
