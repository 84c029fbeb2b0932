package http1_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/proto/http1"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in, proto string
		want            string // method target or status, then fields
		n               int
		err             error
	}{
		{"request", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\nrest", "HTTP/1.", "GET /a b HTTP/1.1 Host=x", 30, nil},
		{"response", "HTTP/1.0 404 Not Found\r\nServer: s\r\n\r\n", "HTTP/1.", "404 Server=s", 37, nil},
		{"bare line feeds", "HTTP/1.0 200 OK\nServer: s\n\nbody", "HTTP/1.", "200 Server=s", 27, nil},
		{"no fields", "GET / HTTP/1.0\r\n\r\n", "HTTP/1.", "GET / HTTP/1.0", 18, nil},
		{"line without colon", "GET / HTTP/1.0\r\nwhat\r\nA: b\r\n\r\n", "HTTP/1.", "GET / HTTP/1.0 A=b", 30, nil},
		{"another protocol", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP/1.", "OPTIONS * RTSP/1.0 CSeq=1", 31, nil},
		{"that protocol is not this", "OPTIONS * RTSP/1.0\r\n\r\n", "HTTP/1.", "", 0, http1.ErrNotHead},
		{"unfinished line", "GET /", "HTTP/1.", "", 0, nil},
		{"unfinished head", "GET / HTTP/1.1\r\nHost: x\r\n", "HTTP/1.", "", 0, nil},
		{"unfinished version", "HTT", "HTTP/1.", "", 0, nil},
		{"no status", "HTTP/1.1 OK\r\n\r\n", "HTTP/1.", "", 0, http1.ErrNotHead},
		{"text", "hello there\r\n\r\n", "HTTP/1.", "", 0, http1.ErrNotHead},
		{"binary", "\x16\x03\x01", "HTTP/1.", "", 0, http1.ErrNotHead},
		{"endless method", strings.Repeat("A", 30), "HTTP/1.", "", 0, http1.ErrNotHead},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, n, err := http1.Parse([]byte(c.in), c.proto)
			if got := describe(&h, n); got != c.want || n != c.n || !errors.Is(err, c.err) {
				t.Errorf("got %q, %d, %v; want %q, %d, %v", got, n, err, c.want, c.n, c.err)
			}
		})
	}
}

func describe(h *http1.Head, n int) string {
	if n == 0 {
		return ""
	}
	out := string(h.Method) + " " + string(h.Target) + " " + string(h.Version)
	if h.Response() {
		out = string("0123456789"[h.Status/100]) + string("0123456789"[h.Status/10%10]) + string("0123456789"[h.Status%10])
	}
	f := h.Fields()
	for name, v, ok := f.Next(); ok; name, v, ok = f.Next() {
		out += " " + string(name) + "=" + string(v)
	}
	return out
}

func TestLengthOfBody(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"0": 0, "12": 12, "": -1, "-1": -1, "1e3": -1, "9999999999999999": -1} {
		h, _, err := http1.Parse([]byte("HTTP/1.1 200 OK\r\ncontent-length: "+value+"\r\n\r\n"), "HTTP/1.")
		if err != nil || h.Length() != want {
			t.Errorf("%q: got %d, %v; want %d", value, h.Length(), err, want)
		}
	}
}

func TestChunkSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in         string
		size, line int
		err        error
	}{
		{"1a\r\nxx", 26, 4, nil},
		{"0\r\n\r\n", 0, 3, nil},
		{"A;ext=1\r\n", 10, 9, nil},
		{"1", 0, 0, nil},
		{"", 0, 0, nil},
		{"x\r\n", 0, 0, http1.ErrNotHead},
		{"123456789\r\n", 0, 0, http1.ErrNotHead},
	} {
		size, line, err := http1.ChunkSize([]byte(c.in))
		if (err == nil && (size != c.size || line != c.line)) || !errors.Is(err, c.err) {
			t.Errorf("%q: got %d, %d, %v; want %d, %d, %v", c.in, size, line, err, c.size, c.line, c.err)
		}
	}
}

func TestAppendChallenge(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`Basic realm="IP Camera"`:                       `Basic realm="IP Camera"`,
		`Digest nonce="1", Realm="a b", opaque="x"`:     `Digest realm="a b"`,
		`Digest qop="auth", realm=plain, algorithm=MD5`: `Digest realm="plain"`,
		`Negotiate`:    `Negotiate`,
		`Basic realm=`: `Basic`,
	} {
		if got := string(http1.AppendChallenge(nil, []byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// FuzzParse checks that a head never claims more than there is, and that a head
// that is cut is never another head.
func FuzzParse(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\nA: b\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, n, err := http1.Parse(in, "HTTP/1.")
		if n > len(in) || err != nil && n != 0 {
			t.Fatalf("length %d of %d, %v", n, len(in), err)
		}
		if n == 0 {
			return
		}
		for cut := range n {
			if _, m, err := http1.Parse(in[:cut], "HTTP/1."); m != 0 || err != nil {
				t.Fatalf("cut to %d of %d bytes it is a head of %d, %v", cut, n, m, err)
			}
		}
		fields := h.Fields()
		for name, _, ok := fields.Next(); ok; name, _, ok = fields.Next() {
			if len(name) == 0 {
				t.Fatal("a field without a name")
			}
		}
	})
}
