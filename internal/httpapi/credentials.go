package httpapi

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// Credentials are what switches are asked with, in the vault.
type Credentials interface {
	// ListCredentials returns all, without their secrets.
	ListCredentials(ctx context.Context) ([]heron.Credential, error)
	// PutCredential checks and stores c with its secrets, in the place of the one of
	// its name, and returns what there is to tell of it.
	PutCredential(ctx context.Context, actor string, c heron.Credential, s heron.Secrets) (*heron.Credential, error)
	// DeleteCredential forgets a credential; CodeNotFound when there is none.
	DeleteCredential(ctx context.Context, name string) error
	// RotateVault makes a new key, seals all secrets with it, and returns how many.
	RotateVault(ctx context.Context) (int, error)
}

func (s *Server) addCredentials(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/credentials", ID: "listCredentials", Tag: "settings",
		Role: heron.Admin, Summary: "What switches are asked with; secrets are never told",
	}, s.listCredentials)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/credentials/{name}", ID: "putCredential", Tag: "settings",
		Role: heron.Admin, Audit: "credential.put", Summary: "Set a credential and its secrets, a new one or in the place of an old one",
		Doc: "A community, or a user with what auth and privacy need. The secrets are sealed in the vault.",
	}, s.putCredential)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/credentials/{name}", ID: "deleteCredential", Tag: "settings",
		Role: heron.Admin, Audit: "credential.delete", Summary: "Forget a credential; switches that need it are no longer asked",
	}, s.deleteCredential)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/vault/rotate", ID: "rotateVault", Tag: "settings",
		Role: heron.Admin, Audit: "vault.rotate", Summary: "Make a new key for the vault, and seal all secrets with it",
		Doc: "Older keys stay in the key file: backups of the database need them.",
	}, s.rotateVault)
}

func (s *Server) listCredentials(ctx context.Context, _ *struct{}) (*listOutput[heron.Credential], error) {
	return whole(s.opt.Backend.ListCredentials(ctx))
}

// CredentialInput names a credential.
type CredentialInput struct {
	Name string `path:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9._-]*$"`
}

type putCredentialInput struct {
	CredentialInput

	Body struct {
		Kind            heron.CredentialKind `json:"kind" enum:"snmp_community,snmp_user"`
		Community       string               `json:"community,omitempty" format:"password"`
		User            string               `json:"user,omitempty"`
		Auth            string               `json:"auth,omitempty" enum:"sha1,sha256,sha384,sha512"`
		AuthPassword    string               `json:"auth_password,omitempty" format:"password"`
		Privacy         string               `json:"privacy,omitempty" enum:"aes"`
		PrivacyPassword string               `json:"privacy_password,omitempty" format:"password"`
	}
}

func (s *Server) putCredential(ctx context.Context, in *putCredentialInput) (*oneOutput[heron.Credential], error) {
	x := &in.Body
	about(ctx, in.Name, "kind", string(x.Kind), "user", x.User, "auth", x.Auth, "privacy", x.Privacy)
	c := heron.Credential{Name: in.Name, Kind: x.Kind, User: x.User, Auth: x.Auth, Privacy: x.Privacy}
	return one(s.opt.Backend.PutCredential(ctx, actor(ctx), c, heron.Secrets{
		Community: x.Community, AuthPassword: x.AuthPassword, PrivacyPassword: x.PrivacyPassword,
	}))
}

func (s *Server) deleteCredential(ctx context.Context, in *struct{ CredentialInput }) (*struct{}, error) {
	about(ctx, in.Name)
	return nil, s.opt.Backend.DeleteCredential(ctx, in.Name)
}

// Rotation is what became of the secrets when the vault got a new key.
type Rotation struct {
	Sealed int `json:"sealed" doc:"How many secrets are under the new key."`
}

func (s *Server) rotateVault(ctx context.Context, _ *struct{}) (*oneOutput[Rotation], error) {
	n, err := s.opt.Backend.RotateVault(ctx)
	return one(&Rotation{Sealed: n}, err)
}
