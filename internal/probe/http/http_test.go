package http_test

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/probe/http"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

const old = "HTTP/1.1 401 Unauthorized\r\nServer: App-webs/\r\nWWW-Authenticate: Digest realm=\"IP Camera(C2183)\"\r\n" +
	"Set-Cookie: session=0123456789; HttpOnly\r\nContent-Type: text/html\r\n\r\n<html><head><TITLE>\nIndex &amp; Login</TITLE></head>"

// answer makes an answer with a length.
func answer(status, fields, body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

const html = "Content-Type: text/html\r\n"

func login() []byte {
	return answer("200 OK", html+"Server: Boa/0.94\r\n", `<html><head><title>Router</title><meta name="generator" content="Maker 1.2">`+
		`<link rel="shortcut icon" href='img/logo.ico'></head><body><form method=post action="/cgi/login?x=1">`+
		`<input name=user><input type="password" name="pw"></form></body></html>`)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	moved := answer("302 Found", "Location: /web/login.html\r\n", "")
	icon := answer("200 OK", "Content-Type: image/x-icon\r\n", "\x00\x00\x01\x00an icon of some length, longer than a line of base64 of seventy-six characters is")
	chunks := "HTTP/1.1 200 OK\r\n" + html + "Transfer-Encoding: chunked\r\n\r\n1c\r\n<script>top.location.replace\r\n17\r\n('/a.htm');</script>   \r\n0\r\n\r\n"
	probetest.Run(t, http.Probe(), []probetest.Case{
		{Name: "camera", Answer: []byte(old), Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.content_type": "text/html", "http.server": "App-webs/",
			"http.set_cookie": "session", "http.title": "Index & Login",
			"http.www_authenticate": `Digest realm="IP Camera(C2183)"`,
		}},
		{Name: "login page and icon", Answer: moved, Then: [][]byte{login(), icon}, Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.favicon_md5": "6122841b6025d501bfa81095f49ba145",
			"http.favicon_mmh3": "175397093", "http.generator": "Maker 1.2", "http.location": "/web/login.html",
			"http.login_form": "/cgi/login user pw", "http.server": "Boa/0.94", "http.title": "Router",
		}},
		{
			Name: "to TLS", Answer: answer("301 Moved", "Location: https://127.0.0.1/\r\n", ""), Want: map[string]string{
				"service.protocol": "tcp/80/http", "http.location": "https://127.0.0.1/",
			},
			Follows: []probe.Follow{{Probe: "http", Port: 443, TLS: true}},
		},
		{Name: "to another host", Answer: answer("301 Moved", "Location: http://192.0.2.1/\r\n", ""), Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.location": "http://192.0.2.1/",
		}},
		{
			Name: "by a script, and closes", Answer: []byte("HTTP/1.0 200 OK\r\n" + html + "\r\n<script>window.location = \"/login.asp\";</script>"), Want: map[string]string{
				"http.content_type": "text/html",
			},
			Follows: []probe.Follow{{Probe: "http", Path: "/login.asp"}},
		},
		{Name: "by a script in chunks", Answer: []byte(chunks), Then: [][]byte{answer("404 Not Found", "", "")}, Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.content_type": "text/html",
		}},
		{Name: "an icon that was asked for", Path: "/favicon.ico", Answer: icon, Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.content_type": "image/x-icon",
			"http.favicon_md5": "6122841b6025d501bfa81095f49ba145", "http.favicon_mmh3": "175397093",
		}},
		{
			Name: "a bridge", Answer: answer("200 OK", html+"Connection: close\r\n", "<title>hue personal wireless lighting</title>"), Want: map[string]string{
				"service.protocol": "tcp/80/http", "http.content_type": "text/html",
				"http.title": "hue personal wireless lighting",
			},
			Follows: []probe.Follow{{Probe: "http", Path: "/api/0/config"}, {Probe: "http", Path: "/favicon.ico"}},
		},
		{Name: "by a meta, to itself", Answer: answer("200 OK", html, `<meta http-equiv=refresh content="0; url='/'">`), Want: map[string]string{
			"service.protocol": "tcp/80/http", "http.content_type": "text/html",
		}},
	})
}

func FuzzProbe(f *testing.F) {
	probetest.Fuzz(f, http.Probe(), []byte(old), login())
}
