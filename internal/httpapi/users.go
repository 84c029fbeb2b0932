package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/heron-iot/heron"
)

func (s *Server) addUsers(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/users", ID: "listUsers", Tag: "users",
		Role: heron.Admin, Summary: "List users",
	}, s.listUsers)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/users", ID: "createUser", Tag: "users", Role: heron.Admin,
		Audit: "user.create", Status: http.StatusCreated, Summary: "Add a user",
	}, s.createUser)
	add(b, Route{
		Method: http.MethodPatch, Path: "/api/v1/users/{id}", ID: "updateUser", Tag: "users",
		Role: heron.Admin, Audit: "user.update", Summary: "Change role or password, or disable a user",
		Doc: "Ends the user's sessions. What is not sent stays as it is.",
	}, s.updateUser)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/users/{id}", ID: "deleteUser", Tag: "users",
		Role: heron.Admin, Audit: "user.delete", Summary: "Remove a user; tokens of that owner stop working",
	}, s.deleteUser)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/tokens", ID: "listTokens", Tag: "users",
		Role: heron.Viewer, Summary: "List API tokens: the own ones; an admin sees all",
	}, s.listTokens)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/tokens", ID: "createToken", Tag: "users", Role: heron.Viewer,
		Audit: "token.create", Status: http.StatusCreated, Summary: "Make an API token",
		Doc: "The secret is in this answer and never shown again. A token can do what its role says, which is at " +
			"most what its owner's does.",
	}, s.createToken)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/tokens/{id}", ID: "deleteToken", Tag: "users",
		Role: heron.Viewer, Audit: "token.delete", Summary: "Revoke an API token: an own one; an admin any",
	}, s.deleteToken)
}

func (s *Server) listUsers(ctx context.Context, _ *struct{}) (*listOutput[heron.User], error) {
	return whole(s.opt.Store.ListUsers(ctx))
}

type newUserInput struct {
	Body struct {
		Name     string     `json:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._@-]*$"`
		Role     heron.Role `json:"role"`
		Password string     `json:"password" minLength:"1" maxLength:"1024" format:"password"`
	}
}

func (s *Server) createUser(ctx context.Context, in *newUserInput) (*taggedOutput[heron.User], error) {
	about(ctx, in.Body.Name, "role", in.Body.Role.String())
	if reserved := []string{systemOwner, "anonymous", "inventory"}; slices.Contains(reserved, in.Body.Name) {
		return nil, heron.Errorf(heron.CodeInvalid, "the name %q is the platform's own; choose another", in.Body.Name)
	}
	if _, err := s.opt.Store.GetUserByName(ctx, in.Body.Name); heron.ErrorCode(err) != heron.CodeNotFound {
		if err != nil {
			return nil, err
		}
		return nil, heron.Errorf(heron.CodeConflict, "there is a user %q already", in.Body.Name)
	}
	if err := checkPassword(in.Body.Name, in.Body.Password); err != nil {
		return nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Body.Password)
	if err != nil {
		return nil, err
	}
	u := &heron.User{
		ID: heron.NewID(), Name: in.Body.Name, Role: in.Body.Role, Created: s.now(), PasswordHash: hash,
	}
	if err := s.opt.Store.PutUser(ctx, u); err != nil {
		return nil, err
	}
	return s.readUser(ctx, u.ID)
}

// readUser reads a user back: the store numbers versions.
func (s *Server) readUser(ctx context.Context, id string) (*taggedOutput[heron.User], error) {
	u, err := s.opt.Store.GetUser(ctx, id)
	if err != nil {
		return nil, err
	}
	return tagged(u, u.Version, "", nil)
}

type userInput struct {
	IDInput
	IfMatch string `header:"If-Match" doc:"ETag that the change is based on."`
	Body    struct {
		Role     *heron.Role `json:"role,omitempty"`
		Disabled *bool       `json:"disabled,omitempty"`
		Password *string     `json:"password,omitempty" minLength:"1" maxLength:"1024" format:"password"`
	}
}

func (s *Server) updateUser(ctx context.Context, in *userInput) (*taggedOutput[heron.User], error) {
	about(ctx, in.ID)
	version, err := matchTag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	// Two changes at once could each leave the other as the last administrator.
	s.users.Lock()
	defer s.users.Unlock()
	u, err := s.opt.Store.GetUser(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	about(ctx, u.Name)
	if version != 0 && version != u.Version {
		return nil, &heron.Error{Code: heron.CodeConflict, Message: "the user changed meanwhile", Err: errStale}
	}
	if err := s.changeUser(ctx, u, in); err != nil {
		return nil, stale(err, version)
	}
	return s.readUser(ctx, u.ID)
}

// changeUser applies the change, stores it and ends the user's sessions.
func (s *Server) changeUser(ctx context.Context, u *heron.User, in *userInput) error {
	before := *u
	if in.Body.Role != nil {
		about(ctx, "", "role", in.Body.Role.String())
		u.Role = *in.Body.Role
	}
	if in.Body.Disabled != nil {
		about(ctx, "", "disabled", map[bool]string{true: "true", false: "false"}[*in.Body.Disabled])
		u.Disabled = *in.Body.Disabled
	}
	if before.Role == heron.Admin && (u.Role != heron.Admin || u.Disabled) {
		if err := s.keepAdmin(ctx, u.ID); err != nil {
			return err
		}
	}
	if in.Body.Password != nil {
		about(ctx, "", "password", "changed")
		return s.setPassword(ctx, u, *in.Body.Password)
	}
	if err := s.opt.Store.PutUser(ctx, u); err != nil {
		return err
	}
	return s.endSessions(ctx, u.ID)
}

// keepAdmin refuses a change that would leave nobody to administer. The caller
// holds s.users.
func (s *Server) keepAdmin(ctx context.Context, without string) error {
	users, err := s.opt.Store.ListUsers(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.ID != without && u.Role == heron.Admin && !u.Disabled {
			return nil
		}
	}
	return heron.Errorf(heron.CodeConflict, "this is the last administrator; make another one first")
}

func (s *Server) deleteUser(ctx context.Context, in *IDInput) (*struct{}, error) {
	about(ctx, in.ID)
	s.users.Lock()
	defer s.users.Unlock()
	u, err := s.opt.Store.GetUser(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	about(ctx, u.Name)
	if u.Role == heron.Admin {
		if err := s.keepAdmin(ctx, u.ID); err != nil {
			return nil, err
		}
	}
	if err := s.endSessions(ctx, u.ID); err != nil {
		return nil, err
	}
	if err := s.deleteTokensOf(ctx, u.Name); err != nil {
		return nil, err
	}
	return nil, s.opt.Store.DeleteUser(ctx, u.ID)
}

// deleteTokensOf revokes the tokens of an owner, so that a later user of the
// same name does not bring them back to life.
func (s *Server) deleteTokensOf(ctx context.Context, owner string) error {
	tokens, err := s.opt.Store.ListTokens(ctx)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if t.Owner != owner {
			continue
		}
		if err := s.revoke(ctx, t.ID); err != nil {
			return err
		}
	}
	about(ctx, owner)
	return nil
}

func (s *Server) listTokens(ctx context.Context, _ *struct{}) (*listOutput[heron.Token], error) {
	return whole(s.tokensFor(ctx))
}

// tokensFor are the tokens that whoever asks may see and revoke.
func (s *Server) tokensFor(ctx context.Context) ([]heron.Token, error) {
	who := stateOf(ctx).who
	list, err := s.opt.Store.ListTokens(ctx)
	if err != nil || who.role == heron.Admin {
		return list, err
	}
	return slices.DeleteFunc(list, func(t heron.Token) bool {
		return who.user == nil && t.ID != who.tokenID || who.user != nil && t.Owner != who.user.Name
	}), nil
}

type newTokenInput struct {
	Body struct {
		Name    string     `json:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9 ._@-]*$"`
		Role    heron.Role `json:"role"`
		Expires heron.Time `json:"expires,omitempty" doc:"Empty: never."`
	}
}

// NewToken is a token with its secret, shown once.
type NewToken struct {
	Token  heron.Token `json:"token"`
	Secret string      `json:"secret" doc:"Send it as Authorization: Bearer …"`
}

func (s *Server) createToken(ctx context.Context, in *newTokenInput) (*oneOutput[NewToken], error) {
	who := stateOf(ctx).who
	about(ctx, in.Body.Name, "role", in.Body.Role.String(), "expires", in.Body.Expires.String())
	if who.user == nil {
		return nil, heron.Errorf(heron.CodeForbidden, "a token cannot make tokens; log in as a user")
	}
	if in.Body.Role > who.role {
		return nil, heron.Errorf(heron.CodeForbidden, "a token of the role %s would be more than you are (%s)", in.Body.Role, who.role)
	}
	now := s.now()
	if in.Body.Expires != 0 && in.Body.Expires <= now {
		return nil, heron.Errorf(heron.CodeInvalid, "expires lies in the past")
	}
	secret := tokenPrefix + newSecret()
	t := heron.Token{
		ID: heron.NewID(), Name: in.Body.Name, Role: in.Body.Role, Hash: hashSecret(secret),
		Created: now, Expires: in.Body.Expires, Owner: who.user.Name,
	}
	if err := s.opt.Store.PutToken(ctx, &t); err != nil {
		return nil, err
	}
	return one(&NewToken{Token: t, Secret: secret}, nil)
}

func (s *Server) deleteToken(ctx context.Context, in *IDInput) (*struct{}, error) {
	about(ctx, in.ID)
	mine, err := s.tokensFor(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(mine, func(t heron.Token) bool { return t.ID == in.ID }) {
		return nil, heron.Errorf(heron.CodeNotFound, "there is no token %q, or it is not yours", in.ID)
	}
	return nil, s.revoke(ctx, in.ID)
}

// revoke ends a token and the streams that live by it.
func (s *Server) revoke(ctx context.Context, id string) error {
	s.touch.Lock()
	err := s.opt.Store.DeleteToken(ctx, id)
	s.touch.Unlock()
	s.hub.drop(func(p *principal) bool { return p.tokenID == id })
	return err
}
