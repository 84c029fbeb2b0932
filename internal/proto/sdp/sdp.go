// Package sdp reads session descriptions (RFC 8866), as RTSP and SIP carry them.
// What is read is borrowed from the input.
package sdp

import (
	"bytes"

	"github.com/heron-iot/heron/internal/wire"
)

// maxLines bounds the lines of a description that are looked at.
const maxLines = 256

// Session is what a description says of who made it.
type Session struct {
	Name []byte // s=
	Tool []byte // a=tool: the program, with its version (RFC 8866 §6.4)
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
		if name, ok := bytes.CutPrefix(line, []byte("s=")); ok && s.Name == nil {
			s.Name = name
		}
		if tool, ok := bytes.CutPrefix(line, []byte("a=tool:")); ok && s.Tool == nil {
			s.Tool = bytes.TrimSpace(tool)
		}
	}
	return s
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
