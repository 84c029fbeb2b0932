package httpapi

import (
	"context"
	"math"
	"net/http"
	"strconv"

	"github.com/heron-iot/heron"
)

// SessionInfo is what a page must know about who uses it and what it shows.
type SessionInfo struct {
	User heron.User `json:"user"`
	// CSRF goes into the header X-CSRF-Token of every change; "" for tokens.
	CSRF       string     `json:"csrf"`
	Expires    heron.Time `json:"expires,omitempty"`
	Version    string     `json:"version"`
	Simulation bool       `json:"simulation" doc:"What is shown is a simulated network."`
	Features   []string   `json:"features"`
}

type loginInput struct {
	Session string `cookie:"heron" hidden:"true"`
	Secure  string `cookie:"__Host-heron" hidden:"true"`
	Body    struct {
		Name     string `json:"name" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"1024" format:"password"`
	}
}

type sessionOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
	Body      SessionInfo
}

type cookieOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie" hidden:"true"`
}

func (s *Server) addLogin(b *builder) {
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/login", ID: "login", Tag: "session", Public: true,
		Audit: "user.login", Summary: "Log in with name and password",
		Doc: "Sets the session cookie. Send the csrf value of the answer in the header X-CSRF-Token of every " +
			"request that changes something. Too many failures are answered 429 with Retry-After.",
	}, s.login)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/logout", ID: "logout", Tag: "session", Role: heron.Viewer,
		Audit: "user.logout", Summary: "End the session",
	}, s.logout)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/session", ID: "getSession", Tag: "session", Role: heron.Viewer,
		Summary: "Who am I, and what is this server?",
	}, s.session)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/session/password", ID: "changePassword", Tag: "session",
		Role: heron.Viewer, Audit: "user.password", Summary: "Change the own password",
		Doc: "Ends all other sessions of the user and gives this one a new cookie.",
	}, s.changePassword)
}

func (s *Server) login(ctx context.Context, in *loginInput) (*sessionOutput, error) {
	st := stateOf(ctx)
	u, err := s.throttled(ctx, in.Body.Name, func() (*heron.User, error) {
		return s.checkLogin(ctx, in.Body.Name, in.Body.Password)
	})
	if err != nil {
		return nil, err
	}
	s.metrics.logins.WithLabelValues(outcomeOK).Inc()
	st.who = &principal{name: u.Name, role: u.Role, user: u}
	for _, old := range []string{in.Session, in.Secure} {
		if old != "" {
			s.endSession(ctx, hashSecret(old))
		}
	}
	s.noteLogin(ctx, *u)
	return s.startSession(ctx, u)
}

// throttled runs check, which compares a password, unless the source or the
// account has failed too often. Only a wrong password counts as a failure.
func (s *Server) throttled(
	ctx context.Context, account string, check func() (*heron.User, error),
) (*heron.User, error) {
	source := stateOf(ctx).source
	if wait := s.throttle.take(s.opt.Now(), source, account); wait > 0 {
		s.metrics.logins.WithLabelValues("throttled").Inc()
		return nil, &retryError{
			heron.Errorf(heron.CodeTooMany, "too many failed logins"),
			strconv.Itoa(int(math.Ceil(wait.Seconds()))),
		}
	}
	u, err := check()
	switch {
	case err == nil:
		s.throttle.succeed(s.opt.Now(), source, account)
	case heron.ErrorCode(err) == heron.CodeUnauthorized:
		s.metrics.logins.WithLabelValues(outcomeDenied).Inc()
	default:
		s.throttle.refund(s.opt.Now(), source, account)
	}
	return u, err
}

// checkLogin returns the user whose name and password these are. An unknown
// name takes as long as a wrong password and gets the same answer. What was
// typed as an unknown name is not recorded: it may be a password.
func (s *Server) checkLogin(ctx context.Context, name, password string) (*heron.User, error) {
	u, err := s.opt.Store.GetUserByName(ctx, name)
	switch {
	case heron.ErrorCode(err) == heron.CodeNotFound:
		u = &heron.User{}
		about(ctx, "unknown user")
	case err != nil:
		return nil, err
	default:
		about(ctx, u.Name)
	}
	ok, err := s.hasher.verify(ctx, password, u.PasswordHash)
	if err != nil {
		return nil, err
	}
	if !ok || u.Disabled {
		return nil, &heron.Error{Code: heron.CodeUnauthorized, Message: "the name or the password is wrong"}
	}
	return u, nil
}

// noteLogin stores when the user was seen. A change at the same time wins.
func (s *Server) noteLogin(ctx context.Context, u heron.User) {
	u.LastSeen = s.now()
	if err := s.opt.Store.PutUser(ctx, &u); err != nil && heron.ErrorCode(err) != heron.CodeConflict {
		s.log.Warn("login not noted", "user", u.Name, "error", err)
	}
}

// startSession makes a new session and the cookie that carries it.
func (s *Server) startSession(ctx context.Context, u *heron.User) (*sessionOutput, error) {
	st := stateOf(ctx)
	secret, now := newSecret(), s.now()
	sess := heron.Session{
		Hash: hashSecret(secret), UserID: u.ID, CSRF: newSecret(),
		Created: now, Expires: s.expiry(now, now), Source: st.source.String(),
	}
	if err := s.opt.Store.PutSession(ctx, &sess); err != nil {
		return nil, err
	}
	return &sessionOutput{
		SetCookie: []http.Cookie{s.cookie(st.secure, secret, int(s.opt.SessionMax.Seconds()))},
		Body:      s.info(u, &sess),
	}, nil
}

func (s *Server) cookie(secure bool, value string, maxAge int) http.Cookie {
	return http.Cookie{
		Name: cookieName(secure), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}
}

func (s *Server) info(u *heron.User, sess *heron.Session) SessionInfo {
	i := SessionInfo{User: *u, Version: s.opt.Version, Simulation: s.opt.Simulation, Features: s.opt.Features}
	if sess != nil {
		i.CSRF, i.Expires = sess.CSRF, sess.Expires
	}
	return i
}

func (s *Server) session(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	who := stateOf(ctx).who
	if who.user == nil {
		return &sessionOutput{Body: s.info(&heron.User{Name: who.name, Role: who.role}, nil)}, nil
	}
	return &sessionOutput{Body: s.info(who.user, who.session)}, nil
}

func (s *Server) logout(ctx context.Context, _ *struct{}) (*cookieOutput, error) {
	st := stateOf(ctx)
	about(ctx, st.who.name)
	if st.who.session == nil {
		return nil, heron.Errorf(heron.CodeInvalid, "a token has no session to end; delete the token instead")
	}
	s.endSession(ctx, st.who.session.Hash)
	return &cookieOutput{SetCookie: []http.Cookie{s.cookie(st.secure, "", -1)}}, nil
}

type passwordInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"1024" format:"password"`
		New     string `json:"new" minLength:"1" maxLength:"1024" format:"password"`
	}
}

func (s *Server) changePassword(ctx context.Context, in *passwordInput) (*sessionOutput, error) {
	u := stateOf(ctx).who.user
	if u == nil {
		return nil, heron.Errorf(heron.CodeForbidden, "a token has no password; log in as the user")
	}
	about(ctx, u.Name)
	_, err := s.throttled(ctx, u.Name, func() (*heron.User, error) {
		return s.checkLogin(ctx, u.Name, in.Body.Current)
	})
	if heron.ErrorCode(err) == heron.CodeUnauthorized {
		// Not 401: a page would take that for the end of the session.
		return nil, &heron.Error{Code: heron.CodeForbidden, Message: "the current password is wrong"}
	}
	if err != nil {
		return nil, err
	}
	if err := s.setPassword(ctx, u, in.Body.New); err != nil {
		return nil, err
	}
	return s.startSession(ctx, u)
}

// setPassword stores a new password and ends all sessions of the user.
func (s *Server) setPassword(ctx context.Context, u *heron.User, password string) error {
	if err := checkPassword(u.Name, password); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	u.PasswordHash = hash
	if err := s.opt.Store.PutUser(ctx, u); err != nil {
		return err
	}
	return s.endSessions(ctx, u.ID)
}

// EnsureAdmin makes the first user, "admin", with a random password when there
// is no user at all. The password is returned this once and kept nowhere.
func (s *Server) EnsureAdmin(ctx context.Context) (password string, created bool, err error) {
	users, err := s.opt.Store.ListUsers(ctx)
	if err != nil || len(users) > 0 {
		return "", false, err
	}
	password = randomPassword()
	u := heron.User{ID: heron.NewID(), Name: "admin", Role: heron.Admin, Created: s.now()}
	if u.PasswordHash, err = s.hasher.hash(ctx, password); err != nil {
		return "", false, err
	}
	if err := s.opt.Store.PutUser(ctx, &u); err != nil {
		return "", false, err
	}
	e := heron.AuditEntry{
		Time: s.now(), Actor: systemOwner, Action: "user.create", Object: u.Name,
		Detail: heron.Attributes{"role": u.Role.String()}, Outcome: outcomeOK,
	}
	return password, true, s.opt.Store.AppendAudit(ctx, &e)
}
