package http1_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/proto/http1"
)

func TestPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/a/b": "/a/b", "/a?token=1": "/a", "/a;jsessionid=1": "/a", "/a#access_token=1": "/a",
		"http://host/a@b": "http://host/a@b", "http://user:secret@host/a": "", "//user@host": "", "": "",
	} {
		if got := string(http1.Path([]byte(in))); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"cam.example:8080": "cam.example", "cam.example": "cam.example", "[2001:db8::1]:80": "[2001:db8::1]"} {
		if got := string(http1.Host([]byte(in))); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}

func TestRelayed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n": false, "GET / HTTP/1.1\r\nvia: 1.1 proxy\r\n\r\n": true,
		"GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n": true,
	} {
		h, _, err := http1.Parse([]byte(in), "HTTP/1.")
		if got := h.Relayed(); err != nil || got != want {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}
