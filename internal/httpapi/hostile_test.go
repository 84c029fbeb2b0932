package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
)

func TestHostileInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.token(heron.Admin)

	t.Run("huge_headers", func(t *testing.T) {
		a, err := c.try("GET", "/healthz", nil, "X-Junk", strings.Repeat("a", 64<<10))
		if err == nil && a.status != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("status %d", a.status)
		}
	})
	t.Run("huge_body", func(t *testing.T) {
		body := `{"name":"` + strings.Repeat("a", 2<<20) + `","password":"x"}`
		if a := w.anonymous().do("POST", "/api/v1/login", body); a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", a.status)
		}
	})
	t.Run("bad_bodies", func(t *testing.T) {
		for _, body := range []string{"", "{", "null", "[]", `"x"`, "\x00\xff", `{"name":1}`, `{"name":"a","extra":1}`, strings.Repeat("[", 100_000)} {
			a := c.do("POST", "/api/v1/sensors", body)
			if a.status != 400 && a.status != 422 {
				t.Errorf("%.20q: %d %s", body, a.status, a.body)
				continue
			}
			if p := a.problem(t); p.Code != heron.CodeInvalid || p.RequestID == "" || a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%.20q: %+v", body, p)
			}
		}
	})
	t.Run("passwords_do_not_come_back", func(t *testing.T) {
		a := c.do("POST", "/api/v1/users", map[string]any{"name": "x y", "role": "viewer", "password": "s3cret-s3cret-s3cret"})
		if a.status != 422 || strings.Contains(string(a.body), "s3cret") {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("paths", func(t *testing.T) {
		for _, p := range []string{
			"/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%5c..%5cx.js", "/assets/%00.js",
			"/api/v1/devices/..%2f..%2fusers", "/api/../metrics", "//api/v1/users", "/api/v1/nothing", "/api", "/assets/", "/assets/missing.js",
		} {
			a, err := w.anonymous().try("GET", p, nil, "X-Forwarded-For", "192.0.2.1")
			if err != nil {
				t.Errorf("%s: %v", p, err)
				continue
			}
			if a.status == 200 && !strings.Contains(string(a.body), "<title>Heron</title>") || a.status >= 500 {
				t.Errorf("%s: %d %s", p, a.status, a.body)
			}
			if strings.HasPrefix(p, "/api") && a.status == 200 {
				t.Errorf("%s: the page was served", p)
			}
		}
	})
	t.Run("cursors", func(t *testing.T) {
		for _, cursor := range []string{"x", "AAAA", strings.Repeat("A", 2048), "e30", "' OR 1=1 --", "\x00"} {
			for _, path := range []string{"/api/v1/devices", "/api/v1/alerts", "/api/v1/audit", "/api/v1/ledger"} {
				a := c.do("GET", path+"?cursor="+url.QueryEscape(cursor), nil)
				if a.status != 400 && a.status != 422 {
					t.Errorf("%s %.20q: %d %s", path, cursor, a.status, a.body)
				}
			}
		}
	})
	t.Run("head_is_get_without_the_body", func(t *testing.T) {
		for path, want := range map[string]int{"/": 200, "/healthz": 200, "/api/v1/devices": 401, "/assets/missing.js": 404} {
			if a := w.anonymous().do("HEAD", path, nil); a.status != want || len(a.body) != 0 {
				t.Errorf("%s: %d, %d bytes", path, a.status, len(a.body))
			}
		}
	})
	t.Run("methods", func(t *testing.T) {
		for _, m := range []string{"PUT", "DELETE", "TRACE", "BREW"} {
			if a := c.do(m, "/api/v1/devices", nil); a.status != http.StatusMethodNotAllowed {
				t.Errorf("%s: %d", m, a.status)
			}
		}
	})
}

func TestPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.token(heron.Admin).do("POST", "/api/v1/uploads?name=panic.pcap", []byte("x"))
	if a.status != 500 || strings.Contains(string(a.body), "secret detail") || a.problem(t).RequestID == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if e := w.auditOf("upload.create"); len(e) != 1 || e[0].Outcome != "failed" {
		t.Errorf("audit: %+v", e)
	}
	if a := w.anonymous().do("GET", "/healthz", nil); a.status != 200 {
		t.Errorf("afterwards: %d", a.status)
	}
}

// TestInternalErrorsStayInside breaks the store and looks for its words.
func TestInternalErrorsStayInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *httpapi.Options) { o.Store = broken{o.Store} })
	a := w.token(heron.Admin).do("GET", "/api/v1/devices", nil)
	if a.status != 500 || strings.Contains(string(a.body), "disk") || a.problem(t).Code != heron.CodeInternal {
		t.Errorf("%d %s", a.status, a.body)
	}
	if !strings.Contains(w.log.String(), "disk on fire") {
		t.Error("the log does not say why")
	}
}

type broken struct{ heron.Store }

func (broken) ListDevices(context.Context, heron.DeviceFilter, heron.Page) (heron.List[heron.Device], error) {
	return heron.List[heron.Device]{}, errors.New("select from device: disk on fire")
}

// TestAuditMustBeWritten refuses to stay silent when the log cannot be written.
func TestAuditMustBeWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.token(heron.Admin)
	db := w.db
	srv, err := httpapi.New(httpapi.Options{Store: mute{db}, Backend: w.backend})
	if err != nil {
		t.Fatal(err)
	}
	w.http.Config.Handler = srv.Handler()
	if a := c.do("POST", "/api/v1/sensors", map[string]string{"name": "dock"}); a.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", a.status, a.body)
	}
}

type mute struct{ heron.Store }

func (mute) AppendAudit(context.Context, *heron.AuditEntry) error { return errors.New("no room") }

func TestUploads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *httpapi.Options) { o.MaxUpload = 1 << 20 })
	c := w.token(heron.Analyst)
	a := c.do("POST", "/api/v1/uploads?name="+url.QueryEscape(`C:\temp\..\a`+"\x07.pcap"), bytes.Repeat([]byte("x"), 1<<20))
	if u := decode[heron.Upload](t, a); a.status != http.StatusAccepted || u.Bytes != 1<<20 || u.Name != "a.pcap" || u.By != "token:t-analyst" {
		t.Errorf("%d %+v", a.status, u)
	}
	big := bytes.Repeat([]byte("x"), 1<<20+1)
	if a := c.do("POST", "/api/v1/uploads?name=a", big); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("too long, said so: %d %s", a.status, a.body)
	}
	// An io.Reader of unknown length is sent in chunks.
	if a, err := c.try("POST", "/api/v1/uploads?name=a", io.MultiReader(bytes.NewReader(big))); err == nil && a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("too long, not said: %d %s", a.status, a.body)
	}
	if l := decode[heron.List[heron.Upload]](t, c.do("GET", "/api/v1/uploads", nil)); l.Total != 1 {
		t.Errorf("kept: %+v", l)
	}
	t.Run("cut_off", func(t *testing.T) {
		conn, err := net.Dial("tcp", w.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, "POST /api/v1/uploads?name=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+c.bearer+
			"\r\nContent-Length: 1000\r\n\r\nhalf"); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		eventually(t, "the cut is in the audit log", func() bool {
			e := w.auditOf("upload.create")
			return len(e) > 0 && e[0].Outcome == "failed" && strings.Contains(e[0].Detail["error"], "cut off")
		})
	})
}

func TestPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.anonymous()
	for path, want := range map[string]struct {
		status       int
		ctype, cache string
	}{
		"/":                       {200, "text/html; charset=utf-8", "no-cache"},
		"/devices/d1?tab=risk":    {200, "text/html; charset=utf-8", "no-cache"},
		"/assets/app-1a2b3c4d.js": {200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"/favicon.svg":            {200, "image/svg+xml", "no-cache"},
		"/missing.js":             {404, "application/problem+json", ""},
		"/api/docs":               {200, "text/html; charset=utf-8", "no-cache"},
		"/api/docs/docs.js":       {200, "text/javascript; charset=utf-8", "no-cache"},
		"/api/openapi.json":       {200, "application/openapi+json", "no-cache"},
	} {
		a := c.do("GET", path, nil)
		if a.status != want.status || a.header.Get("Content-Type") != want.ctype || a.header.Get("Cache-Control") != want.cache {
			t.Errorf("%s: %d %s %s", path, a.status, a.header.Get("Content-Type"), a.header.Get("Cache-Control"))
		}
		csp := a.header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") ||
			a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: headers %v", path, a.header)
		}
	}
	t.Run("packed", func(t *testing.T) {
		a := c.do("GET", "/assets/app-1a2b3c4d.js", nil, "Accept-Encoding", "br, gzip")
		z, err := gzip.NewReader(bytes.NewReader(a.body))
		if err != nil || a.header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%v %v", a.header, err)
		}
		if text, err := io.ReadAll(z); err != nil || !strings.HasPrefix(string(text), "export const") {
			t.Errorf("%.40s %v", text, err)
		}
	})
	t.Run("not_sent_twice", func(t *testing.T) {
		tag := c.do("GET", "/", nil).header.Get("ETag")
		if a := c.do("GET", "/", nil, "If-None-Match", tag); a.status != http.StatusNotModified {
			t.Errorf("%d", a.status)
		}
	})
	t.Run("docs_page_asks_nobody_else", func(t *testing.T) {
		for _, p := range []string{"/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"} {
			if a := c.do("GET", p, nil); strings.Contains(string(a.body), "http://") || strings.Contains(string(a.body), "https://") {
				t.Errorf("%s names another site", p)
			}
		}
		if a := c.do("GET", "/api/docs", nil); strings.Contains(string(a.body), "<script>") || strings.Contains(string(a.body), " on") && strings.Contains(string(a.body), "onclick") {
			t.Error("script in the page")
		}
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.anonymous()
	if a := c.do("GET", "/readyz", nil); a.status != 200 || !decode[httpapi.Readiness](t, a).Ready {
		t.Errorf("ready: %d %s", a.status, a.body)
	}
	w.backend.mu.Lock()
	w.backend.checks = []httpapi.Check{{Name: "store", OK: true}, {Name: "bus", Reason: "no answer from 127.0.0.1:4222"}}
	w.backend.mu.Unlock()
	a := c.do("GET", "/readyz", nil)
	if r := decode[httpapi.Readiness](t, a); a.status != 503 || r.Ready || r.Checks[1].Reason == "" {
		t.Errorf("not ready: %d %+v", a.status, r)
	}
	if a := c.do("GET", "/healthz", nil); a.status != 200 {
		t.Errorf("alive: %d", a.status)
	}
}

// TestLogIsClean looks for secrets and searches in the log of a whole visit.
func TestLogIsClean(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.admin()
	key := w.token(heron.Viewer)
	key.do("GET", "/api/v1/devices?q=topsecretsearch", nil)
	w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": "admin", "password": "wrongwrongwrong"})
	w.http.Close() // all handlers have logged then
	text := w.log.String()
	for name, secret := range map[string]string{
		"password": w.password, "token": key.bearer, "csrf": c.csrf, "cookie": sessionCookie(t, w, c),
		"search": "topsecretsearch", "wrong password": "wrongwrongwrong",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has the %s", name)
		}
	}
	if !strings.Contains(text, "route=/api/v1/devices") {
		t.Error("the log has no requests")
	}
}

func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.srv.HTTP()
	if h.ReadHeaderTimeout <= 0 || h.ReadHeaderTimeout > 30*time.Second || h.IdleTimeout <= 0 || h.MaxHeaderBytes <= 0 {
		t.Errorf("server without limits: %+v", h)
	}
}
