// Package http1 reads the heads of HTTP/1 messages (RFC 9112) and of the
// protocols that copy their form: SSDP, RTSP and SIP. A head is read in place,
// without allocation; bodies are the caller's.
package http1

import (
	"bytes"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// ErrNotHead says that the bytes are not the start of a message of that protocol.
var ErrNotHead = errors.New("not a message head")

// Limits on what is taken for a head.
const (
	maxMethod  = 24
	maxLine    = 8 << 10
	maxVersion = 16
)

// Head is a request's or a response's head; its slices are borrowed.
type Head struct {
	Method  []byte // of a request; nil for a response
	Target  []byte // of a request
	Status  int    // of a response; 0 for a request
	Version []byte // as "HTTP/1.1"
	fields  []byte
}

// Parse reads a head of the protocol whose version begins with proto, as
// "HTTP/1.". It returns the head's length with the empty line: 0 when more is to
// come, and ErrNotHead when it cannot be one.
func Parse(b []byte, proto string) (Head, int, error) {
	line, rest, whole := bytes.Cut(b, []byte("\n"))
	h, err := parseStart(bytes.TrimSuffix(line, []byte("\r")), proto, whole)
	if err != nil || !whole {
		return Head{}, 0, err
	}
	n := endOfFields(rest)
	if n < 0 {
		return Head{}, 0, nil
	}
	h.fields = rest[:n]
	return h, len(line) + 1 + n, nil
}

// ParseWhole is Parse for a datagram, which may lack the empty line at its end.
func ParseWhole(b []byte, proto string) (Head, error) {
	line, rest, whole := bytes.Cut(b, []byte("\n"))
	if !whole {
		return Head{}, ErrNotHead
	}
	h, err := parseStart(bytes.TrimSuffix(line, []byte("\r")), proto, true)
	if err != nil {
		return Head{}, err
	}
	h.fields = rest
	if n := endOfFields(rest); n >= 0 {
		h.fields = rest[:n]
	}
	return h, nil
}

// endOfFields returns the length of the fields with the empty line that ends
// them, or -1 when it is not there yet.
func endOfFields(b []byte) int {
	for n := 0; ; {
		i := bytes.IndexByte(b[n:], '\n')
		if i < 0 {
			return -1
		}
		empty := i == 0 || i == 1 && b[n] == '\r'
		if n += i + 1; empty {
			return n
		}
	}
}

// parseStart reads a request line or a status line. When the line is not whole
// it only says whether it can become one.
func parseStart(line []byte, proto string, whole bool) (Head, error) {
	if len(line) == 0 && !whole {
		return Head{}, nil
	}
	if len(line) > maxLine {
		return Head{}, ErrNotHead
	}
	if n := min(len(line), len(proto)); string(line[:n]) == proto[:n] && n > 0 {
		return parseStatus(line, whole)
	}
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if len(method) > maxMethod || !isMethod(method) {
		return Head{}, ErrNotHead
	}
	if !whole {
		return Head{}, nil
	}
	i := bytes.LastIndexByte(rest, ' ')
	if !ok || i < 1 || !wire.Printable(rest) || !bytes.HasPrefix(rest[i+1:], []byte(proto)) ||
		len(rest)-i > maxVersion {
		return Head{}, ErrNotHead
	}
	return Head{Method: method, Target: rest[:i], Version: rest[i+1:]}, nil
}

func parseStatus(line []byte, whole bool) (Head, error) {
	version, rest, _ := bytes.Cut(line, []byte(" "))
	if !whole {
		return Head{}, nil
	}
	r := wire.NewReader(rest)
	status := 0
	for range 3 {
		c := r.U8() - '0'
		if c < 0 || c > 9 {
			return Head{}, ErrNotHead
		}
		status = status*10 + c
	}
	if r.Err() != nil || status < 100 || len(version) > maxVersion {
		return Head{}, ErrNotHead
	}
	return Head{Status: status, Version: version}, nil
}

// isMethod reports whether b can be a method or the start of one: capitals and
// a hyphen. (RFC 9110 allows more; nobody uses it.)
func isMethod(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0
}

// Response reports whether the head is a response's.
func (h *Head) Response() bool { return h.Status != 0 }

// Fields goes through the fields of a head.
func (h *Head) Fields() Fields { return Fields{rest: h.fields} }

// Fields is a cursor over header fields.
type Fields struct{ rest []byte }

// Next returns the next field, its value trimmed, and false after the last.
// Lines without a colon are passed over.
func (f *Fields) Next() (name, value []byte, ok bool) {
	for len(f.rest) > 0 {
		line := f.rest
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, f.rest = line[:i], line[i+1:]
		} else {
			f.rest = nil
		}
		if i := bytes.IndexByte(line, ':'); i > 0 {
			if name = trim(line[:i]); len(name) > 0 {
				return name, trim(line[i+1:]), true
			}
		}
	}
	return nil, nil, false
}

// trim is bytes.TrimSpace, quick where there is but a space or the end of a line.
func trim(b []byte) []byte {
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	if n := len(b) - 1; n >= 0 && b[n] == '\r' {
		b = b[:n]
	}
	if len(b) > 0 && isPlain(b[0]) && isPlain(b[len(b)-1]) {
		return b
	}
	return bytes.TrimSpace(b)
}

// isPlain reports whether a byte is part of no space.
func isPlain(c byte) bool { return c > ' ' && c < 0x80 }

// Get returns the value of the first field of that name, nil when there is none.
func (h *Head) Get(name string) []byte {
	for rest := h.fields; len(rest) > 0; {
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		if !mayBegin(line, name) {
			continue
		}
		if i := bytes.IndexByte(line, ':'); i >= len(name) && Is(trim(line[:i]), name) {
			return trim(line[i+1:])
		}
	}
	return nil
}

// mayBegin reports whether a line may be a field of that name: for most lines one
// look at their first letter tells that they are not.
func mayBegin(line []byte, name string) bool {
	const capital, space, beyond = 0x20, ' ', 0x80
	if len(line) <= len(name) || len(name) == 0 {
		return false
	}
	c := line[0]
	return c|capital == name[0]|capital || c <= space || c >= beyond
}

// Is compares a field name without regard to case (ASCII), and allocates nothing.
func Is(name []byte, want string) bool {
	if len(name) != len(want) {
		return false
	}
	for i, c := range name {
		w := want[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if w >= 'A' && w <= 'Z' {
			w += 'a' - 'A'
		}
		if c != w {
			return false
		}
	}
	return true
}

// Length returns the value of Content-Length, or -1 when there is none that
// makes sense.
func (h *Head) Length() int {
	v := h.Get("Content-Length")
	if len(v) == 0 || len(v) > 15 {
		return -1
	}
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// Chunked reports whether the body comes in chunks (RFC 9112 §7.1).
func (h *Head) Chunked() bool {
	v := h.Get("Transfer-Encoding")
	return len(v) >= 7 && Is(v[len(v)-7:], "chunked")
}

// ChunkSize reads the line before a chunk: the chunk's size and the line's
// length. The length is 0 when more is to come.
func ChunkSize(b []byte) (size, line int, err error) {
	const longest = 256 // with extensions
	text, _, whole := bytes.Cut(b[:min(len(b), longest)], []byte("\n"))
	digits := 0
	for _, c := range text {
		d := hexDigit(c)
		if d < 0 {
			break
		}
		size = size<<4 | d
		digits++
	}
	if !whole {
		if len(b) >= longest || digits > 8 || digits == 0 && len(text) > 0 {
			return 0, 0, ErrNotHead
		}
		return 0, 0, nil
	}
	if digits == 0 || digits > 8 {
		return 0, 0, ErrNotHead
	}
	return size, len(text) + 1, nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// AppendChallenge adds the scheme and the realm of a challenge (RFC 9110 §11.6.1)
// to dst: the rest of a challenge is another each time.
func AppendChallenge(dst, value []byte) []byte {
	const param = "realm="
	scheme, params, _ := bytes.Cut(value, []byte(" "))
	dst = append(dst, scheme...)
	for ; len(params) > len(param); params = params[1:] {
		if !Is(params[:len(param)], param) {
			continue
		}
		realm := params[len(param):]
		if quoted, ok := bytes.CutPrefix(realm, []byte(`"`)); ok {
			realm, _, _ = bytes.Cut(quoted, []byte(`"`))
		} else {
			realm, _, _ = bytes.Cut(realm, []byte(","))
		}
		return append(append(append(dst, ` realm="`...), realm...), '"')
	}
	return dst
}
