package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/heron-iot/heron"
)

func (s *Server) addVulnerabilities(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/vulnerabilities", ID: "listVulnerabilities",
		Tag: "vulnerabilities", Role: heron.Viewer, Summary: "List weaknesses of devices",
	}, s.listVulnerabilities)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/vulnerabilities/{id}", ID: "getVulnerability",
		Tag: "vulnerabilities", Role: heron.Viewer, Summary: "One weakness of one device",
	}, s.getVulnerability)
	add(b, Route{
		Method: http.MethodPatch, Path: "/api/v1/vulnerabilities/{id}", ID: "updateVulnerability",
		Tag: "vulnerabilities", Role: heron.Analyst, Audit: "vulnerability.update",
		Summary: "Decide about a weakness",
	}, s.updateVulnerability)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/advisories/{cve}", ID: "getAdvisory",
		Tag: "vulnerabilities", Role: heron.Viewer, Summary: "What is known of a CVE",
	}, s.getAdvisory)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/controls", ID: "listControls", Tag: "risk",
		Role: heron.Viewer, Summary: "Compliance checks, with the clauses they stand for",
	}, s.listControls)
}

type vulnerabilitiesInput struct {
	PageInput
	Device   string   `query:"device" maxLength:"128" doc:"Device id."`
	CVE      string   `query:"cve" maxLength:"32" pattern:"^CVE-[0-9]{4}-[0-9]{4,}$"`
	State    []string `query:"state,explode" doc:"open, mitigated, accepted, fixed, not_affected, false_positive."`
	KEV      string   `query:"kev" enum:"true,false" doc:"Known to be exploited."`
	MinGrade string   `query:"min_grade" doc:"Least certainty: type, family, model, probable, range, exact, confirmed."`
}

func (in vulnerabilitiesInput) filter() (heron.VulnerabilityFilter, error) {
	f := heron.VulnerabilityFilter{DeviceID: in.Device, CVE: in.CVE, KEV: flag(in.KEV)}
	var err error
	if f.States, err = oneOf("state", in.State, allVulnStates()); err != nil {
		return f, err
	}
	f.MinGrade, err = parsed[heron.Grade]("min_grade", in.MinGrade)
	return f, err
}

func (s *Server) listVulnerabilities(
	ctx context.Context, in *vulnerabilitiesInput,
) (*listOutput[heron.Vulnerability], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return listed(s.opt.Store.ListVulnerabilities(ctx, f, in.page()))
}

func (s *Server) getVulnerability(ctx context.Context, in *IDInput) (*oneOutput[heron.Vulnerability], error) {
	return one(s.opt.Store.GetVulnerability(ctx, in.ID))
}

type vulnerabilityInput struct {
	IDInput
	Body struct {
		State  heron.VulnState `json:"state"`
		Reason string          `json:"reason,omitempty" maxLength:"512" doc:"Why; kept in the audit log."`
	}
}

func (s *Server) updateVulnerability(
	ctx context.Context, in *vulnerabilityInput,
) (*oneOutput[heron.Vulnerability], error) {
	about(ctx, in.ID, "state", string(in.Body.State), "reason", in.Body.Reason)
	v, err := s.opt.Store.GetVulnerability(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	about(ctx, "", "cve", v.CVE, "device", v.DeviceID)
	v.State = in.Body.State
	return one(v, s.opt.Backend.PutVulnerability(ctx, v))
}

type cveInput struct {
	CVE string `path:"cve" maxLength:"32" pattern:"^CVE-[0-9]{4}-[0-9]{4,}$" example:"CVE-2021-36260"`
}

func (s *Server) getAdvisory(ctx context.Context, in *cveInput) (*oneOutput[heron.Advisory], error) {
	return one(s.opt.Backend.Advisory(ctx, in.CVE))
}

func (s *Server) listControls(context.Context, *struct{}) (*listOutput[heron.Control], error) {
	return whole(s.opt.Backend.Controls(), nil)
}

// listTypes lists the device types by name.
func (s *Server) listTypes(context.Context, *struct{}) (*listOutput[heron.DeviceType], error) {
	all := heron.DeviceTypes()
	list := make([]heron.DeviceType, 0, len(all))
	for _, t := range all {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b heron.DeviceType) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return whole(list, nil)
}
