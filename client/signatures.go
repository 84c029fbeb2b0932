package client

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// Signatures tells what a server identifies devices with.
type Signatures struct {
	Folder string          `json:"folder,omitempty"`
	Packs  []SignaturePack `json:"packs"`
	Digest string          `json:"digest"`
	Since  heron.Time      `json:"since"`
	Fault  string          `json:"fault,omitempty"` // why the folder as it is now is not used
}

// SignaturePack is one file of signatures.
type SignaturePack struct {
	File       string `json:"file"`
	Name       string `json:"name,omitempty"`
	Version    string `json:"version,omitempty"`
	Licence    string `json:"licence,omitempty"`
	Signatures int    `json:"signatures"`
	Disabled   int    `json:"disabled,omitempty"`
}

// Signatures reads what the server identifies devices with.
func (c *Client) Signatures(ctx context.Context) (*Signatures, error) {
	return get[Signatures](ctx, c, "signatures", nil)
}

// ReloadSignatures lets the server read its folder of signatures again. A faulty
// file takes no other with it; the error says what is wrong, and where.
func (c *Client) ReloadSignatures(ctx context.Context) (*Signatures, error) {
	return send[Signatures](ctx, c, call{method: http.MethodPost, path: "signatures/reload"})
}
