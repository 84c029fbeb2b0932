package http_test

import (
	"testing"

	"github.com/heron-iot/heron/internal/probe/http"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const page = "HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm=\"IP Camera(C2183)\"\r\n" +
	"Set-Cookie: session=0123456789; HttpOnly\r\nContent-Type: text/html\r\n\r\n<html><head><TITLE>\nIndex &amp; Login</TITLE></head>"

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, http.Probe(), []probetest.Case{
		{Name: "camera", Answer: []byte(page), Want: map[string]string{
			"http.server": "App-webs/", "http.www_authenticate": `Digest realm="IP Camera(C2183)"`,
			"http.set_cookie": "session", "http.title": "Index & Login", "http.content_type": "text/html", "service.protocol": "tcp/80/http",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, http.Probe(), []byte(page)) }
