package httpapi

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

func (s *Server) addActions(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/actions", ID: "listActions", Tag: "actions",
		Role: heron.Viewer, Summary: "List actions",
	}, s.listActions)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/actions", ID: "requestAction", Tag: "actions",
		Role: heron.Operator, Audit: "action.request", Status: http.StatusCreated,
		Summary: "Ask for a change of a device or of the network",
		Doc:     "The answer has the plan; nothing is done before it is approved, and nothing ever by a dry run.",
	}, s.requestAction)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/actions/{id}", ID: "getAction", Tag: "actions",
		Role: heron.Viewer, Summary: "One action with its plan and steps",
	}, s.getAction)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/actions/{id}/approve", ID: "approveAction", Tag: "actions",
		Role: heron.Operator, Audit: "action.approve", Summary: "Let a proposed action run",
		Doc: "A control device needs its name in confirm.",
	}, s.approveAction)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/actions/{id}/reject", ID: "rejectAction", Tag: "actions",
		Role: heron.Operator, Audit: "action.reject", Summary: "Refuse a proposed action",
	}, s.rejectAction)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/actions/{id}/release", ID: "releaseAction", Tag: "actions",
		Role: heron.Operator, Audit: "action.release", Summary: "Undo what an action did",
	}, s.releaseAction)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/executors", ID: "listExecutors", Tag: "actions",
		Role: heron.Viewer, Summary: "Ways to carry out actions, and whether this machine has them",
	}, s.listExecutors)
}

type actionsInput struct {
	PageInput
	Device string   `query:"device" maxLength:"128" doc:"Device id."`
	State  []string `query:"state,explode" doc:"As proposed, running, verified, failed: see ActionState."`
}

func (s *Server) listActions(ctx context.Context, in *actionsInput) (*listOutput[heron.Action], error) {
	states, err := oneOf("state", in.State, allActionStates())
	if err != nil {
		return nil, err
	}
	return listed(s.opt.Store.ListActions(ctx, heron.ActionFilter{DeviceID: in.Device, States: states}, in.page()))
}

func (s *Server) getAction(ctx context.Context, in *readInput) (*taggedOutput[heron.Action], error) {
	a, err := s.opt.Store.GetAction(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(a, a.Version, in.IfNoneMatch, nil)
}

type actionRequest struct {
	DeviceID  string            `json:"device_id" minLength:"1" maxLength:"128"`
	Operation heron.Operation   `json:"operation" minLength:"1" maxLength:"64"`
	Executor  string            `json:"executor" minLength:"1" maxLength:"64"`
	Params    map[string]string `json:"params,omitempty" doc:"As the executor documents."`
	Reason    string            `json:"reason" minLength:"1" maxLength:"512"`
	AlertID   string            `json:"alert_id,omitempty" maxLength:"128"`
	DryRun    bool              `json:"dry_run,omitempty" doc:"Plan only; nothing is changed."`
	Confirm   string            `json:"confirm,omitempty" maxLength:"128" doc:"Name of a control device, typed."`
}

type requestInput struct{ Body actionRequest }

func (s *Server) requestAction(ctx context.Context, in *requestInput) (*taggedOutput[heron.Action], error) {
	r := in.Body
	about(ctx, r.DeviceID, "operation", string(r.Operation), "executor", r.Executor,
		"reason", r.Reason, "alert", r.AlertID)
	if r.DryRun {
		about(ctx, "", "dry_run", "true")
	}
	a, err := s.opt.Backend.RequestAction(ctx, actor(ctx), heron.Action{
		DeviceID: r.DeviceID, Operation: r.Operation, Executor: r.Executor, Params: r.Params,
		Reason: r.Reason, AlertID: r.AlertID, DryRun: r.DryRun,
	}, r.Confirm)
	if err != nil {
		return nil, err
	}
	about(ctx, "", "action", a.ID)
	return tagged(a, a.Version, "", nil)
}

// decision is what a person says beside yes; the body may be left out.
type decision struct {
	Confirm string `json:"confirm,omitempty" maxLength:"128" doc:"Name of a control device, typed."`
}

type decisionInput struct {
	IDInput
	Body *decision
}

func (in *decisionInput) confirm() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Confirm
}

func (s *Server) approveAction(ctx context.Context, in *decisionInput) (*taggedOutput[heron.Action], error) {
	about(ctx, in.ID)
	return decided(s.opt.Backend.ApproveAction(ctx, actor(ctx), in.ID, in.confirm()))
}

func (s *Server) rejectAction(ctx context.Context, in *IDInput) (*taggedOutput[heron.Action], error) {
	about(ctx, in.ID)
	return decided(s.opt.Backend.RejectAction(ctx, actor(ctx), in.ID))
}

func (s *Server) releaseAction(ctx context.Context, in *decisionInput) (*taggedOutput[heron.Action], error) {
	about(ctx, in.ID)
	return decided(s.opt.Backend.ReleaseAction(ctx, actor(ctx), in.ID, in.confirm()))
}

func decided(a *heron.Action, err error) (*taggedOutput[heron.Action], error) {
	if err != nil {
		return nil, err
	}
	return tagged(a, a.Version, "", nil)
}

func (s *Server) listExecutors(ctx context.Context, _ *struct{}) (*listOutput[Executor], error) {
	return whole(s.opt.Backend.Executors(ctx), nil)
}
