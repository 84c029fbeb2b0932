package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/httpapi"
)

// What is secret of a credential is opened for who asks a switch, and told to nobody.
func TestCredentialsAreSealed(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	p, c := platformOf(t, conf)
	core := heron.Credential{Name: "core", Kind: heron.SNMPUser, User: "heron", Auth: "sha256", Privacy: "aes"}
	secrets := heron.Secrets{AuthPassword: "wintergarden", PrivacyPassword: "plugh-privacy"}
	put, err := c.PutCredential(t.Context(), core, secrets)
	if err != nil || put.ChangedBy != "admin" || put.Changed == 0 {
		t.Fatalf("set as %+v, %v", put, err)
	}
	got, err := p.credential(t.Context(), "core")
	if err != nil || got.User.Name != "heron" || got.User.AuthPassword != "wintergarden" || got.User.PrivacyPassword != "plugh-privacy" || got.Community != "" {
		t.Fatalf("opened as %v, %v", got, err)
	}
	secrets.AuthPassword = "orangery-two"
	if _, err := c.PutCredential(t.Context(), core, secrets); err != nil {
		t.Fatal(err)
	}
	if got, err := p.credential(t.Context(), "core"); err != nil || got.User.AuthPassword != "orangery-two" {
		t.Errorf("after a change opened as %v, %v", got, err)
	}
	if text := auditText(t, c); strings.Contains(text, "wintergarden") || strings.Contains(text, "orangery") || !strings.Contains(text, "credential.put core") {
		t.Errorf("the audit log has: %s", text)
	}
	if err := c.DeleteCredential(t.Context(), "core"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.credential(t.Context(), "core"); heron.ErrorCode(err) != heron.CodeNotFound || !strings.Contains(err.Error(), "heron credential set core") {
		t.Errorf("when it is gone: %v", err)
	}
}

func auditText(t *testing.T, c *client.Client) string {
	t.Helper()
	var b strings.Builder
	for e, err := range c.Audit(t.Context(), client.AuditQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Action + " " + e.Object)
		for k, v := range e.Detail {
			b.WriteString(" " + k + "=" + v)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Who writes to the database cannot give one credential another's secrets.
func TestSealedSecretsStayWithTheirName(t *testing.T) {
	t.Parallel()
	p, c := platformOf(t, testConfig(t.TempDir()))
	for name, community := range map[string]string{"a": "of-a", "b": "of-b"} {
		if _, err := c.PutCredential(t.Context(), heron.Credential{Name: name, Kind: heron.SNMPCommunity}, heron.Secrets{Community: community}); err != nil {
			t.Fatal(err)
		}
	}
	a, err := p.store.GetCredential(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	a.Name = "b"
	if err := p.store.PutCredential(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if got, err := p.credential(t.Context(), "b"); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("opened as %q, %v", got.Community, err)
	}
}

func TestCredentialsAreChecked(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		c heron.Credential
		s heron.Secrets
	}{
		"no kind":           {heron.Credential{}, heron.Secrets{Community: "secret-word"}},
		"no community":      {heron.Credential{Kind: heron.SNMPCommunity}, heron.Secrets{}},
		"a user's password": {heron.Credential{Kind: heron.SNMPCommunity}, heron.Secrets{Community: "x", AuthPassword: "secret-word"}},
		"no name":           {heron.Credential{Kind: heron.SNMPUser}, heron.Secrets{}},
		"short":             {heron.Credential{Kind: heron.SNMPUser, User: "u", Auth: "sha1"}, heron.Secrets{AuthPassword: "secret-"[:7]}},
		"no authentication": {heron.Credential{Kind: heron.SNMPUser, User: "u", Privacy: "aes"}, heron.Secrets{PrivacyPassword: "secret-word"}},
		"a password that nothing uses": {
			heron.Credential{Kind: heron.SNMPUser, User: "u"}, heron.Secrets{AuthPassword: "secret-word"},
		},
	} {
		if _, err := usable(&x.c, &x.s); heron.ErrorCode(err) != heron.CodeInvalid || strings.Contains(err.Error(), "secret-") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A new key of the vault takes over all secrets, also those of receivers; the old one
// may then go.
func TestVaultGetsANewKey(t *testing.T) {
	t.Parallel()
	conf := testConfig(t.TempDir())
	p, c := platformOf(t, conf)
	if _, err := c.PutCredential(t.Context(), heron.Credential{Name: "cell", Kind: heron.SNMPCommunity}, heron.Secrets{Community: "words"}); err != nil {
		t.Fatal(err)
	}
	hook := httpapi.Receiver{Name: "ops", Notifier: "webhook", Config: []byte(`{"url":"https://192.0.2.1/","secret":"0123456789abcdef0123456789abcdef"}`)}
	if err := p.PutReceivers(t.Context(), "admin", []httpapi.Receiver{hook}); err != nil {
		t.Fatal(err)
	}
	if n, err := c.RotateVault(t.Context()); err != nil || n != 2 {
		t.Fatalf("%d secrets, %v", n, err)
	}
	x, err := p.store.GetCredential(t.Context(), "cell")
	if err != nil || !p.vault.Current(x.Sealed) {
		t.Errorf("under the old key, or %v", err)
	}
	sealed, err := p.store.GetSetting(t.Context(), secretSetting+"receiver.ops.secret")
	if err != nil || !p.vault.Current(sealed) {
		t.Errorf("the receiver's is under the old key, or %v", err)
	}
	if got, err := p.credential(t.Context(), "cell"); err != nil || got.Community != "words" {
		t.Errorf("opened as %v, %v", got, err)
	}
	keys, err := os.ReadFile(filepath.Join(conf.Data, "vault.key"))
	if err != nil || strings.Count(string(keys), "\n") != 2 {
		t.Errorf("%d keys, %v; backups need the old one", strings.Count(string(keys), "\n"), err)
	}
}
