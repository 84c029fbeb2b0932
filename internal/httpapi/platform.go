package httpapi

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// addPlatform registers what is about the platform itself.
func (s *Server) addPlatform(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/overview", ID: "getOverview", Tag: "overview",
		Role: heron.Viewer, Summary: "Am I all right?",
	}, s.overview)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/types", ID: "listTypes", Tag: "devices",
		Role: heron.Viewer, Summary: "Kinds of device that Heron knows",
	}, s.listTypes)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/audit", ID: "listAudit", Tag: "audit",
		Role: heron.Admin, Summary: "Who did what, newest first",
	}, s.listAudit)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/audit/verify", ID: "verifyAudit", Tag: "audit",
		Role: heron.Admin, Summary: "Walk the hash chain of the audit log",
	}, s.verifyAudit)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/settings/notifiers", ID: "listReceivers", Tag: "settings",
		Role: heron.Admin, Summary: "Where news of alerts is sent; secrets are masked",
	}, s.listReceivers)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/settings/notifiers", ID: "putReceivers", Tag: "settings",
		Role: heron.Admin, Audit: "settings.notifiers", Summary: "Replace all receivers",
		Doc: "A secret sent back masked stays as it was.",
	}, s.putReceivers)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/settings/notifiers/test", ID: "testReceiver", Tag: "settings",
		Role: heron.Admin, Audit: "settings.notifiers.test", Summary: "Send a test message to one receiver",
	}, s.testReceiver)
}

func (s *Server) overview(ctx context.Context, _ *struct{}) (*oneOutput[heron.Overview], error) {
	o, err := s.opt.Store.Overview(ctx, s.now())
	if err != nil {
		return nil, err
	}
	o.Simulation = s.opt.Simulation
	return one(o, nil)
}

type auditInput struct {
	PageInput
	SpanInput
	Actor  string `query:"actor" maxLength:"128"`
	Object string `query:"object" maxLength:"128"`
	Action string `query:"action" maxLength:"128"`
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*listOutput[heron.AuditEntry], error) {
	from, to, err := span(in.From, in.To)
	if err != nil {
		return nil, err
	}
	f := heron.AuditFilter{Actor: in.Actor, Object: in.Object, Action: in.Action, From: from, To: to}
	return listed(s.opt.Store.ListAudit(ctx, f, in.page()))
}

// AuditProof is the outcome of walking the audit log's hash chain.
type AuditProof struct {
	OK      bool   `json:"ok"`
	Entries int64  `json:"entries"`
	Fault   string `json:"fault,omitempty" doc:"The first entry that does not fit."`
}

func (s *Server) verifyAudit(ctx context.Context, _ *struct{}) (*oneOutput[AuditProof], error) {
	n, err := s.opt.Store.VerifyAudit(ctx)
	if err != nil && heron.ErrorCode(err) == heron.CodeInternal {
		return nil, err
	}
	p := AuditProof{OK: err == nil, Entries: n}
	if err != nil {
		p.Fault = heron.ErrorMessage(err)
	}
	return one(&p, nil)
}

func (s *Server) listReceivers(ctx context.Context, _ *struct{}) (*listOutput[Receiver], error) {
	return whole(s.opt.Backend.ListReceivers(ctx))
}

type receiversInput struct {
	Body struct {
		Items []Receiver `json:"items" maxItems:"100"`
	}
}

func (s *Server) putReceivers(ctx context.Context, in *receiversInput) (*listOutput[Receiver], error) {
	for _, r := range in.Body.Items {
		about(ctx, "", r.Name, r.Notifier)
	}
	if err := s.opt.Backend.PutReceivers(ctx, actor(ctx), in.Body.Items); err != nil {
		return nil, err
	}
	return whole(s.opt.Backend.ListReceivers(ctx))
}

type testInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"64" doc:"Receiver to send to."`
	}
}

func (s *Server) testReceiver(ctx context.Context, in *testInput) (*struct{}, error) {
	about(ctx, in.Body.Name)
	return nil, s.opt.Backend.TestReceiver(ctx, actor(ctx), in.Body.Name)
}
