package app

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/httpapi"
)

// serveHealth tells those who watch over a process of the role sensor that it
// lives, whether it works, and its numbers. A port that is taken costs that and
// not the capture.
func (p *Platform) serveHealth(ctx context.Context) error {
	if p.conf.Sensor.Listen == "" {
		return nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", p.conf.Sensor.Listen)
	if err != nil {
		p.log.Error("the sensor's health is not told; choose another address with --sensor-listen", "error", err)
		return nil
	}
	p.log.Info("telling health", "url", "http://"+l.Addr().String()+"/readyz")
	srv := &http.Server{
		Handler: p.healthHandler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, MaxHeaderBytes: 16 << 10,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (p *Platform) healthHandler() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &fieldMetrics{p.field})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]bool{"ok": true})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		checks := p.field.checks(r.Context())
		ready, status := true, http.StatusOK
		for _, c := range checks {
			if !c.OK {
				ready, status = false, http.StatusServiceUnavailable
			}
		}
		answer(w, status, httpapi.Readiness{Ready: ready, Checks: checks})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	return mux
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone
}

// checks are the parts that a sensor needs. A core out of reach is no fault of
// the sensor's: it is told, and does not make it unready.
func (f *field) checks(ctx context.Context) []httpapi.Check {
	f.mu.Lock()
	sources, fault := len(f.sources), f.fault
	f.mu.Unlock()
	capturing := httpapi.Check{Name: "capture", OK: sources > 0}
	if !capturing.OK {
		capturing.Reason = "no source is captured"
	}
	spool := httpapi.Check{Name: "spool", OK: true}
	if err := f.spool.Ping(ctx); err != nil {
		spool.OK, spool.Reason = false, heron.ErrorMessage(err)
	}
	order := httpapi.Check{Name: "configuration", OK: true, Reason: fault}
	core := httpapi.Check{Name: "core", OK: true}
	if at := f.heard.Load(); at < int64(wallClock()-sensorSilence) {
		core.Reason = "the core does not answer; what is learned waits on disk"
	}
	return []httpapi.Check{capturing, spool, order, core}
}

// residentBytes is the memory that this process has in use.
func residentBytes() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}
