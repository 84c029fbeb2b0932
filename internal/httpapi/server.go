package httpapi

import (
	"compress/gzip"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/heron-iot/heron"
)

// Options are what a Server is made of. Store and Backend must be given; the
// zero value of every other field works.
type Options struct {
	Store   heron.Store
	Backend Backend
	// Page is the built web app, index.html at its root; nil serves the API alone.
	Page fs.FS
	// Log gets requests and faults; nil discards them.
	Log *slog.Logger
	// Registry gets this package's metrics and is what /metrics shows; nil is a
	// registry of its own.
	Registry *prometheus.Registry
	// Version is the program's version, SiteID the site that zones are made in.
	Version string
	SiteID  string
	// Simulation tells every screen that what it shows is simulated.
	Simulation bool
	// Features names optional abilities of this server for the page.
	Features []string
	// Secure says that browsers reach the server over TLS even when this
	// process does not see it, as behind a proxy. TLS seen here needs no flag.
	Secure bool
	// Origins are other origins whose pages may use the API, as
	// https://heron.example; the server's own needs no mention.
	Origins []string
	// TrustedProxies may name the client in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	// MaxUpload bounds a capture file, in bytes; 0 means 4 GiB.
	MaxUpload int64
	// SessionIdle and SessionMax end a session: after no request for that
	// long (0: 12 hours), and whatever happens (0: 7 days).
	SessionIdle, SessionMax time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.MaxUpload == 0 {
		o.MaxUpload = 4 << 30
	}
	if o.SessionIdle == 0 {
		o.SessionIdle = 12 * time.Hour
	}
	if o.SessionMax == 0 {
		o.SessionMax = 7 * 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Server serves the platform over HTTP. It is safe for concurrent use.
type Server struct {
	opt       Options
	log       *slog.Logger
	metrics   *metrics
	hasher    *hasher
	throttle  *throttle
	hub       *hub
	handler   http.Handler
	routes    []Route
	unbounded map[string]bool // "METHOD path" of routes without time limit
	spec      []byte

	// touch orders noting the use of sessions and tokens with their deletion.
	touch sync.Mutex
	// users orders changes that must leave an administrator.
	users sync.Mutex
}

// New checks the options and makes a Server. It starts nothing: see Run.
func New(o Options) (*Server, error) {
	if o.Store == nil || o.Backend == nil {
		return nil, heron.Errorf(heron.CodeInternal, "httpapi: Store and Backend must be given")
	}
	o = o.withDefaults()
	s := &Server{
		opt: o, log: o.Log.With("component", "httpapi"),
		throttle: newThrottle(), hub: newHub(), unbounded: map[string]bool{},
	}
	var err error
	if s.hasher, err = newHasher(); err != nil {
		return nil, err
	}
	if s.metrics, err = newMetrics(o.Registry); err != nil {
		return nil, err
	}
	if s.handler, err = s.build(); err != nil {
		return nil, err
	}
	return s, nil
}

// build puts the routes and what stands before them together.
func (s *Server) build() (http.Handler, error) {
	sameOrigin, err := s.sameOrigin()
	if err != nil {
		return nil, err
	}
	top := chi.NewRouter()
	top.Use(s.withState, s.observe, s.protect, middleware.GetHead)
	b := &builder{s: s, top: top}
	top.Group(func(r chi.Router) {
		pack := middleware.Compress(gzip.BestSpeed, "application/json", "application/problem+json")
		r.Use(private, sameOrigin, s.bounded, pack)
		b.api = humachi.New(r, newConfig())
		s.addRoutes(b)
	})
	s.addLive(b)
	s.addHealth(b)
	if err := s.describe(b); err != nil {
		return nil, err
	}
	s.addDocs(b)
	s.addPage(b)
	sortRoutes(s.routes)
	return top, b.err
}

// addRoutes registers the REST API.
func (s *Server) addRoutes(b *builder) {
	s.addLogin(b)
	s.addPlatform(b)
	s.addDevices(b)
	s.addDeviceReads(b)
	s.addIdentity(b)
	s.addSignatures(b)
	s.addClusters(b)
	s.addIdentification(b)
	s.addAlerts(b)
	s.addVulnerabilities(b)
	s.addActions(b)
	s.addSensors(b)
	s.addScans(b)
	s.addCredentials(b)
	s.addUploads(b)
	s.addExchange(b)
	s.addUsers(b)
}

// Handler returns the handler of everything: API, live stream, health, metrics and page.
func (s *Server) Handler() http.Handler { return s.handler }

// OpenAPI returns the OpenAPI 3.1 description, as served at /api/openapi.json.
func (s *Server) OpenAPI() []byte { return s.spec }

// Routes lists all routes with the role that each needs, by path.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// HTTP returns a server around Handler with the timeouts and limits that
// belong to it. The caller sets TLSConfig, serves and shuts down; shutting down
// ends the live streams.
func (s *Server) HTTP() *http.Server {
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      writeLimit, // uploads move it, a WebSocket lifts it
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	h.RegisterOnShutdown(s.hub.close)
	return h
}

// writeLimit is how long after its headers a request may still be answered:
// whoever reads slower than that is not reading.
const writeLimit = 2 * time.Minute

// newConfig is the framework's configuration: JSON only, no pages of its own,
// errors in our form.
func newConfig() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Components: &huma.Components{Schemas: newRegistry()},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers: []huma.Transformer{func(ctx huma.Context, _ string, v any) (any, error) {
			if m, ok := v.(*huma.ErrorModel); ok {
				return fromHuma(ctx.Context(), m), nil
			}
			return v, nil
		}},
		RejectUnknownQueryParameters: true,
	}
}
