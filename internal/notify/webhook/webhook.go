// Package webhook is the notifier that posts signed JSON to a URL.
//
// A receiver checks a delivery by computing the HMAC-SHA256, under the secret
// it shares with Heron, of the timestamp header, a dot and the body, and by
// comparing it with the signature header; docs/webhook.md has an example.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/notify"
)

// Headers of a delivery.
const (
	// HeaderSignature is "sha256=" and the HMAC in hexadecimal.
	HeaderSignature = "X-Heron-Signature"
	// HeaderTimestamp is when it was signed, in Unix seconds: refuse old ones.
	HeaderTimestamp = "X-Heron-Timestamp"
	// HeaderID is the idempotency key: the same for every try of one delivery.
	HeaderID = "Idempotency-Key"
)

// Config is the configuration of one receiver.
type Config struct {
	URL string `json:"url"`
	// Secret is a reference to the shared secret; "" signs nothing.
	Secret string `json:"secret,omitempty"`
	// Header has further request headers; the values may be references.
	Header map[string]string `json:"header,omitempty"`
}

// Bounds of what a receiver may answer.
const (
	maxAnswer     = 64 << 10
	maxRetryAfter = 24 * time.Hour
)

// Notifier returns the notifier.
func Notifier() notify.Notifier {
	return notify.Notifier{
		Name: "webhook",
		Doc:  "Posts each message as JSON to a URL, signed with HMAC-SHA256.",
		New:  newSender,
	}
}

func newSender(config json.RawMessage, secret func(string) (string, error)) (notify.Sender, error) {
	var c Config
	d := json.NewDecoder(bytes.NewReader(config))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "webhook: want {\"url\", \"secret\", \"header\"} as JSON, and no other fields")
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, heron.Errorf(heron.CodeInvalid, "webhook: the url must begin with https:// or http:// and name a host")
	}
	s := &sender{url: u, header: http.Header{}, client: newClient()}
	if c.Secret != "" {
		if s.key, err = resolve(secret, c.Secret, "secret"); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		value, err := resolve(secret, c.Header[name], "header "+name)
		if err != nil {
			return nil, err
		}
		if strings.ContainsAny(name+value, "\r\n") {
			return nil, heron.Errorf(heron.CodeInvalid, "webhook: header %q must be one line", name)
		}
		s.header.Set(name, value)
	}
	return s, nil
}

// resolve looks a reference up without telling why it failed: the reason may
// hold the secret.
func resolve(secret func(string) (string, error), ref, what string) (string, error) {
	if secret == nil {
		return ref, nil
	}
	v, err := secret(ref)
	if err != nil {
		return "", heron.Errorf(heron.CodeInvalid, "webhook: the reference for %s leads to no secret", what)
	}
	return v, nil
}

// newClient follows no redirect, for the signature is meant for one receiver,
// and checks TLS as the system does.
func newClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
			MaxIdleConns:          4,
			IdleConnTimeout:       time.Minute,
		},
	}
}

type sender struct {
	url    *url.URL
	key    string
	header http.Header
	client *http.Client
}

// Send implements notify.Sender.
func (s *sender) Send(ctx context.Context, m notify.Message) (retry bool, err error) {
	body, err := json.Marshal(m)
	if err != nil {
		return false, fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(body))
	if err != nil {
		return false, s.failure("the request cannot be made", nil)
	}
	for k, v := range s.header {
		req.Header[k] = v
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Heron")
	req.Header.Set(HeaderID, m.ID)
	s.sign(req.Header, body, time.Now())
	res, err := s.client.Do(req)
	if err != nil {
		return true, s.failure("no answer", err)
	}
	defer res.Body.Close()
	// What it says is of no use, but reading it lets the connection be used again.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	return s.judge(res)
}

// sign puts the timestamp and, with a secret, the signature into the header.
func (s *sender) sign(h http.Header, body []byte, now time.Time) {
	at := strconv.FormatInt(now.Unix(), 10)
	h.Set(HeaderTimestamp, at)
	if s.key != "" {
		h.Set(HeaderSignature, Signature(s.key, at, body))
	}
}

// Signature is what HeaderSignature must be for a body sent with a timestamp.
// Receivers written in Go may use it, with hmac.Equal.
func Signature(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// judge tells what an answer means: a receiver that is busy or broken may be
// better later; one that says no will say so again.
func (s *sender) judge(res *http.Response) (retry bool, err error) {
	code := res.StatusCode
	switch {
	case code >= 200 && code < 300:
		return false, nil
	case code >= 300 && code < 400:
		return false, s.failure(fmt.Sprintf("it answers %d, a redirect, which is not followed: configure the final URL", code), nil)
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		err := s.failure(fmt.Sprintf("it answers %d", code), nil)
		if after := retryAfter(res.Header.Get("Retry-After"), time.Now()); after > 0 {
			return true, notify.RetryAfterError{After: after, Err: err}
		}
		return true, err
	}
	return false, s.failure(fmt.Sprintf("it refuses with %d", code), nil)
}

// retryAfter reads the header (RFC 9110 §10.2.3): seconds, or a date.
func retryAfter(v string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(v); err == nil {
		return min(time.Duration(max(n, 0))*time.Second, maxRetryAfter)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(t.Sub(now), maxRetryAfter)
	}
	return 0
}

// failure is an error that names the host alone: paths and queries of webhook
// addresses are often secrets themselves, and errors of net/http quote them.
func (s *sender) failure(what string, cause error) error {
	if cause != nil {
		what += ": " + s.plain(cause)
	}
	return heron.Errorf(heron.CodeUnavailable, "webhook to %s: %s", s.url.Host, what)
}

// plain is a cause without the address that net/http puts before it.
func (s *sender) plain(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	}
	text := err.Error()
	for _, hide := range s.secrets() {
		text = strings.ReplaceAll(text, hide, "…")
	}
	return text
}

// secrets are the texts that no error may hold.
func (s *sender) secrets() []string {
	out := make([]string, 0, len(s.header)+4)
	for _, v := range []string{s.key, strings.TrimPrefix(s.url.EscapedPath(), "/"), s.url.RawQuery, s.url.User.String()} {
		if v != "" {
			out = append(out, v)
		}
	}
	for _, list := range s.header {
		for _, v := range list {
			if v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}
