package client

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// Credentials reads what switches are asked with, without the secrets.
func (c *Client) Credentials(ctx context.Context) ([]heron.Credential, error) {
	return items[heron.Credential](ctx, c, "credentials", nil)
}

// PutCredential sets a credential and its secrets: Name, Kind, and of a user User, Auth
// and Privacy.
func (c *Client) PutCredential(ctx context.Context, x heron.Credential, s heron.Secrets) (*heron.Credential, error) {
	body := map[string]string{}
	for key, value := range map[string]string{
		"kind": string(x.Kind), "user": x.User, "auth": x.Auth, "privacy": x.Privacy,
		"community": s.Community, "auth_password": s.AuthPassword, "privacy_password": s.PrivacyPassword,
	} {
		if value != "" {
			body[key] = value
		}
	}
	return send[heron.Credential](ctx, c, call{method: http.MethodPut, path: path("credentials", x.Name), body: body})
}

// DeleteCredential forgets a credential.
func (c *Client) DeleteCredential(ctx context.Context, name string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: path("credentials", name)}, nil)
}

// RotateVault makes a new key for the vault and returns how many secrets are sealed with
// it now.
func (c *Client) RotateVault(ctx context.Context) (int, error) {
	r, err := send[struct {
		Sealed int `json:"sealed"`
	}](ctx, c, call{method: http.MethodPost, path: "vault/rotate"})
	if err != nil {
		return 0, err
	}
	return r.Sealed, nil
}
