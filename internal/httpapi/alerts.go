package httpapi

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

func (s *Server) addAlerts(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/alerts", ID: "listAlerts", Tag: "alerts",
		Role: heron.Viewer, Summary: "List alerts",
	}, s.listAlerts)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/alerts/{id}", ID: "getAlert", Tag: "alerts",
		Role: heron.Viewer, Summary: "One alert",
	}, s.getAlert)
	add(b, Route{
		Method: http.MethodPatch, Path: "/api/v1/alerts/{id}", ID: "updateAlert", Tag: "alerts",
		Role: heron.Analyst, Audit: "alert.update", Summary: "Triage an alert",
		Doc: "What is not sent stays as it is.",
	}, s.updateAlert)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/alerts/{id}/notifications", ID: "listNotifications",
		Tag: "alerts", Role: heron.Viewer, Summary: "Who was told about an alert",
	}, s.listNotifications)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/alerts/{id}/pcap", ID: "getAlertPackets", Tag: "alerts",
		Role: heron.Analyst, Audit: "alert.pcap", Summary: "The packets behind an alert",
		Doc: "A pcapng file (application/x-pcapng), at most 64 MiB, of what sensors still keep between the two ends of the alert: " +
			"from half a minute before it was first seen to half a minute after it was last seen.",
	}, s.alertPackets)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/incidents", ID: "listIncidents", Tag: "alerts",
		Role: heron.Viewer, Summary: "Alerts grouped into incidents",
	}, s.listIncidents)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/detectors", ID: "listDetectors", Tag: "alerts",
		Role: heron.Viewer, Summary: "What is looked for, and what fools it",
	}, s.listDetectors)
}

type alertsInput struct {
	PageInput
	SpanInput
	State    []string `query:"state,explode" doc:"open, acknowledged, suppressed, closed."`
	Severity []string `query:"severity,explode" doc:"info, low, medium, high, critical."`
	Detector []string `query:"detector,explode" doc:"Detector ids."`
	Device   string   `query:"device" maxLength:"128" doc:"Device id."`
	Q        string   `query:"q" maxLength:"1024" doc:"Words in title, summary and addresses."`
}

func (in alertsInput) filter() (heron.AlertFilter, error) {
	f := heron.AlertFilter{Detectors: splitWords(in.Detector), DeviceID: in.Device, Text: in.Q}
	var err error
	if f.States, err = oneOf("state", in.State, allAlertStates()); err != nil {
		return f, err
	}
	for _, w := range splitWords(in.Severity) {
		v, err := parsed[heron.Severity]("severity", w)
		if err != nil {
			return f, err
		}
		f.Severities = append(f.Severities, v)
	}
	f.From, f.To, err = span(in.From, in.To)
	return f, err
}

func (s *Server) listAlerts(ctx context.Context, in *alertsInput) (*listOutput[heron.Alert], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return listed(s.opt.Store.ListAlerts(ctx, f, in.page()))
}

func (s *Server) getAlert(ctx context.Context, in *readInput) (*taggedOutput[heron.Alert], error) {
	a, err := s.opt.Store.GetAlert(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(a, a.Version, in.IfNoneMatch, nil)
}

type alertChange struct {
	State    *heron.AlertState   `json:"state,omitempty"`
	Verdict  *heron.AlertVerdict `json:"verdict,omitempty"`
	Assignee *string             `json:"assignee,omitempty" maxLength:"64"`
	Note     *string             `json:"note,omitempty" maxLength:"4096"`
}

type alertInput struct {
	IDInput
	IfMatch string `header:"If-Match" doc:"ETag that the change is based on."`
	Body    alertChange
}

// alertTries is how often a change is tried that was based on no version: a
// detector that sees the trouble again changes the alert, too.
const alertTries = 10

func (s *Server) updateAlert(ctx context.Context, in *alertInput) (*taggedOutput[heron.Alert], error) {
	about(ctx, in.ID)
	version, err := matchTag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	err = s.changeAlert(ctx, in, version)
	for try := 1; version == 0 && heron.ErrorCode(err) == heron.CodeConflict && try < alertTries; try++ {
		err = s.changeAlert(ctx, in, version)
	}
	if err != nil {
		return nil, err
	}
	// Read it back: the store numbers versions.
	return s.getAlert(ctx, &readInput{IDInput: in.IDInput})
}

// changeAlert applies a change to the alert as it is now; a version other than 0
// must be its.
func (s *Server) changeAlert(ctx context.Context, in *alertInput, version int64) error {
	a, err := s.opt.Store.GetAlert(ctx, in.ID)
	if err != nil {
		return err
	}
	if version != 0 && version != a.Version {
		return &heron.Error{Code: heron.CodeConflict, Message: "the alert changed meanwhile", Err: errStale}
	}
	in.Body.apply(ctx, a)
	a.Updated = s.now()
	return stale(s.opt.Backend.PutAlert(ctx, a), version)
}

// apply changes a and says in the audit entry what changed.
func (c alertChange) apply(ctx context.Context, a *heron.Alert) {
	if c.State != nil {
		about(ctx, "", "state", string(*c.State))
		a.State = *c.State
	}
	if c.Verdict != nil {
		about(ctx, "", "verdict", string(*c.Verdict))
		a.Verdict = *c.Verdict
	}
	if c.Assignee != nil {
		about(ctx, "", "assignee", *c.Assignee)
		a.Assignee = *c.Assignee
	}
	if c.Note != nil {
		about(ctx, "", "note", *c.Note)
		a.Note = *c.Note
	}
}

func (s *Server) listNotifications(ctx context.Context, in *IDInput) (*listOutput[heron.Notification], error) {
	return whole(s.opt.Store.ListNotifications(ctx, in.ID))
}

func (s *Server) listIncidents(ctx context.Context, in *PageInput) (*listOutput[heron.Incident], error) {
	return listed(s.opt.Store.ListIncidents(ctx, in.page()))
}

func (s *Server) listDetectors(context.Context, *struct{}) (*listOutput[Detector], error) {
	return whole(s.opt.Backend.Detectors(), nil)
}
