package app

import (
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
)

func TestForCore(t *testing.T) {
	t.Parallel()
	for _, pattern := range coreReads {
		if _, err := path.Match(pattern, "/"); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	for request, want := range map[string]bool{
		"GET /":                            false,
		"POST /login":                      false,
		"GET /api/v1/devices":              false,
		"GET /api/v1/devices/x":            false,
		"GET /api/v1/devices/x/identity":   true,
		"GET /api/v1/devices/export":       false,
		"POST /api/v1/devices/import":      true,
		"GET /api/v1/identify":             true,
		"GET /api/v1/identity/quality":     false,
		"GET /api/v1/alerts/x/pcap":        true,
		"GET /api/v1/scans":                true,
		"GET /api/v1/scans/x":              true,
		"HEAD /api/v1/signatures":          true,
		"PATCH /api/v1/devices/x":          true,
		"GET /api/v1/settings/notifiers":   true,
		"GET /api/v1/settings/notifiers/x": false,
	} {
		method, at, _ := strings.Cut(request, " ")
		if got := forCore(httptest.NewRequest(method, at, http.NoBody)); got != want {
			t.Errorf("%s: %v", request, got)
		}
	}
}
