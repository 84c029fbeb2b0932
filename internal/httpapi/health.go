package httpapi

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/heron-iot/heron"
)

// Readiness is the answer of /readyz.
type Readiness struct {
	Ready  bool    `json:"ready"`
	Checks []Check `json:"checks"`
}

// addHealth registers what watches over the process: none of it is in the API
// description, because it is for machines that know it already.
func (s *Server) addHealth(b *builder) {
	b.raw(Route{
		Method: http.MethodGet, Path: "/healthz", ID: "healthz", Public: true,
		Summary: "The process lives",
	}, s.healthz)
	b.raw(Route{
		Method: http.MethodGet, Path: "/readyz", ID: "readyz", Public: true,
		Summary: "All parts are there; 503 with the reasons when not",
	}, s.readyz)
	metrics := promhttp.HandlerFor(s.opt.Registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
	b.raw(Route{
		Method: http.MethodGet, Path: "/metrics", ID: "metrics", Role: heron.Viewer, Loopback: true,
		Summary: "Prometheus metrics",
	}, metrics.ServeHTTP)
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	s.writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
}

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	checks := s.opt.Backend.Ready(r.Context())
	if err := s.opt.Store.Ping(r.Context()); err != nil {
		checks = append(checks, Check{Name: "store", Reason: heron.ErrorMessage(err)})
	}
	answer := Readiness{Ready: true, Checks: checks}
	status := http.StatusOK
	for _, c := range checks {
		if !c.OK {
			answer.Ready, status = false, http.StatusServiceUnavailable
		}
	}
	fillNil(&answer)
	s.writeJSON(w, status, answer)
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.log.Debug("answer not written", "error", err)
	}
}
