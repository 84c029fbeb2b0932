package app

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// A process of the role web serves the page, the live stream and all that is
// read, from the shared database and bus. What changes something, and what only
// the core knows, it hands to the core over HTTP, with the caller's own cookie
// or token: the core stays the single writer of its site.

// coreTimeout bounds the wait for the beginning of the core's answer.
const coreTimeout = 60 * time.Second

// handler is what this process serves.
func (p *Platform) handler() (http.Handler, error) {
	own := p.server.Handler()
	if p.conf.Role != "web" {
		return own, nil
	}
	core, err := url.Parse(p.conf.Web.Core)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "web.core: %v", err)
	}
	proxy := p.toCore(core)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forCore(r) {
			proxy.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	}), nil
}

// coreReads are what only the core can answer, of what is read: as path.Match has
// patterns.
var coreReads = []string{
	"/api/v1/alerts/*/pcap", "/api/v1/clusters", "/api/v1/devices/*/identity", "/api/v1/executors", "/api/v1/identify",
	"/api/v1/scans", "/api/v1/scans/*", "/api/v1/settings/notifiers", "/api/v1/signatures",
}

// forCore tells requests that the core must answer.
func forCore(r *http.Request) bool {
	if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
		return false
	}
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	return changes || slices.ContainsFunc(coreReads, func(pattern string) bool {
		ok, _ := path.Match(pattern, r.URL.Path) // the patterns are right: a test asks them all
		return ok
	})
}

func (p *Platform) toCore(core *url.URL) http.Handler {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = coreTimeout
	return &httputil.ReverseProxy{
		Transport: t,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(core)
			// The core checks the origin of a request against its host.
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			p.log.Error("the core does not answer", "path", r.URL.Path, "error", err)
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"status":502,"title":"Bad Gateway","code":"unavailable",` +
				`"detail":"the core of this site does not answer; nothing was changed"}`))
		},
	}
}

// runWeb starts what a process of the role web does by itself.
func (p *Platform) runWeb(ctx context.Context) {
	p.group.Go(func() error { return p.watchSignatures(ctx) })
	p.group.Go(func() error { return p.serve(ctx) })
	p.group.Go(func() error { return p.server.Run(ctx) })
}
