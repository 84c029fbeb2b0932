// Package websocket reads and writes the frames of WebSocket (RFC 6455 §5), and
// joins those of one message. Extensions are not read: what is compressed (RFC
// 7692) is passed over.
package websocket

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// ErrNotWebSocket says that the bytes are not the start of a frame.
var ErrNotWebSocket = errors.New("not a frame of WebSocket")

// Opcodes (RFC 6455 §5.2).
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xa
)

// Bits of the first two octets, and how a length is written there (§5.2).
const (
	final, compressed, reserved = 0x80, 0x40, 0x30
	opcodes, control            = 0x0f, 0x08
	masked                      = 0x80
	longestShort                = 125
	length16, length64          = 126, 127
	longest                     = 1 << 30
	keySize                     = 4
)

// frame is the head of one.
type frame struct {
	opcode     int
	final      bool
	compressed bool
	key        []byte // with which its payload is masked; nil for none
	size       int    // of its payload
}

// readHead reads the head of a frame, which only a client masks (§5.1).
func readHead(r *wire.Reader, fromClient bool) (frame, error) {
	first, second := r.U8(), r.U8()
	if r.Err() != nil {
		return frame{}, r.Err()
	}
	f := frame{opcode: first & opcodes, final: first&final != 0, compressed: first&compressed != 0, size: second &^ masked}
	if first&reserved != 0 || (second&masked != 0) != fromClient || !f.known() {
		return frame{}, ErrNotWebSocket
	}
	switch f.size {
	case length16:
		if f.size = r.U16(); f.size <= longestShort {
			r.Fail(ErrNotWebSocket)
		}
	case length64:
		n := r.U64()
		if n < 1<<16 || n > longest {
			r.Fail(ErrNotWebSocket)
		}
		f.size = int(n)
	}
	if fromClient {
		f.key = r.Bytes(keySize)
	}
	return f, r.Err()
}

// known reports whether a frame is one of those that the standard has: control
// frames are short and whole.
func (f *frame) known() bool {
	switch f.opcode {
	case Continuation, Text, Binary:
		return true
	case Close, Ping, Pong:
		return f.final && !f.compressed && f.size <= longestShort
	}
	return false
}

// Message is what a stream has next.
type Message struct {
	// Data is the payload of a message, without its mask; nil for what is not read:
	// control frames, what is compressed, and what began before.
	Data []byte
	// Size is how much of the stream is done with it, which may be more than is
	// there; of one that is not whole, the size of its first frame, 0 when that is
	// not known.
	Size int
	// Whole says that all of the message was there, or that it is not read.
	Whole bool
}

// Read reads the next message at the start of b, and puts its data behind buf.
func Read(buf, b []byte, fromClient bool) (Message, error) {
	r := wire.NewReader(b)
	var m Message
	for {
		f, err := readHead(&r, fromClient)
		switch {
		case errors.Is(err, ErrNotWebSocket):
			return Message{}, err
		case err != nil:
			return m, nil
		case m.Size == 0 && (f.opcode != Text && f.opcode != Binary || f.compressed):
			return Message{Size: r.Offset() + f.size, Whole: true}, nil
		case m.Size == 0:
			m.Size = r.Offset() + f.size
		case f.opcode&control == 0 && f.opcode != Continuation:
			return Message{}, ErrNotWebSocket // another message within this
		}
		part := r.Bytes(f.size)
		if r.Err() != nil {
			return m, nil
		}
		if f.opcode&control != 0 { // between the frames of a message (§5.4)
			continue
		}
		at := len(buf)
		buf = append(buf, part...)
		unmask(buf[at:], f.key)
		if f.final {
			return Message{Data: buf, Size: r.Offset(), Whole: true}, nil
		}
	}
}

// unmask takes a mask off, or puts it on (§5.3).
func unmask(b, key []byte) {
	if len(key) != keySize {
		return
	}
	word := binary.LittleEndian.Uint32(key)
	for ; len(b) >= keySize; b = b[keySize:] {
		binary.LittleEndian.PutUint32(b, binary.LittleEndian.Uint32(b)^word)
	}
	for i := range b {
		b[i] ^= key[i]
	}
}

// Append appends a whole message in one frame, masked with a key of four octets if
// there is one.
func Append(dst []byte, opcode int, key, payload []byte) []byte {
	dst = append(dst, byte(final|opcode))
	mask := byte(0)
	if key != nil {
		mask = masked
	}
	switch n := len(payload); {
	case n <= longestShort:
		dst = append(dst, mask|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, mask|length16), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, mask|length64), uint64(n))
	}
	dst = append(dst, key...)
	at := len(dst)
	dst = append(dst, payload...)
	unmask(dst[at:], key)
	return dst
}
