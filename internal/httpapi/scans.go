package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/heron-iot/heron"
)

// Scanner is active discovery: it is off until the configuration switches it on.
type Scanner interface {
	// PlanScan lists what a scan would send; nothing is sent.
	PlanScan(ctx context.Context, r heron.ScanRequest) (*heron.ScanPlan, error)
	// StartScan begins a scan and returns without waiting for its end.
	StartScan(ctx context.Context, actor string, r heron.ScanRequest) (*heron.Scan, error)
	// StopScan ends a running scan at once and returns it.
	StopScan(ctx context.Context, id string) (*heron.Scan, error)
	// ListScans returns the latest scans, the last one first.
	ListScans(ctx context.Context) ([]heron.Scan, error)
}

func (s *Server) addScans(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/scans", ID: "listScans", Tag: "scans",
		Role: heron.Viewer, Summary: "The latest scans, and how far they are",
	}, s.listScans)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/scans", ID: "startScan", Tag: "scans",
		Role: heron.Operator, Audit: "scan.start", Status: http.StatusCreated, Summary: "Ask devices politely who they are",
		Doc: "Active discovery must be switched on in the configuration. What each host was asked is in the audit log.",
	}, s.startScan)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/scans/plan", ID: "planScan", Tag: "scans",
		Role: heron.Operator, Audit: "scan.plan", Summary: "List what a scan would send; nothing is sent",
	}, s.planScan)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/scans/{id}", ID: "getScan", Tag: "scans",
		Role: heron.Viewer, Summary: "One scan, and how far it is",
	}, s.getScan)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/scans/{id}/stop", ID: "stopScan", Tag: "scans",
		Role: heron.Operator, Audit: "scan.stop", Summary: "Stop a scan at once",
	}, s.stopScan)
}

type scanInput struct{ Body heron.ScanRequest }

func (s *Server) listScans(ctx context.Context, _ *struct{}) (*listOutput[heron.Scan], error) {
	return whole(s.opt.Backend.ListScans(ctx))
}

func (s *Server) getScan(ctx context.Context, in *IDInput) (*oneOutput[heron.Scan], error) {
	list, err := s.opt.Backend.ListScans(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == in.ID {
			return one(&list[i], nil)
		}
	}
	return nil, heron.Errorf(heron.CodeNotFound, "no scan %.64q", in.ID)
}

func (s *Server) startScan(ctx context.Context, in *scanInput) (*oneOutput[heron.Scan], error) {
	about(ctx, "", "targets", strings.Join(in.Body.Targets, " "), "profile", in.Body.Profile)
	x, err := s.opt.Backend.StartScan(ctx, actor(ctx), in.Body)
	if err == nil {
		about(ctx, x.ID)
	}
	return one(x, err)
}

func (s *Server) planScan(ctx context.Context, in *scanInput) (*oneOutput[heron.ScanPlan], error) {
	about(ctx, "", "targets", strings.Join(in.Body.Targets, " "), "profile", in.Body.Profile)
	return one(s.opt.Backend.PlanScan(ctx, in.Body))
}

func (s *Server) stopScan(ctx context.Context, in *IDInput) (*oneOutput[heron.Scan], error) {
	about(ctx, in.ID)
	return one(s.opt.Backend.StopScan(ctx, in.ID))
}
