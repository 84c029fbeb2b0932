package httpapi_test

import (
	"net/http"
	"testing"

	"github.com/heron-iot/heron/internal/httpapi"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.admin()
	a := c.do("GET", "/api/v1/session", nil)
	if a.status != http.StatusOK {
		t.Fatalf("session: %d %s", a.status, a.body)
	}
	if s := decode[httpapi.SessionInfo](t, a); s.User.Name != "admin" || s.CSRF == "" {
		t.Errorf("session: %+v", s)
	}
}
