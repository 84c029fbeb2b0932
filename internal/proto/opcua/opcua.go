// Package opcua reads and writes OPC UA binary over TCP (OPC 10000-6): chunks of
// messages, the built-in types (§5.2), and the descriptions of applications and
// endpoints (OPC 10000-4 §7).
package opcua

import (
	"encoding/binary"
	"errors"
	"strconv"

	"github.com/heron-iot/heron/internal/wire"
)

// Sizes of chunks (OPC 10000-6 §7.1.2.2): a header of eight octets; for those of a
// secure channel 24 with token and sequence.
const (
	headSize  = 8
	maxChunk  = 1 << 24
	helloSize = 32
	ackSize   = 28
	msgSize   = 24
)

// ErrNotOPCUA says that bytes are no chunk of OPC UA.
var ErrNotOPCUA = errors.New("not OPC UA over TCP")

// Chunk is one chunk. Body is borrowed.
type Chunk struct {
	Type  string // HEL, ACK, ERR, RHE, OPN, MSG, CLO
	Final byte   // 'F', 'C' when more chunks follow, 'A' when given up
	Body  []byte
}

// typeOf returns the type of a chunk, "" when it is none.
func typeOf(b []byte) string {
	switch string(b) {
	case "HEL":
		return "HEL"
	case "ACK":
		return "ACK"
	case "ERR":
		return "ERR"
	case "RHE":
		return "RHE"
	case "OPN":
		return "OPN"
	case "MSG":
		return "MSG"
	case "CLO":
		return "CLO"
	}
	return ""
}

// Size returns the length of the chunk that b starts with; 0 when b is too short
// to tell, ErrNotOPCUA when it can be none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	kind, final, n := typeOf(r.Bytes(3)), r.U8(), r.U32LE()
	if len(b) >= 3 && kind == "" || len(b) >= 4 && final != 'F' && (final != 'C' && final != 'A' || kind != "MSG") {
		return 0, ErrNotOPCUA
	}
	if r.Err() != nil {
		return 0, nil
	}
	least, most := msgSize, maxChunk
	switch kind {
	case "HEL":
		least, most = helloSize, helloSize+4096
	case "ACK":
		least, most = ackSize, ackSize
	case "ERR", "RHE":
		least, most = 16, 16+2*4096
	}
	if n < least || n > most {
		return 0, ErrNotOPCUA
	}
	return n, nil
}

// Read reads a chunk, of which the end may be missing.
func Read(b []byte) (Chunk, error) {
	r := wire.NewReader(b)
	n, err := Size(r.Peek(min(len(b), headSize)))
	if err != nil || n == 0 || n < len(b) {
		return Chunk{}, ErrNotOPCUA
	}
	c := Chunk{Type: typeOf(r.Bytes(3)), Final: byte(r.U8())}
	r.Skip(4)
	c.Body = r.Rest()
	return c, nil
}

// Append adds the chunk to b.
func (c *Chunk) Append(b []byte) []byte {
	b = append(append(b, c.Type...), c.Final)
	b = binary.LittleEndian.AppendUint32(b, uint32(headSize+len(c.Body)))
	return append(b, c.Body...)
}

// AppendString adds a String or ByteString (§5.2.2.4).
func AppendString(b []byte, s string) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
	return append(b, s...)
}

// String reads a String or ByteString; empty for the null string.
func String(r *wire.Reader) []byte {
	n := r.U32LE()
	if n == 0xffffffff {
		return nil
	}
	return r.Bytes(n)
}

// Strings reads an array of strings and calls each with them; nil skips them.
func Strings(r *wire.Reader, each func([]byte)) {
	for range Count(r, 4) {
		s := String(r)
		if each != nil && r.Err() == nil {
			each(s)
		}
	}
}

// Count reads the length of an array, whose elements have at least size octets.
func Count(r *wire.Reader, size int) int {
	n := r.U32LE()
	if n == 0xffffffff {
		return 0
	}
	return r.Count(n, size)
}

// LocalizedText reads a text without its locale (§5.2.2.14).
func LocalizedText(r *wire.Reader) []byte {
	mask := r.U8()
	if mask&1 != 0 {
		String(r)
	}
	if mask&2 != 0 {
		return String(r)
	}
	return nil
}

// NodeID is a node's identifier (§5.2.2.9). Name is borrowed.
type NodeID struct {
	Namespace, Number int
	Name              []byte // of a string's; nil for numbers
	Opaque            bool
}

// ReadNode reads an identifier.
func ReadNode(r *wire.Reader) NodeID {
	var n NodeID
	kind := r.U8()
	switch kind & 0x3f {
	case 0:
		n.Number = r.U8()
	case 1:
		n.Namespace, n.Number = r.U8(), r.U16LE()
	case 2:
		n.Namespace, n.Number = r.U16LE(), r.U32LE()
	case 3:
		n.Namespace, n.Name = r.U16LE(), String(r)
	case 4:
		n.Namespace, n.Opaque = r.U16LE(), true
		r.Skip(16)
	case 5:
		n.Namespace, n.Opaque = r.U16LE(), true
		String(r)
	default:
		r.Fail(ErrNotOPCUA)
	}
	if kind&0x80 != 0 {
		String(r) // the namespace in full
	}
	if kind&0x40 != 0 {
		r.Skip(4) // the server's index
	}
	return n
}

// Append adds the identifier's notation to b (§5.3.1.10): ns=2;s=Name.
func (n NodeID) Append(b []byte) []byte {
	if n.Namespace != 0 {
		b = strconv.AppendInt(append(b, "ns="...), int64(n.Namespace), 10)
		b = append(b, ';')
	}
	switch {
	case n.Opaque:
		return append(b, "b="...)
	case n.Name != nil:
		return append(append(b, "s="...), n.Name...)
	}
	return strconv.AppendInt(append(b, "i="...), int64(n.Number), 10)
}

// AppendNode adds a numeric identifier.
func AppendNode(b []byte, namespace byte, number int) []byte {
	return binary.LittleEndian.AppendUint16(append(b, 1, namespace), uint16(number))
}

// extension reads an ExtensionObject's type and content (§5.2.2.15).
func extension(r *wire.Reader) (NodeID, []byte) {
	id := ReadNode(r)
	if r.U8() != 0 {
		return id, String(r)
	}
	return id, nil
}
