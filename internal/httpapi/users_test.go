package httpapi_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
)

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func TestUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	ann := w.addUser("ann", heron.Analyst)
	c := w.login("ann", goodPassword)

	t.Run("names_are_taken_once", func(t *testing.T) {
		for name, want := range map[string]int{"ann": 409, "system": 400, "bad name": 422, "": 422} {
			body := map[string]any{"name": name, "role": "viewer", "password": goodPassword}
			if a := admin.do("POST", "/api/v1/users", body); a.status != want {
				t.Errorf("%q: %d %s", name, a.status, a.body)
			}
		}
	})
	t.Run("a_new_role_ends_sessions_and_counts_at_once", func(t *testing.T) {
		a := admin.do("PATCH", "/api/v1/users/"+ann.ID, map[string]any{"role": "viewer"})
		if a.status != 200 || decode[heron.User](t, a).Role != heron.Viewer {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if a := c.do("GET", "/api/v1/session", nil); a.status != 401 {
			t.Errorf("old session: %d", a.status)
		}
	})
	t.Run("disabled_users_are_out", func(t *testing.T) {
		admin.do("PATCH", "/api/v1/users/"+ann.ID, map[string]any{"disabled": true})
		a := w.anonymous().do("POST", "/api/v1/login", map[string]string{"name": "ann", "password": goodPassword})
		if a.status != 401 {
			t.Errorf("login: %d", a.status)
		}
	})
	t.Run("stale_change", func(t *testing.T) {
		if a := admin.do("PATCH", "/api/v1/users/"+ann.ID, map[string]any{"disabled": false}, "If-Match", `"1"`); a.status != 412 {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("the_last_administrator_stays", func(t *testing.T) {
		me := decode[httpapi.SessionInfo](t, admin.do("GET", "/api/v1/session", nil)).User.ID
		if a := admin.do("DELETE", "/api/v1/users/"+me, nil); a.status != 409 {
			t.Errorf("delete: %d %s", a.status, a.body)
		}
		for _, change := range []map[string]any{{"role": "viewer"}, {"disabled": true}} {
			if a := admin.do("PATCH", "/api/v1/users/"+me, change); a.status != 409 {
				t.Errorf("%v: %d %s", change, a.status, a.body)
			}
		}
	})
	t.Run("deleted_users_are_gone", func(t *testing.T) {
		if a := admin.do("DELETE", "/api/v1/users/"+ann.ID, nil); a.status != http.StatusNoContent {
			t.Fatalf("%d %s", a.status, a.body)
		}
		if e := w.auditOf("user.delete"); e[0].Object != "ann" || e[0].Actor != "admin" || e[0].Outcome != "ok" {
			t.Errorf("audit: %+v", e[0])
		}
	})
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addUser("bob", heron.Admin)
	bob := w.login("bob", goodPassword)
	newToken := func(body map[string]any) *caller {
		t.Helper()
		a := bob.do("POST", "/api/v1/tokens", body)
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		c := w.anonymous()
		c.bearer = decode[httpapi.NewToken](t, a).Secret
		return c
	}
	status := func(c *caller) int { return c.do("GET", "/api/v1/users", nil).status }

	key := newToken(map[string]any{"name": "ci", "role": "admin"})
	if !strings.HasPrefix(key.bearer, "hrn_") || status(key) != 200 {
		t.Fatalf("token %q: %d", key.bearer, status(key))
	}
	if list := bob.do("GET", "/api/v1/tokens", nil); strings.Contains(string(list.body), key.bearer) ||
		decode[heron.List[heron.Token]](t, list).Items[0].LastUsed == 0 {
		t.Errorf("list: %s", list.body)
	}
	if a := key.do("POST", "/api/v1/tokens", map[string]any{"name": "child", "role": "viewer"}); a.status != 403 {
		t.Errorf("a token made a token: %d", a.status)
	}
	t.Run("expires", func(t *testing.T) {
		short := newToken(map[string]any{"name": "short", "role": "admin", "expires": w.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
		if status(short) != 200 {
			t.Error("before")
		}
		w.clock.add(2 * time.Hour)
		if got := status(short); got != 401 {
			t.Errorf("after: %d", got)
		}
	})
	t.Run("never_more_than_the_owner", func(t *testing.T) {
		admin := w.admin()
		id := decode[httpapi.SessionInfo](t, bob.do("GET", "/api/v1/session", nil)).User.ID
		admin.do("PATCH", "/api/v1/users/"+id, map[string]any{"role": "viewer"})
		if got := status(key); got != 403 {
			t.Errorf("owner is a viewer now: %d", got)
		}
		admin.do("DELETE", "/api/v1/users/"+id, nil)
		if got := status(key); got != 401 {
			t.Errorf("owner is gone: %d", got)
		}
		w.addUser("bob", heron.Admin)
		if got := status(key); got != 401 {
			t.Errorf("another user of the name: %d", got)
		}
	})
	t.Run("everyone_has_tokens_of_their_own", func(t *testing.T) {
		w.addUser("vera", heron.Viewer)
		vera := w.login("vera", goodPassword)
		if a := vera.do("POST", "/api/v1/tokens", map[string]any{"name": "big", "role": "operator"}); a.status != http.StatusForbidden {
			t.Errorf("a viewer made an operator's token: %d", a.status)
		}
		a := vera.do("POST", "/api/v1/tokens", map[string]any{"name": "mine", "role": "viewer"})
		if a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		mine := decode[httpapi.NewToken](t, a).Token.ID
		list := decode[heron.List[heron.Token]](t, vera.do("GET", "/api/v1/tokens", nil))
		if len(list.Items) != 1 || list.Items[0].ID != mine {
			t.Errorf("a viewer sees the tokens of others: %+v", list.Items)
		}
		for _, other := range decode[heron.List[heron.Token]](t, w.admin().do("GET", "/api/v1/tokens", nil)).Items {
			want := http.StatusNotFound
			if other.ID == mine {
				want = http.StatusNoContent
			}
			if a := vera.do("DELETE", "/api/v1/tokens/"+other.ID, nil); a.status != want {
				t.Errorf("revoking %s: %d, want %d", other.Name, a.status, want)
			}
		}
	})
	t.Run("revoked", func(t *testing.T) {
		bob = w.login("bob", goodPassword)
		gone := newToken(map[string]any{"name": "gone", "role": "admin"})
		id := decode[heron.List[heron.Token]](t, bob.do("GET", "/api/v1/tokens", nil)).Items[0].ID
		bob.do("DELETE", "/api/v1/tokens/"+id, nil)
		if got := status(gone); got != 401 {
			t.Errorf("%d", got)
		}
	})
	t.Run("malformed", func(t *testing.T) {
		for _, h := range []string{"Bearer", "Bearer x", "Basic aHJuXw==", "hrn_x", "Bearer hrn_" + strings.Repeat("A", 10000)} {
			if a := w.anonymous().do("GET", "/api/v1/session", nil, "Authorization", h); a.status != 401 {
				t.Errorf("%.20s: %d", h, a.status)
			}
		}
	})
}
