// Package notifytest is the suite of notifiers that deliver over HTTP: each
// must retry what may pass, give up what will not, send the idempotency key,
// honour its context, and tell no secret.
package notifytest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/notify"
)

// secretValue is what every reference of a test leads to.
const secretValue = "s3cret-value-never-shown"

// HTTP describes a notifier to the suite.
type HTTP struct {
	Notifier notify.Notifier
	// Config is a configuration for the server at that address, with every
	// secret as a reference.
	Config func(url string) any
	// Bad are configurations that must be refused.
	Bad []string
	// HasKey reports whether a request carries the idempotency key.
	HasKey func(r *http.Request, body []byte, key string) bool
}

// Run runs the suite.
func Run(t *testing.T, h HTTP) {
	t.Helper()
	t.Run("retries what may pass", func(t *testing.T) { t.Parallel(); h.retryTable(t) })
	t.Run("sends the key and the alert", func(t *testing.T) { t.Parallel(); h.content(t) })
	t.Run("follows no redirect", func(t *testing.T) { t.Parallel(); h.redirect(t) })
	t.Run("keeps to its context", func(t *testing.T) { t.Parallel(); h.context(t) })
	t.Run("tells no secret", func(t *testing.T) { t.Parallel(); h.redaction(t) })
	t.Run("refuses bad configuration", func(t *testing.T) { t.Parallel(); h.badConfig(t) })
}

// Message is a delivery to test with.
func Message() notify.Message {
	return notify.Message{
		ID: "11111111-2222-8333-8444-555555555555", Kind: notify.KindRaised, Time: heron.Second,
		Alert: heron.Alert{
			ID: "a1", Detector: "scan.port", Severity: heron.High, Summary: "10.0.0.9 tried 70 ports of 10.0.0.1",
			State: heron.AlertOpen,
		},
		Device: &heron.Device{ID: "d1", Name: "printer"},
	}
}

func (h HTTP) sender(t *testing.T, url string) notify.Sender {
	t.Helper()
	config, err := json.Marshal(h.Config(url))
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.Notifier.New(config, func(string) (string, error) { return secretValue, nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h HTTP) retryTable(t *testing.T) {
	for code, want := range map[int]struct{ ok, retry bool }{
		200: {ok: true}, 201: {ok: true}, 204: {ok: true},
		301: {}, 302: {}, 400: {}, 401: {}, 403: {}, 404: {}, 410: {}, 422: {},
		408: {retry: true}, 429: {retry: true}, 500: {retry: true}, 502: {retry: true}, 503: {retry: true}, 504: {retry: true},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(code)
		}))
		retry, err := h.sender(t, srv.URL).Send(t.Context(), Message())
		srv.Close()
		if (err == nil) != want.ok || retry != want.retry {
			t.Errorf("%d: got retry %v, error %v; want %+v", code, retry, err, want)
		}
		after, found := errors.AsType[notify.RetryAfterError](err)
		if want.retry && (!found || after.After != 7*time.Second) {
			t.Errorf("%d: Retry-After was not passed on: %v", code, err)
		}
	}
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	if retry, err := h.sender(t, srv.URL).Send(t.Context(), Message()); err == nil || !retry {
		t.Errorf("nobody there: got retry %v, error %v", retry, err)
	}
}

func (h HTTP) content(t *testing.T) {
	m := Message()
	got := make(chan error, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
		case !h.HasKey(r, body, m.ID):
			err = errors.New("the idempotency key is missing")
		case !strings.Contains(string(body), m.Alert.Summary):
			err = errors.New("the summary is missing")
		}
		got <- err
	}))
	defer srv.Close()
	if _, err := h.sender(t, srv.URL).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func (h HTTP) redirect(t *testing.T) {
	followed := make(chan struct{}, 1)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed <- struct{}{} }))
	defer other.Close()
	srv := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer srv.Close()
	if retry, err := h.sender(t, srv.URL).Send(t.Context(), Message()); err == nil || retry {
		t.Errorf("got retry %v, error %v", retry, err)
	}
	select {
	case <-followed:
		t.Error("it followed")
	default:
	}
}

func (h HTTP) context(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	retry, err := h.sender(t, srv.URL).Send(ctx, Message())
	if err == nil || !retry || time.Since(began) > 5*time.Second {
		t.Errorf("got retry %v, error %v after %s", retry, err, time.Since(began))
	}
}

// redaction provokes every sort of error, with secrets in every place of the
// address, and looks for them.
func (h HTTP) redaction(t *testing.T) {
	const inURL = "t0ken-in-the-url"
	urls := []string{
		"http://127.0.0.1:1/hook/" + inURL + "?key=" + inURL,
		"http://user:" + inURL + "@127.0.0.1:1/",
		"https://no-such-host.invalid/" + inURL,
	}
	for _, code := range []int{302, 400, 500} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/"+inURL)
			w.WriteHeader(code)
			_, _ = w.Write([]byte(r.URL.String()))
		}))
		defer srv.Close()
		urls = append(urls, srv.URL+"/hook/"+inURL+"?token="+inURL)
	}
	for _, u := range urls {
		_, err := h.sender(t, u).Send(t.Context(), Message())
		if err == nil {
			t.Errorf("%s: no error", u)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), inURL) || strings.Contains(e.Error(), secretValue) {
				t.Errorf("%s: the error tells a secret: %v", u, e)
			}
		}
	}
}

func (h HTTP) badConfig(t *testing.T) {
	for _, c := range h.Bad {
		if _, err := h.Notifier.New(json.RawMessage(c), func(string) (string, error) { return secretValue, nil }); heron.ErrorCode(err) != heron.CodeInvalid {
			t.Errorf("%s: got %v, want an invalid error", c, err)
		}
	}
	config, err := json.Marshal(h.Config("https://example.org/"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Notifier.New(config, func(string) (string, error) { return "", errors.New("no " + secretValue) })
	if err == nil || strings.Contains(err.Error(), secretValue) {
		t.Errorf("a reference that leads nowhere: got %v", err)
	}
}
