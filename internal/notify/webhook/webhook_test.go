package webhook_test

import (
	"crypto/hmac"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/heron-iot/heron/internal/notify/notifytest"
	"github.com/heron-iot/heron/internal/notify/webhook"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	notifytest.Run(t, notifytest.HTTP{
		Notifier: webhook.Notifier(),
		Config: func(url string) any {
			return webhook.Config{URL: url, Secret: "ref:key", Header: map[string]string{"Authorization": "ref:token"}}
		},
		Bad: []string{
			`{}`, `{"url":"ftp://example.org"}`, `{"url":"https://"}`, `{"url":"://"}`, `[]`,
			`{"url":"https://example.org","colour":"red"}`,
			`{"url":"https://example.org","header":{"X-A\r\nB":"x"}}`,
		},
		HasKey: func(r *http.Request, _ []byte, key string) bool { return r.Header.Get(webhook.HeaderID) == key },
	})
}

func TestSignature(t *testing.T) {
	t.Parallel()
	const secret = "shared"
	type delivery struct {
		header http.Header
		body   []byte
	}
	got := make(chan delivery, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- delivery{r.Header, body}
	}))
	defer srv.Close()
	config, err := json.Marshal(webhook.Config{URL: srv.URL, Secret: "vault:hook"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := webhook.Notifier().New(config, func(ref string) (string, error) {
		if ref != "vault:hook" {
			t.Errorf("asked for %q", ref)
		}
		return secret, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), notifytest.Message()); err != nil {
		t.Fatal(err)
	}
	d := <-got
	at := d.header.Get(webhook.HeaderTimestamp)
	want := webhook.Signature(secret, at, d.body)
	if !hmac.Equal([]byte(d.header.Get(webhook.HeaderSignature)), []byte(want)) {
		t.Errorf("got %q, want %q", d.header.Get(webhook.HeaderSignature), want)
	}
	for name, other := range map[string]string{
		"another secret": webhook.Signature("other", at, d.body),
		"another time":   webhook.Signature(secret, "1", d.body),
		"another body":   webhook.Signature(secret, at, append(d.body, ' ')),
	} {
		if other == want {
			t.Errorf("%s has the same signature", name)
		}
	}
}

// The signature of a known delivery, so that receivers can test theirs.
func TestSignatureIsAsDocumented(t *testing.T) {
	t.Parallel()
	got := webhook.Signature("secret", "1767600000", []byte(`{"id":"1"}`))
	const want = "sha256=8c03ba74311e696a80ff53c88d91df23c2c4069f2cc3b9b15a18b20e52f24bec"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
