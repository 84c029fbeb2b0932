package httpapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
)

// request is what is known about one request beside its input; it travels in
// the context. It belongs to the goroutine that serves the request.
type request struct {
	id     string
	source netip.Addr // who asks, as far as trusted proxies tell
	local  bool       // asked on this machine, by no proxy
	secure bool       // the browser sees TLS
	who    *principal // nil until authenticated

	// What the handler adds for the audit entry.
	object string
	detail heron.Attributes
}

// principal is who asks.
type principal struct {
	name      string // for the audit log: the user's name, or "token:" and the token's
	role      heron.Role
	user      *heron.User    // nil for a token
	session   *heron.Session // nil for a token
	tokenID   string         // "" for a session
	tokenHash string
}

type requestKey struct{}

// stateOf returns what is known about the request, or nil outside of one.
func stateOf(ctx context.Context) *request {
	st, _ := ctx.Value(requestKey{}).(*request)
	return st
}

func requestID(ctx context.Context) string {
	if st := stateOf(ctx); st != nil {
		return st.id
	}
	return ""
}

// actor is the name that the audit log and the Backend get.
func actor(ctx context.Context) string {
	if st := stateOf(ctx); st != nil && st.who != nil {
		return st.who.name
	}
	return "anonymous"
}

// about says what a changing request is about, for its audit entry: the object
// and pairs of name and value that are no secrets.
func about(ctx context.Context, object string, pairs ...string) {
	st := stateOf(ctx)
	if st == nil {
		return
	}
	if object != "" {
		st.object = object
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if st.detail == nil {
			st.detail = heron.Attributes{}
		}
		st.detail[pairs[i]] = clip(pairs[i+1], 256)
	}
}

// clip cuts a text for the audit log, at a rune.
func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// withState gives each request its state. The id is ours: one from outside
// could forge lines of the log.
func (s *Server) withState(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := &request{id: newRequestID(), secure: r.TLS != nil || s.opt.Secure}
		st.source, st.local = s.sourceOf(r)
		w.Header().Set("X-Request-Id", st.id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, st)))
	})
}

func newRequestID() string {
	var b [8]byte
	// crypto/rand.Read never fails: it ends the program instead.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// sourceOf returns the address that asks: the peer of the connection, or what
// trusted proxies say, nearest first. local tells that it asks from this
// machine and through no proxy.
func (s *Server) sourceOf(r *http.Request) (source netip.Addr, local bool) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	source, err = netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, false
	}
	source = source.Unmap().WithZone("")
	forwarded := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if forwarded == "" {
		return source, source.IsLoopback() && r.Header.Get("Forwarded") == ""
	}
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(source); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		source = hop.Unmap().WithZone("")
	}
	return source, false
}

func (s *Server) trusted(a netip.Addr) bool {
	for _, p := range s.opt.TrustedProxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
