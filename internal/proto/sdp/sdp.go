// Package sdp reads session descriptions (RFC 8866), as RTSP and SIP carry them.
// What is read is borrowed from the input.
package sdp

import (
	"bytes"

	"github.com/heron-iot/heron/internal/wire"
)

// maxLines bounds the lines of a description that are looked at.
const maxLines = 256

// Session is what a description says of who made it, and where it is heard.
type Session struct {
	Name       []byte // s=
	Tool       []byte // a=tool: the program, with its version (RFC 8866 §6.4)
	Connection []byte // the first c=, its address alone (§5.7)
	Media      []byte // the kind of the first m=: audio, video (§5.14)
}

// Read reads a description as far as it is there. Lines that are none are passed
// over; what has no first line v= is no description, and gives nothing.
func Read(b []byte) Session {
	var s Session
	if !bytes.HasPrefix(b, []byte("v=")) {
		return s
	}
	r := wire.NewReader(b)
	for range maxLines {
		line := r.Line(r.Len())
		if r.Err() != nil {
			break
		}
		s.take(line)
	}
	return s
}

// take reads one line.
func (s *Session) take(line []byte) {
	if name, ok := bytes.CutPrefix(line, []byte("s=")); ok && s.Name == nil {
		s.Name = name
	}
	if tool, ok := bytes.CutPrefix(line, []byte("a=tool:")); ok && s.Tool == nil {
		s.Tool = bytes.TrimSpace(tool)
	}
	if media, ok := bytes.CutPrefix(line, []byte("m=")); ok && s.Media == nil {
		s.Media, _, _ = bytes.Cut(media, []byte(" "))
	}
	for _, network := range [...]string{"c=IN IP4 ", "c=IN IP6 "} {
		if address, ok := bytes.CutPrefix(line, []byte(network)); ok && s.Connection == nil {
			s.Connection, _, _ = bytes.Cut(address, []byte("/")) // how far it goes
		}
	}
}

// Append adds a description of a session without media.
func Append(b []byte, s Session) []byte {
	b = append(b, "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns="...)
	b = append(append(b, s.Name...), "\r\nt=0 0\r\n"...)
	if len(s.Tool) > 0 {
		b = append(append(append(b, "a=tool:"...), s.Tool...), "\r\n"...)
	}
	return b
}
