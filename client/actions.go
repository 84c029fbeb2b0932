package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/heron-iot/heron"
)

// ActionRequest asks for a change of a device or of the network.
type ActionRequest struct {
	DeviceID  string            `json:"device_id"`
	Operation heron.Operation   `json:"operation"`
	Executor  string            `json:"executor"`
	Params    map[string]string `json:"params,omitempty"`
	Reason    string            `json:"reason"`
	AlertID   string            `json:"alert_id,omitempty"`
	DryRun    bool              `json:"dry_run,omitempty"`
	Confirm   string            `json:"confirm,omitempty"` // name of a control device, typed
}

// Executor is what the server says of one way to carry out actions.
type Executor struct {
	Name       string            `json:"name"`
	Doc        string            `json:"doc"`
	Operations []heron.Operation `json:"operations"`
	Safety     string            `json:"safety"`
	Available  bool              `json:"available"`
	Reason     string            `json:"reason,omitempty"`
}

// ActionQuery chooses actions; the zero value means all.
type ActionQuery struct {
	Device string
	States []heron.ActionState
}

// Actions reads all actions that match.
func (c *Client) Actions(ctx context.Context, a ActionQuery) iter.Seq2[heron.Action, error] {
	q := url.Values{}
	set(q, "device", a.Device)
	setAll(q, "state", a.States)
	return all[heron.Action](ctx, c, "actions", q, "")
}

// Action reads one action with its plan and steps.
func (c *Client) Action(ctx context.Context, id string) (*heron.Action, error) {
	return get[heron.Action](ctx, c, path("actions", id), nil)
}

// RequestAction proposes an action and returns it with its plan. Nothing is
// done before it is approved.
func (c *Client) RequestAction(ctx context.Context, r ActionRequest) (*heron.Action, error) {
	return send[heron.Action](ctx, c, call{method: http.MethodPost, path: "actions", body: r})
}

// ApproveAction lets a proposed action run.
func (c *Client) ApproveAction(ctx context.Context, id, confirm string) (*heron.Action, error) {
	return c.decide(ctx, id, "approve", confirm)
}

// ReleaseAction undoes what an action did.
func (c *Client) ReleaseAction(ctx context.Context, id, confirm string) (*heron.Action, error) {
	return c.decide(ctx, id, "release", confirm)
}

// RejectAction refuses a proposed action.
func (c *Client) RejectAction(ctx context.Context, id string) (*heron.Action, error) {
	return send[heron.Action](ctx, c, call{method: http.MethodPost, path: path("actions", id, "reject")})
}

func (c *Client) decide(ctx context.Context, id, what, confirm string) (*heron.Action, error) {
	return send[heron.Action](ctx, c, call{
		method: http.MethodPost, path: path("actions", id, what),
		body: map[string]string{"confirm": confirm},
	})
}

// Executors reads the ways to carry out actions.
func (c *Client) Executors(ctx context.Context) ([]Executor, error) {
	return items[Executor](ctx, c, "executors", nil)
}

// AuditQuery chooses audit entries; the zero value means all.
type AuditQuery struct {
	Actor, Object, Action string
	From, To              heron.Time
}

// Audit reads the audit log, newest first.
func (c *Client) Audit(ctx context.Context, a AuditQuery) iter.Seq2[heron.AuditEntry, error] {
	q := url.Values{}
	set(q, "actor", a.Actor)
	set(q, "object", a.Object)
	set(q, "action", a.Action)
	set(q, "from", a.From.String())
	set(q, "to", a.To.String())
	return all[heron.AuditEntry](ctx, c, "audit", q, "")
}

// AuditProof is the outcome of walking the audit log's hash chain.
type AuditProof struct {
	OK      bool   `json:"ok"`
	Entries int64  `json:"entries"`
	Fault   string `json:"fault,omitempty"`
}

// VerifyAudit has the server walk the hash chain of its audit log.
func (c *Client) VerifyAudit(ctx context.Context) (*AuditProof, error) {
	return get[AuditProof](ctx, c, "audit/verify", nil)
}
