// Package http2 reads and writes the frames of HTTP/2 (RFC 9113) and their
// compressed header blocks (RFC 7541).
package http2

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Preface is what a client says first (RFC 9113 §3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Types of frames (RFC 9113 §6).
const (
	FrameData         = 0
	FrameHeaders      = 1
	FramePriority     = 2
	FrameReset        = 3
	FrameSettings     = 4
	FramePushPromise  = 5
	FramePing         = 6
	FrameGoAway       = 7
	FrameWindowUpdate = 8
	FrameContinuation = 9
)

// Flags of frames.
const (
	FlagAck        = 0x01
	FlagEndHeaders = 0x04
	flagPadded     = 0x08
	flagPriority   = 0x20
)

// HeaderSize is the length of a frame's header.
const HeaderSize = 9

// ErrNotHTTP2 says that bytes are no frame.
var ErrNotHTTP2 = errors.New("not an HTTP/2 frame")

// Frame is a frame, or what is there of it.
type Frame struct {
	Type, Flags int
	Stream      int
	Length      int // of the body
	Body        []byte
}

// ReadFrame reads a frame. A body that is not whole is no error.
func ReadFrame(r *wire.Reader) (Frame, error) {
	f := Frame{Length: r.U24(), Type: r.U8(), Flags: r.U8(), Stream: r.U32()}
	if r.Err() != nil {
		return f, r.Err()
	}
	if f.Stream>>31 != 0 || !f.onItsStream() {
		return f, ErrNotHTTP2
	}
	f.Body = r.Bytes(min(f.Length, r.Len()))
	return f, nil
}

// onItsStream checks what RFC 9113 §6 says of streams and lengths.
func (f *Frame) onItsStream() bool {
	switch f.Type {
	case FrameData, FrameHeaders, FramePushPromise, FrameContinuation:
		return f.Stream != 0
	case FramePriority:
		return f.Stream != 0 && f.Length == 5
	case FrameReset:
		return f.Stream != 0 && f.Length == 4
	case FrameSettings:
		return f.Stream == 0 && f.Length%6 == 0
	case FramePing:
		return f.Stream == 0 && f.Length == 8
	case FrameGoAway:
		return f.Stream == 0 && f.Length >= 8
	case FrameWindowUpdate:
		return f.Length == 4
	}
	return true // to be ignored (§5.5)
}

// Whole reports whether all of the body is there.
func (f *Frame) Whole() bool { return len(f.Body) == f.Length }

// Block returns the part of a header block in HEADERS, PUSH_PROMISE or
// CONTINUATION, and whether it is the last part.
func (f *Frame) Block() (part []byte, last bool, err error) {
	r := wire.NewReader(f.Body)
	pad := 0
	if f.Type != FrameContinuation && f.Flags&flagPadded != 0 {
		pad = r.U8()
	}
	if f.Type == FrameHeaders && f.Flags&flagPriority != 0 {
		r.Skip(5)
	}
	if f.Type == FramePushPromise {
		r.Skip(4)
	}
	if pad > r.Len() {
		return nil, false, ErrNotHTTP2
	}
	part = r.Bytes(r.Len() - pad)
	return part, f.Flags&FlagEndHeaders != 0, r.Err()
}

// Setting is one parameter of a connection (RFC 9113 §6.5.1).
type Setting struct {
	ID    int
	Value int
}

// Parameters whose values are limited (RFC 9113 §6.5.2).
const (
	SettingPush      = 2
	SettingWindow    = 4
	SettingFrameSize = 5
)

// Settings goes through the parameters of a SETTINGS frame.
func Settings(body []byte, each func(s Setting)) {
	for r := wire.NewReader(body); r.Len() >= 6; {
		each(Setting{r.U16(), r.U32()})
	}
}

// Valid reports whether the value is one that the parameter may have.
func (s Setting) Valid() bool {
	switch s.ID {
	case SettingPush:
		return s.Value <= 1
	case SettingWindow:
		return s.Value < 1<<31
	case SettingFrameSize:
		return s.Value >= 1<<14 && s.Value < 1<<24
	}
	return s.ID > 0
}

// AppendFrame adds a frame around body.
func AppendFrame(b []byte, kind, flags, stream int, body []byte) []byte {
	n := len(body)
	b = append(b, byte(n>>16), byte(n>>8), byte(n), byte(kind), byte(flags))
	b = binary.BigEndian.AppendUint32(b, uint32(stream))
	return append(b, body...)
}

// AppendSettings adds a SETTINGS frame.
func AppendSettings(b []byte, list ...Setting) []byte {
	var body []byte
	for _, s := range list {
		body = binary.BigEndian.AppendUint16(body, uint16(s.ID))
		body = binary.BigEndian.AppendUint32(body, uint32(s.Value))
	}
	return AppendFrame(b, FrameSettings, 0, 0, body)
}

// AppendField adds a field to a block: its name and value in Huffman's code, to
// be kept in the dynamic table.
func AppendField(b []byte, name, value string) []byte {
	b = append(b, 0x40)
	for _, s := range [...]string{name, value} {
		code := appendHuffman(nil, s)
		b = append(appendInteger(b, 0x80, 7, len(code)), code...)
	}
	return b
}

// AppendIndexed adds a field by its index in the tables.
func AppendIndexed(b []byte, index int) []byte { return appendInteger(b, 0x80, 7, index) }

func appendInteger(b []byte, first byte, bits, n int) []byte {
	mask := 1<<bits - 1
	if n < mask {
		return append(b, first|byte(n))
	}
	b = append(b, first|byte(mask))
	for n -= mask; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}
