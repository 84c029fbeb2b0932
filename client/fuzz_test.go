package client_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// canned answers every request with the same bytes.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Status: http.StatusText(c.status), Header: http.Header{}, Request: r,
		Body: io.NopCloser(bytes.NewReader(c.body)),
	}, nil
}

// FuzzAnswer reads answers of a server that may be anything: each is a device
// or an error with a code, and no error has the token.
func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(`{"id":"d1","macs":["00:11:22:33:44:55"],"identity":{"type":{"value":"plc"}}}`))
	f.Add(404, []byte(`{"code":"not_found","detail":"no such device","hint":"look again"}`))
	f.Add(502, []byte(`<html>bad gateway</html>`))
	f.Add(200, []byte(`[`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		c, err := client.New("http://127.0.0.1", client.WithToken("hrn_secret"),
			client.WithHTTPClient(&http.Client{Transport: canned{status, body}}))
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.Device(t.Context(), "d1")
		if (d == nil) == (err == nil) {
			t.Fatalf("device %v, error %v", d, err)
		}
		if err != nil && (heron.ErrorCode(err) == "" || strings.Contains(err.Error(), "hrn_secret") && !bytes.Contains(body, []byte("hrn_secret"))) {
			t.Fatalf("error %v", err)
		}
	})
}
