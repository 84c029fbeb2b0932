// Package client talks to a running Heron server through its API.
//
// It guarantees that every error of the server comes back as the *heron.Error
// that it was there, with its code; that lists of any length are read page by
// page; and that nothing is sent or waited for after the context ended.
//
//	c, err := client.New("https://heron.example", client.WithToken(token))
//	for d, err := range c.Devices(ctx, client.DeviceQuery{Search: "vendor:axis firmware<10"}) {
//		…
//	}
//
// A Client is safe for concurrent use.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/heron-iot/heron"
)

// maxAnswer bounds what is read of one answer.
const maxAnswer = 64 << 20

// Client is a connection to one server, as one user.
type Client struct {
	base  *url.URL
	http  *http.Client
	token string
	agent string
	csrf  atomic.Pointer[string] // of the session, after Login
}

// Option changes how a Client works.
type Option func(*Client)

// WithToken sends an API token with every request.
func WithToken(token string) Option {
	return func(c *Client) { c.token = strings.TrimSpace(token) }
}

// WithHTTPClient uses h instead of a client of its own: for a private
// certificate authority, say. Login needs h to have a cookie jar.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithUserAgent names the program that asks.
func WithUserAgent(name string) Option { return func(c *Client) { c.agent = name } }

// New returns a Client of the server at an address such as
// http://127.0.0.1:8420. It does not connect yet.
func New(server string, options ...Option) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(server, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, heron.Errorf(heron.CodeInvalid, "server %q: want an address such as http://127.0.0.1:8420", server)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &Client{base: base, agent: "heron-client", http: &http.Client{Jar: jar}}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// ServerError is the cause inside the *heron.Error of a refused request: what
// there is to know beside code and message.
type ServerError struct {
	Status    int    // HTTP status
	Hint      string // what to do about it
	RequestID string // as in the server's log
}

// Error implements error.
func (e *ServerError) Error() string {
	return fmt.Sprintf("HTTP status %d, request %s", e.Status, e.RequestID)
}

// call is one request: what differs from route to route.
type call struct {
	method string
	path   string // below /api/v1
	query  url.Values
	body   any       // sent as JSON, or
	raw    io.Reader // sent as it is
	match  int64     // version for If-Match; 0 sends none
}

// get reads one thing.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	return send[T](ctx, c, call{method: http.MethodGet, path: path, query: query})
}

// send does the request and decodes the answer.
func send[T any](ctx context.Context, c *Client, r call) (*T, error) {
	var v T
	if err := c.do(ctx, r, &v); err != nil {
		return nil, err
	}
	return &v, nil
}

// do does the request and decodes the answer into out, unless that is nil.
func (c *Client) do(ctx context.Context, r call, out any) error {
	req, err := c.request(ctx, r)
	if err != nil {
		return err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if res.StatusCode >= 300 {
		return problem(res, text)
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return &heron.Error{
			Code: heron.CodeUnavailable, Err: err,
			Message: fmt.Sprintf("%s does not answer as a Heron server does; is the address right?", c.base.Host),
		}
	}
	return nil
}

// download does the request and writes the answer, a file, to w.
func (c *Client) download(ctx context.Context, r call, w io.Writer) (int64, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return 0, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, c.unreachable(ctx, err)
	}
	defer func() { _ = res.Body.Close() }() // was only read
	if res.StatusCode >= 300 {
		text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
		if err != nil {
			return 0, c.unreachable(ctx, err)
		}
		return 0, problem(res, text)
	}
	n, err := io.Copy(w, res.Body)
	if err == nil && res.ContentLength >= 0 && n != res.ContentLength {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// request builds the HTTP request of a call.
func (c *Client) request(ctx context.Context, r call) (*http.Request, error) {
	in := r.raw
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		in = bytes.NewReader(text)
	}
	u := c.base.JoinPath("api", "v1", r.path)
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), in)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.match != 0 {
		req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(r.match)))
	}
	c.sign(req.Header)
	return req, nil
}

// sign says who asks.
func (c *Client) sign(h http.Header) {
	h.Set("User-Agent", c.agent)
	if c.token != "" {
		h.Set("Authorization", "Bearer "+c.token)
	} else if csrf := c.csrf.Load(); csrf != nil {
		h.Set("X-CSRF-Token", *csrf)
	}
}

// unreachable explains a request that got no answer. The URL is left out: a
// query may hold what was searched for.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	cause := err
	if ue, ok := errors.AsType[*url.Error](err); ok {
		cause = ue.Err
	}
	return &heron.Error{
		Code: heron.CodeUnavailable, Err: err,
		Message: fmt.Sprintf("no answer from %s: %v; is the server running, and the address right?", c.base.Host, cause),
	}
}

// problem turns a refused request back into the error that it was.
func problem(res *http.Response, text []byte) error {
	var p struct {
		Code      heron.Code `json:"code"`
		Detail    string     `json:"detail"`
		Hint      string     `json:"hint"`
		RequestID string     `json:"request_id"`
	}
	if err := json.Unmarshal(text, &p); err != nil || p.Code == "" {
		return &heron.Error{
			Code: heron.CodeUnavailable, Err: &ServerError{Status: res.StatusCode},
			Message: fmt.Sprintf("%s answered %s, and not as a Heron server does; is the address right?",
				res.Request.URL.Host, res.Status),
		}
	}
	return &heron.Error{
		Code: p.Code, Message: p.Detail,
		Err: &ServerError{Status: res.StatusCode, Hint: p.Hint, RequestID: p.RequestID},
	}
}

// path joins segments that may hold anything.
func path(segments ...string) string {
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}
