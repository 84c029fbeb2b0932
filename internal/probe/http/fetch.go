package http

import (
	"io"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/proto/http1"
	"github.com/heron-iot/heron/internal/wire"
)

// Bounds of one answer.
const (
	maxHead = 16 << 10
	maxBody = 160 << 10
)

// response is one answer.
type response struct {
	head  http1.Head
	body  []byte
	whole bool // the body is
}

// fetch asks for a path.
func (v *visit) fetch(path string) (response, error) {
	t := v.c.Target()
	request := "GET " + path + " HTTP/1.1\r\nHost: " + host(t.Host, t.Port, t.TLS) + "\r\nUser-Agent: Heron\r\nAccept: */*\r\n\r\n"
	if _, err := io.WriteString(v.c, request); err != nil {
		return response{}, err
	}
	answer, err := probe.Listen(v.c, size)
	if err != nil {
		return response{}, err
	}
	head, n, err := http1.Parse(answer, "HTTP/1.")
	if err != nil || !head.Response() {
		return response{}, probe.ErrNotMine
	}
	r := wire.NewReader(answer)
	r.Skip(n)
	out := response{head: head, body: r.Rest(), whole: true}
	switch length := head.Length(); {
	case head.Chunked():
		out.body, out.whole = unchunk(out.body)
		v.open = out.whole
	case length >= 0:
		out.whole = len(out.body) >= length
		v.open = out.whole
	default:
		v.open = bodiless(&head) // else its end was that of the connection
	}
	v.open = v.open && !closes(&head)
	return out, nil
}

// size is that of an answer. One without a length ends when the connection does.
func size(b []byte) (int, error) {
	head, n, err := http1.Parse(b, "HTTP/1.")
	switch {
	case err != nil || n > 0 && !head.Response():
		return 0, probe.ErrNotMine
	case n == 0 && len(b) > maxHead:
		return 0, probe.ErrNotMine
	case n == 0:
		return 0, nil
	case bodiless(&head):
		return n, nil
	case len(b) > n+maxBody:
		return len(b), nil // enough
	}
	if head.Chunked() {
		r := wire.NewReader(b)
		r.Skip(n)
		if chunks := r.Rest(); ended(chunks) {
			return len(b), nil
		}
		return 0, nil
	}
	if length := head.Length(); length >= 0 {
		return n + min(length, maxBody), nil
	}
	return 0, nil
}

// bodiless reports whether an answer has no body, whatever its fields say (RFC 9112 §6.3).
func bodiless(h *http1.Head) bool {
	return h.Status/100 == 1 || h.Status == 204 || h.Status == 304
}

// closes reports whether the server wants no more requests in the connection.
func closes(h *http1.Head) bool {
	c := h.Get("Connection")
	if string(h.Version) == "HTTP/1.0" {
		return !http1.Is(c, "keep-alive")
	}
	return http1.Is(c, "close")
}

// ended reports whether the last chunk is there.
func ended(b []byte) bool {
	_, whole := unchunk(b)
	return whole
}

// unchunk takes the framing of chunks off a body (RFC 9112 §7.1), and reports whether
// the last is there.
func unchunk(b []byte) (body []byte, whole bool) {
	r := wire.NewReader(b)
	for {
		n, line, err := http1.ChunkSize(r.Peek(r.Len()))
		if err != nil || line == 0 {
			return body, false
		}
		r.Skip(line)
		if n == 0 {
			return body, true
		}
		body = append(body, r.Peek(min(n, r.Len()))...)
		r.Skip(n + len("\r\n"))
		if r.Err() != nil {
			return body, false
		}
	}
}
