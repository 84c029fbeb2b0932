package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
)

// No answer tells what is secret of a credential, whatever is wrong with the request.
func TestCredentialsAreNeverTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.admin()
	w.addUser("oscar", heron.Operator)
	const secret = "xyzzy-community"
	tell := func(a answer, want int) {
		t.Helper()
		if a.status != want || strings.Contains(string(a.body), secret) {
			t.Errorf("status %d, want %d: %s", a.status, want, a.body)
		}
	}
	const at = "/api/v1/credentials/"
	for _, body := range []map[string]any{
		{"kind": "snmp_community", "comunity": secret},
		{"kind": secret, "community": secret},
		{"kind": "snmp_community", "community": []string{secret}},
		{"kind": "snmp_user", "user": "u", "auth": secret, "auth_password": secret},
	} {
		tell(admin.do("PUT", at+"core", body), http.StatusUnprocessableEntity)
	}
	good := map[string]any{"kind": "snmp_community", "community": secret}
	tell(admin.do("PUT", at+"-core", good), http.StatusUnprocessableEntity)
	tell(w.login("oscar", goodPassword).do("PUT", at+"core", good), http.StatusForbidden)
	tell(admin.do("PUT", at+"core", good), http.StatusOK)
	list := admin.do("GET", "/api/v1/credentials", nil)
	tell(list, http.StatusOK)
	if got := decode[heron.List[heron.Credential]](t, list); len(got.Items) != 1 || got.Items[0].Name != "core" || strings.Contains(string(list.body), "sealed") {
		t.Errorf("the list is %s", list.body)
	}
	tell(admin.do("GET", "/api/v1/audit", nil), http.StatusOK)
	tell(admin.do("DELETE", at+"core", nil), http.StatusNoContent)
	tell(admin.do("DELETE", at+"core", nil), http.StatusNotFound)
}
