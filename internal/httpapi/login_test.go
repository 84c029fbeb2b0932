package httpapi_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
)

const goodPassword = "correct horse battery"

// addUser makes a user through the API.
func (w *world) addUser(name string, role heron.Role) heron.User {
	w.t.Helper()
	a := w.admin().do("POST", "/api/v1/users", map[string]any{"name": name, "role": role.String(), "password": goodPassword})
	if a.status != http.StatusCreated {
		w.t.Fatalf("add user: %d %s", a.status, a.body)
	}
	return decode[heron.User](w.t, a)
}

// auditOf returns the audit entries of one action, newest first.
func (w *world) auditOf(action string) []heron.AuditEntry {
	w.t.Helper()
	l, err := w.db.ListAudit(w.t.Context(), heron.AuditFilter{Action: action}, heron.Page{})
	if err != nil {
		w.t.Fatal(err)
	}
	return l.Items
}

func TestLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.anonymous()

	t.Run("says_who_and_where", func(t *testing.T) {
		a := c.do("POST", "/api/v1/login", map[string]string{"name": "admin", "password": w.password})
		s := decode[httpapi.SessionInfo](t, a)
		if s.User.Name != "admin" || s.User.Role != heron.Admin || s.CSRF == "" || s.Version != "test" {
			t.Errorf("session: %+v", s)
		}
		cookie := a.header.Get("Set-Cookie")
		for _, want := range []string{"heron=", "HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("cookie %q lacks %s", cookie, want)
			}
		}
		if strings.Contains(string(a.body), "argon2") {
			t.Error("the hash went out")
		}
	})
	t.Run("wrong_password_and_unknown_user_look_alike", func(t *testing.T) {
		wrong := w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": "admin", "password": "nonsense"})
		unknown := w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": "nobody", "password": "nonsense"})
		if wrong.status != 401 || unknown.status != 401 || wrong.problem(t).Detail != unknown.problem(t).Detail {
			t.Errorf("%d %s; %d %s", wrong.status, wrong.body, unknown.status, unknown.body)
		}
		e := w.auditOf("user.login")
		if e[0].Object != "unknown user" || e[0].Outcome != "denied" || e[1].Object != "admin" || e[1].Source != "127.0.0.1" {
			t.Errorf("audit: %+v", e[:2])
		}
	})
	t.Run("rotates_the_session", func(t *testing.T) {
		old := sessionCookie(t, w, c)
		c.do("POST", "/api/v1/login", map[string]string{"name": "admin", "password": w.password})
		if now := sessionCookie(t, w, c); now == old {
			t.Error("the cookie stayed")
		}
		if a := w.anonymous().do("GET", "/api/v1/session", nil, "Cookie", "heron="+old); a.status != 401 {
			t.Errorf("the old session still works: %d", a.status)
		}
	})
	t.Run("logout_ends_it", func(t *testing.T) {
		c := w.admin()
		old := sessionCookie(t, w, c)
		if a := c.do("POST", "/api/v1/logout", nil); a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := w.anonymous().do("GET", "/api/v1/session", nil, "Cookie", "heron="+old); a.status != 401 {
			t.Errorf("the session still works: %d", a.status)
		}
	})
}

func sessionCookie(t *testing.T, w *world, c *caller) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.http.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.http.Jar.Cookies(r.URL) {
		if k.Name == "heron" {
			return k.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

func TestSecureCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *httpapi.Options) { o.Secure = true })
	a := w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": "admin", "password": w.password})
	cookie := a.header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-heron=") || !strings.Contains(cookie, "Secure") {
		t.Errorf("cookie: %q", cookie)
	}
	if a.header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	value, _, _ := strings.Cut(strings.TrimPrefix(cookie, "__Host-heron="), ";")
	if a := w.anonymous().do("GET", "/api/v1/session", nil, "Cookie", "heron="+value); a.status != 401 {
		t.Errorf("a cookie without the prefix was taken: %d", a.status)
	}
	if a := w.anonymous().do("GET", "/api/v1/session", nil, "Cookie", "__Host-heron="+value); a.status != 200 {
		t.Errorf("with the prefix: %d", a.status)
	}
}

func TestSessionExpiry(t *testing.T) {
	t.Parallel()
	limits := func(o *httpapi.Options) { o.SessionIdle, o.SessionMax = time.Hour, 4*time.Hour }
	t.Run("idle", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, limits)
		c := w.admin()
		for range 3 { // use keeps it alive beyond the first limit
			w.clock.add(50 * time.Minute)
			if a := c.do("GET", "/api/v1/session", nil); a.status != 200 {
				t.Fatalf("used within the hour: %d", a.status)
			}
		}
		w.clock.add(61 * time.Minute)
		if a := c.do("GET", "/api/v1/session", nil); a.status != 401 {
			t.Errorf("idle for an hour: %d", a.status)
		}
	})
	t.Run("absolute", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, limits)
		c := w.admin()
		for range 4 {
			w.clock.add(50 * time.Minute)
			c.do("GET", "/api/v1/session", nil)
		}
		w.clock.add(41 * time.Minute)
		if a := c.do("GET", "/api/v1/session", nil); a.status != 401 {
			t.Errorf("after four hours of use: %d", a.status)
		}
	})
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *httpapi.Options) { o.TrustedProxies = loopback() })
	try := func(source, name, password string) answer {
		return w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": name, "password": password},
			"X-Forwarded-For", source)
	}
	for range 10 {
		if a := try("192.0.2.1", "admin", "wrong"); a.status != 401 {
			t.Fatalf("a first failure: %d", a.status)
		}
	}
	a := try("192.0.2.1", "admin", w.password)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("after ten failures: %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	if p := a.problem(t); p.Code != heron.CodeTooMany || p.Hint == "" {
		t.Errorf("problem: %+v", p)
	}
	if a := try("192.0.2.2", "admin", w.password); a.status != 200 {
		t.Errorf("another source is not held up: %d %s", a.status, a.body)
	}
	w.clock.add(7 * time.Second)
	if a := try("192.0.2.1", "admin", w.password); a.status != 200 {
		t.Errorf("after waiting: %d %s", a.status, a.body)
	}
	t.Run("success_costs_nothing", func(t *testing.T) {
		for i := range 15 {
			if a := try("192.0.2.3", "admin", w.password); a.status != 200 {
				t.Fatalf("login %d: %d", i, a.status)
			}
		}
	})
	t.Run("throttled_tries_do_not_fill_the_audit_log", func(t *testing.T) {
		before := len(w.auditOf("user.login"))
		for range 20 {
			try("192.0.2.9", "admin", "wrong")
		}
		if n := len(w.auditOf("user.login")) - before; n != 10 {
			t.Errorf("%d entries for twenty tries, want 10", n)
		}
	})
}

func TestLoginFlood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *httpapi.Options) { o.TrustedProxies = loopback() })
	var wg sync.WaitGroup
	var mu sync.Mutex
	status := map[int]int{}
	for i := range 80 {
		wg.Go(func() {
			a, err := w.anonymous().try("POST", "/api/v1/login", map[string]string{"name": "admin", "password": "x"},
				"X-Forwarded-For", "198.51.100."+string(rune('0'+i%10))+string(rune('0'+i/10%10)))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			status[a.status]++
		})
	}
	wg.Wait()
	if status[401] == 0 || status[429] == 0 || status[401]+status[429] != 80 {
		t.Errorf("statuses: %v; want some heard, the rest sent away", status)
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addUser("ann", heron.Viewer)
	c, other := w.login("ann", goodPassword), w.login("ann", goodPassword)
	change := func(current, next string) answer {
		return c.do("POST", "/api/v1/session/password", map[string]string{"current": current, "new": next})
	}
	if a := change("wrong wrong wrong", "another long password"); a.status != 403 {
		t.Errorf("wrong current password: %d %s", a.status, a.body)
	}
	for _, bad := range []string{"short", strings.Repeat("a", 20), "my name is ann"} {
		if a := change(goodPassword, bad); (a.status == 400) != (bad != "my name is ann") {
			t.Errorf("%q: %d %s", bad, a.status, a.body)
		} else if a.status == 200 {
			c.csrf = decode[httpapi.SessionInfo](t, a).CSRF
		}
	}
	if a := c.do("GET", "/api/v1/session", nil); a.status != 200 {
		t.Errorf("own session after the change: %d", a.status)
	}
	if a := other.do("GET", "/api/v1/session", nil); a.status != 401 {
		t.Errorf("other session after the change: %d", a.status)
	}
	w.login("ann", "my name is ann")
}

func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if p, created, err := w.srv.EnsureAdmin(t.Context()); p != "" || created || err != nil {
		t.Errorf("a second time: %q %v %v", p, created, err)
	}
	if len(w.password) < 20 {
		t.Errorf("password %q", w.password)
	}
	if strings.Contains(w.log.String(), w.password) {
		t.Error("the password is in the log")
	}
}
