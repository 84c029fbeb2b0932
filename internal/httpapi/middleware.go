package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/heron-iot/heron"
)

// requestTimeout bounds all requests but uploads and the live stream.
const requestTimeout = 30 * time.Second

// observe counts and logs each request once it is done, and turns a panic into
// a 500 that says nothing of it. The log has the path's pattern, never the
// query: searches and tokens stay private.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		start := time.Now()
		defer func() {
			if fault := recover(); fault != nil {
				s.panicked(ww, r, fault)
			}
			s.finished(r, ww, time.Since(start))
		}()
		next.ServeHTTP(ww, r)
	})
}

// panicked answers a request whose handler panicked. http.ErrAbortHandler is
// the library's own way to drop a connection.
func (s *Server) panicked(w middleware.WrapResponseWriter, r *http.Request, fault any) {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	s.log.Error("handler panicked", "request_id", requestID(r.Context()),
		"fault", fault, "stack", string(debug.Stack()))
	s.metrics.panics.Inc()
	if w.Status() == 0 {
		s.writeProblem(w, r, newProblem(r.Context(), http.StatusInternalServerError,
			heron.CodeInternal, heron.ErrorMessage(context.Canceled)))
	}
}

func (s *Server) finished(r *http.Request, w middleware.WrapResponseWriter, took time.Duration) {
	route := routePattern(r)
	status := w.Status()
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.observe(r.Method, route, status, took)
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	st := stateOf(r.Context())
	s.log.Log(r.Context(), level, "request", "request_id", st.id, "method", knownMethod(r.Method),
		"route", route, "status", status, "bytes", w.BytesWritten(), "seconds", took.Seconds(),
		"source", st.source, "actor", actor(r.Context()))
}

// routePattern is the route's path with its parameters' names: a bounded set,
// fit for labels.
func routePattern(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
		return c.RoutePattern()
	}
	return "other"
}

// knownMethod bounds the methods that logs and labels show.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// contentPolicy lets the page load from its own server and nowhere else.
// Styles may be inline because React and the charts set style attributes;
// scripts may not.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
	"manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// protect sets the headers that keep browsers careful.
func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
		if stateOf(r.Context()).secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// private keeps answers of the API out of caches, unless a handler says more.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-cache")
		w.Header().Set("Vary", "Cookie, Authorization")
		next.ServeHTTP(w, r)
	})
}

// bounded ends the context of a request that takes too long. Uploads go on
// for as long as bytes come; the live stream has its own pace.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.unbounded[r.Method+" "+r.URL.Path] {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// sameOrigin refuses changes that a page of another origin asks for.
func (s *Server) sameOrigin() (func(http.Handler) http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	for _, o := range s.opt.Origins {
		if err := guard.AddTrustedOrigin(o); err != nil {
			return nil, heron.Errorf(heron.CodeInvalid, "origin %q: want scheme and host, as https://heron.example: %v", o, err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, heron.Errorf(heron.CodeForbidden, "a page of another origin may not do this"))
	}))
	return guard.Handler, nil
}
