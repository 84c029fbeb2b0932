package httpapi

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// addDeviceReads registers what there is to know about one device.
func (s *Server) addDeviceReads(b *builder) {
	add(b, deviceRead("observations", "Observations", "What was seen of the device: the evidence"), s.listObservations)
	add(b, deviceRead("ports", "Ports", "Ports of switches that the device was at, the latest first"), s.listPorts)
	add(b, deviceRead("flows", "Flows", "Conversations of the device"), s.listFlows)
	add(b, deviceRead("peers", "Peers", "Whom the device talks to, busiest first"), s.listPeers)
	add(b, deviceRead("timeline", "Timeline", "What happened to the device, newest first"), s.listTimeline)
	add(b, deviceRead("baseline", "Baseline", "What is normal for the device"), s.getBaseline)
	add(b, deviceRead("vulnerabilities", "DeviceVulnerabilities", "Weaknesses of the device"), s.deviceVulnerabilities)
	add(b, deviceRead("controls", "DeviceControls", "Compliance checks applied to the device"), s.deviceControls)
	add(b, deviceRead("risk", "Risk", "Risk score with its reasons"), s.getRisk)
	add(b, deviceRead("risk/history", "RiskHistory", "Risk score over time"), s.riskHistory)
	add(b, deviceRead("alerts", "DeviceAlerts", "Alerts about the device"), s.deviceAlerts)
	add(b, deviceRead("actions", "DeviceActions", "Actions on the device"), s.deviceActions)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/risk/history", ID: "getSiteRiskHistory", Tag: "risk",
		Role: heron.Viewer, Summary: "Risk of the whole site over time",
	}, s.siteRiskHistory)
}

func deviceRead(what, id, summary string) Route {
	return Route{
		Method: http.MethodGet, Path: "/api/v1/devices/{id}/" + what, ID: "get" + id, Tag: "devices",
		Role: heron.Viewer, Summary: summary,
	}
}

// PagedInput is a paged list about one device.
type PagedInput struct {
	IDInput
	PageInput
}

func (s *Server) listObservations(ctx context.Context, in *PagedInput) (*listOutput[heron.Observation], error) {
	return listed(s.opt.Store.ListObservations(ctx, in.ID, in.page()))
}

func (s *Server) listPorts(ctx context.Context, in *IDInput) (*listOutput[heron.PortStay], error) {
	return whole(s.opt.Store.ListPorts(ctx, in.ID))
}

// SpanInput bounds a list in time.
type SpanInput struct {
	From string `query:"from" doc:"RFC 3339."`
	To   string `query:"to" doc:"RFC 3339."`
}

type flowsInput struct {
	PagedInput
	SpanInput
	Protocol string `query:"protocol" maxLength:"64"`
}

func (s *Server) listFlows(ctx context.Context, in *flowsInput) (*listOutput[heron.Flow], error) {
	from, to, err := span(in.From, in.To)
	if err != nil {
		return nil, err
	}
	f := heron.FlowFilter{DeviceID: in.ID, From: from, To: to, Protocol: in.Protocol}
	return listed(s.opt.Store.ListFlows(ctx, f, in.page()))
}

func (s *Server) listPeers(ctx context.Context, in *IDInput) (*listOutput[heron.Peer], error) {
	return whole(s.opt.Store.ListPeers(ctx, in.ID))
}

func (s *Server) listTimeline(ctx context.Context, in *PagedInput) (*listOutput[heron.DeviceChange], error) {
	return listed(s.opt.Store.ListDeviceChanges(ctx, in.ID, in.page()))
}

func (s *Server) getBaseline(ctx context.Context, in *IDInput) (*oneOutput[heron.Baseline], error) {
	return one(s.opt.Store.GetBaseline(ctx, in.ID))
}

func (s *Server) deviceVulnerabilities(ctx context.Context, in *PagedInput) (*listOutput[heron.Vulnerability], error) {
	return listed(s.opt.Store.ListVulnerabilities(ctx, heron.VulnerabilityFilter{DeviceID: in.ID}, in.page()))
}

func (s *Server) deviceControls(ctx context.Context, in *IDInput) (*listOutput[heron.ControlResult], error) {
	return whole(s.opt.Store.ListControlResults(ctx, in.ID))
}

func (s *Server) getRisk(ctx context.Context, in *IDInput) (*oneOutput[heron.RiskScore], error) {
	return one(s.opt.Store.GetRisk(ctx, in.ID))
}

type riskHistoryInput struct {
	IDInput
	SpanInput
}

func (s *Server) riskHistory(ctx context.Context, in *riskHistoryInput) (*listOutput[heron.RiskPoint], error) {
	from, to, err := span(in.From, in.To)
	if err != nil {
		return nil, err
	}
	return whole(s.opt.Store.RiskHistory(ctx, in.ID, from, s.until(to)))
}

func (s *Server) siteRiskHistory(ctx context.Context, in *SpanInput) (*listOutput[heron.RiskPoint], error) {
	from, to, err := span(in.From, in.To)
	if err != nil {
		return nil, err
	}
	return whole(s.opt.Store.SiteRiskHistory(ctx, from, s.until(to)))
}

// until is the end of a span; not given, it is now.
func (s *Server) until(to heron.Time) heron.Time {
	if to == 0 {
		return s.now()
	}
	return to
}

func (s *Server) deviceAlerts(ctx context.Context, in *PagedInput) (*listOutput[heron.Alert], error) {
	return listed(s.opt.Store.ListAlerts(ctx, heron.AlertFilter{DeviceID: in.ID}, in.page()))
}

func (s *Server) deviceActions(ctx context.Context, in *PagedInput) (*listOutput[heron.Action], error) {
	return listed(s.opt.Store.ListActions(ctx, heron.ActionFilter{DeviceID: in.ID}, in.page()))
}
