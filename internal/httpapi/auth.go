package httpapi

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/heron-iot/heron"
)

// tokenPrefix marks our API tokens, so that people and scanners know one when
// they see it.
const tokenPrefix = "hrn_"

// csrfHeader carries the session's CSRF token on every change that a browser asks for.
const csrfHeader = "X-CSRF-Token"

// systemOwner owns tokens that the platform made for itself.
const systemOwner = "system"

// touchAfter is how stale "last used" may get: a write a minute, not one a request.
const touchAfter = heron.Minute

// admit lets a request through to a route, or says why not. It fills in who asks.
func (s *Server) admit(r *http.Request, route Route) error {
	st := stateOf(r.Context())
	if route.Public || route.Loopback && st.local {
		return nil
	}
	who, err := s.identify(r)
	if err != nil {
		return err
	}
	st.who = who
	if who.role < route.Role {
		s.recordDenied(r.Context(), route)
		return heron.Errorf(heron.CodeForbidden, "this needs the role %s; %s has %s: an administrator can change that", route.Role, who.name, who.role)
	}
	if who.session != nil && !safeMethod(r.Method) && !sameSecret(r.Header.Get(csrfHeader), who.session.CSRF) {
		s.recordDenied(r.Context(), route)
		return &heron.Error{
			Code:    heron.CodeForbidden,
			Message: "the header " + csrfHeader + " is missing or old; GET /api/v1/session has the value to send",
		}
	}
	return nil
}

// recordDenied audits a refused change. Only known callers get here, so that
// strangers cannot fill the log.
func (s *Server) recordDenied(ctx context.Context, route Route) {
	if route.Audit != "" {
		// The request is refused either way; audit has logged the fault.
		_ = s.audit(ctx, route.Audit, outcomeDenied)
	}
}

// identify finds out who asks: by bearer token, else by session cookie.
func (s *Server) identify(r *http.Request) (*principal, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, secret, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(secret, tokenPrefix) {
			return nil, heron.Errorf(heron.CodeUnauthorized, "the Authorization header must be: Bearer %s…", tokenPrefix)
		}
		return s.byToken(r.Context(), hashSecret(secret))
	}
	c, err := r.Cookie(cookieName(stateOf(r.Context()).secure))
	if err != nil || c.Value == "" {
		return nil, heron.Errorf(heron.CodeUnauthorized, "not logged in")
	}
	return s.bySession(r.Context(), hashSecret(c.Value))
}

// recheck reports whether a principal may still do as before. It is no use of
// the session: an open live stream keeps nobody logged in.
func (s *Server) recheck(ctx context.Context, who *principal) error {
	if who.session != nil {
		_, err := s.lookSession(ctx, who.session.Hash)
		return err
	}
	_, _, err := s.lookToken(ctx, who.tokenHash)
	return err
}

// byToken finds the principal of an API token and notes its use.
func (s *Server) byToken(ctx context.Context, hash string) (*principal, error) {
	who, t, err := s.lookToken(ctx, hash)
	if err != nil {
		return nil, err
	}
	if now := s.now(); now-t.LastUsed >= touchAfter {
		s.touchToken(ctx, hash, now)
	}
	return who, nil
}

// lookToken finds the principal of an API token: with the token's role, but
// never more than its owner has now.
func (s *Server) lookToken(ctx context.Context, hash string) (*principal, *heron.Token, error) {
	refused := heron.Errorf(heron.CodeUnauthorized, "the token is not valid: unknown, expired or revoked")
	t, err := s.opt.Store.GetTokenByHash(ctx, hash)
	if heron.ErrorCode(err) == heron.CodeNotFound {
		return nil, nil, refused
	}
	if err != nil {
		return nil, nil, err
	}
	if t.Expires != 0 && s.now() >= t.Expires {
		return nil, nil, refused
	}
	role := t.Role
	if t.Owner != systemOwner {
		owner, err := s.opt.Store.GetUserByName(ctx, t.Owner)
		if heron.ErrorCode(err) == heron.CodeNotFound || err == nil && owner.Disabled {
			return nil, nil, refused
		}
		if err != nil {
			return nil, nil, err
		}
		role = min(role, owner.Role)
	}
	return &principal{name: "token:" + t.Name, role: role, tokenID: t.ID, tokenHash: hash}, t, nil
}

// bySession finds the principal of a session and keeps the session good: each
// use moves the idle limit.
func (s *Server) bySession(ctx context.Context, hash string) (*principal, error) {
	who, err := s.lookSession(ctx, hash)
	if err != nil {
		return nil, err
	}
	if expires := s.expiry(s.now(), who.session.Created); expires-who.session.Expires >= touchAfter {
		s.touchSession(ctx, hash, expires)
	}
	return who, nil
}

// lookSession finds the principal of a session that is still good.
func (s *Server) lookSession(ctx context.Context, hash string) (*principal, error) {
	over := heron.Errorf(heron.CodeUnauthorized, "the session is over; log in again")
	sess, err := s.opt.Store.GetSession(ctx, hash)
	if heron.ErrorCode(err) == heron.CodeNotFound {
		return nil, over
	}
	if err != nil {
		return nil, err
	}
	sess.Hash = hash
	if now := s.now(); now >= sess.Expires || now >= sess.Created.Add(s.opt.SessionMax) {
		s.endSession(ctx, hash)
		return nil, over
	}
	u, err := s.opt.Store.GetUser(ctx, sess.UserID)
	if heron.ErrorCode(err) == heron.CodeNotFound || err == nil && u.Disabled {
		return nil, over
	}
	if err != nil {
		return nil, err
	}
	return &principal{name: u.Name, role: u.Role, user: u, session: sess}, nil
}

// expiry is when a session used now ends: idle for too long, or too old.
func (s *Server) expiry(now, created heron.Time) heron.Time {
	return min(now.Add(s.opt.SessionIdle), created.Add(s.opt.SessionMax))
}

// touchToken and touchSession note a use. They look again under the lock that
// deleting takes, so that a use at the same time does not bring back what was
// just revoked. A fault is logged: the request itself is fine.
func (s *Server) touchToken(ctx context.Context, hash string, now heron.Time) {
	s.touch.Lock()
	defer s.touch.Unlock()
	t, err := s.opt.Store.GetTokenByHash(ctx, hash)
	if err != nil {
		return
	}
	t.Hash, t.LastUsed = hash, now
	if err := s.opt.Store.PutToken(ctx, t); err != nil {
		s.log.Warn("token use not noted", "error", err)
	}
}

func (s *Server) touchSession(ctx context.Context, hash string, expires heron.Time) {
	s.touch.Lock()
	defer s.touch.Unlock()
	sess, err := s.opt.Store.GetSession(ctx, hash)
	if err != nil {
		return
	}
	sess.Hash, sess.Expires = hash, expires
	if err := s.opt.Store.PutSession(ctx, sess); err != nil {
		s.log.Warn("session use not noted", "error", err)
	}
}

// endSession deletes one session and closes its live streams.
func (s *Server) endSession(ctx context.Context, hash string) {
	s.touch.Lock()
	err := s.opt.Store.DeleteSession(ctx, hash)
	s.touch.Unlock()
	if err != nil && heron.ErrorCode(err) != heron.CodeNotFound {
		s.log.Warn("session not deleted", "error", err)
	}
	s.hub.drop(func(p *principal) bool { return p.session != nil && p.session.Hash == hash })
}

// endSessions deletes all sessions of a user and closes their live streams.
func (s *Server) endSessions(ctx context.Context, userID string) error {
	s.touch.Lock()
	err := s.opt.Store.DeleteUserSessions(ctx, userID)
	s.touch.Unlock()
	s.hub.drop(func(p *principal) bool { return p.user != nil && p.user.ID == userID })
	return err
}

// cookieName is the session cookie's. The __Host- prefix makes browsers refuse
// one that another host or a plain connection set (RFC 6265bis §4.1.3.2).
func cookieName(secure bool) string {
	if secure {
		return "__Host-heron"
	}
	return "heron"
}

// newSecret returns 256 random bits as text.
func newSecret() string {
	var b [32]byte
	// crypto/rand.Read never fails: it ends the program instead.
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashSecret is what the store keeps of a random secret. A plain hash is
// enough: nobody guesses 256 bits.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func sameSecret(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
