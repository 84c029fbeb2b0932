package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
)

// pathOf fills in the parameters of a route's path with things that are not there.
func pathOf(r httpapi.Route) string {
	p := strings.NewReplacer("{id}", "none", "{cve}", "CVE-1999-0001").Replace(r.Path)
	if strings.HasPrefix(p, "/api/v1/uploads") && r.Method == http.MethodPost {
		p += "?name=x.pcap"
	}
	return p
}

// TestRoles asks every route as everybody: who has the role gets past the
// guard, whatever the answer then is; nobody else does.
func TestRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	callers := map[heron.Role]*caller{heron.NoRole: w.anonymous()}
	for role := heron.Viewer; role <= heron.Admin; role++ {
		callers[role] = w.token(role)
	}
	for _, r := range w.srv.Routes() {
		for role := heron.NoRole; role <= heron.Admin; role++ {
			t.Run(fmt.Sprintf("%s_%s_as_%s", r.Method, r.Path, role), func(t *testing.T) {
				var body any
				if r.Method != http.MethodGet {
					body = "{}"
				}
				// A proxy's header makes the caller a stranger, not a program on this machine.
				a := callers[role].do(r.Method, pathOf(r), body, "X-Forwarded-For", "192.0.2.1")
				allowed := a.status != http.StatusUnauthorized && a.status != http.StatusForbidden
				if want := r.Public || role >= r.Role && role != heron.NoRole; allowed != want {
					t.Errorf("status %d, want allowed %v: %s", a.status, want, a.body)
				}
				if !r.Public && role == heron.NoRole && a.status != http.StatusUnauthorized {
					t.Errorf("status %d, want 401", a.status)
				}
			})
		}
	}
}

// TestRolesTable keeps docs/roles.md, the table of routes and roles, in step.
func TestRolesTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var b strings.Builder
	b.WriteString("# Who may do what\n\n" +
		"Made from the routes by `GOLDEN=update go test ./internal/httpapi`; do not edit.\n\n" +
		"Each role includes those before it: viewer, analyst, operator, admin. What has an audit name is in the audit\n" +
		"log under it, with who asked, from where, and what became of it.\n\n" +
		"| method | path | anyone | viewer | analyst | operator | admin | audit |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range w.srv.Routes() {
		fmt.Fprintf(&b, "| %s | `%s` |", r.Method, r.Path)
		for role := heron.NoRole; role <= heron.Admin; role++ {
			switch {
			case r.Public || role >= r.Role && role != heron.NoRole:
				b.WriteString(" yes |")
			case r.Loopback:
				b.WriteString(" on this machine |")
			default:
				b.WriteString(" |")
			}
		}
		fmt.Fprintf(&b, " %s |\n", r.Audit)
	}
	golden(t, "../../docs/roles.md", []byte(b.String()))
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for _, r := range w.srv.Routes() {
		key := r.Method + " " + r.Path
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
		if !r.Public && r.Role == heron.NoRole {
			t.Errorf("%s has no role", key)
		}
		// What changes something is audited, and so is who takes packets away.
		if changes := r.Method != http.MethodGet; changes && r.Audit == "" || !changes && r.Audit != "" && r.Audit != "alert.pcap" {
			t.Errorf("%s: audit %q", key, r.Audit)
		}
		own := strings.Contains(r.Path, "/session/") || strings.HasSuffix(r.Path, "/logout") || strings.Contains(r.Path, "/tokens")
		if changes := r.Method != http.MethodGet; changes && r.Role == heron.Viewer && !own {
			t.Errorf("%s: a viewer may change what is not the viewer's own", key)
		}
	}
	for _, must := range []string{"POST /api/v1/login", "GET /api/v1/devices", "GET /api/v1/live", "GET /metrics"} {
		if !seen[must] {
			t.Errorf("%s is not in the table", must)
		}
	}
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	good, another := admin.csrf, w.admin().csrf
	for _, r := range w.srv.Routes() {
		if r.Method == http.MethodGet || r.Public {
			continue
		}
		for name, value := range map[string]string{"none": "", "wrong": "x", "another_sessions": another} {
			admin.csrf = value
			a := admin.do(r.Method, pathOf(r), "{}")
			if a.status != http.StatusForbidden || strings.Contains(string(a.body), "administrator") {
				t.Errorf("%s %s with CSRF token %s: %d %s", r.Method, r.Path, name, a.status, a.body)
			}
		}
	}
	admin.csrf = good
	zone := map[string]any{"name": "Plant", "kind": "ot", "prefixes": []string{"10.1.2.3/16"}}
	if a := admin.do("POST", "/api/v1/zones", zone); a.status != http.StatusCreated {
		t.Errorf("with the session's own: %d %s", a.status, a.body)
	}
	t.Run("other_origin", func(t *testing.T) {
		for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			if a := admin.do("POST", "/api/v1/zones", zone, h...); a.status != http.StatusForbidden {
				t.Errorf("%v: %d %s", h, a.status, a.body)
			}
		}
	})
}

func TestMetricsAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.admin()
	a := w.anonymous().do("GET", "/metrics", nil)
	if want := `heron_httpapi_logins_total{outcome="ok"} 1`; a.status != 200 || !strings.Contains(string(a.body), want) {
		t.Errorf("from this machine: %d %s", a.status, a.body)
	}
	for _, h := range []string{"X-Forwarded-For", "Forwarded"} {
		if a := w.anonymous().do("GET", "/metrics", nil, h, "for=127.0.0.1"); a.status != http.StatusUnauthorized {
			t.Errorf("through a proxy, %s: %d", h, a.status)
		}
	}
	if a := w.token(heron.Viewer).do("GET", "/metrics", nil, "X-Forwarded-For", "192.0.2.1"); a.status != 200 {
		t.Errorf("with a token: %d", a.status)
	}
}
