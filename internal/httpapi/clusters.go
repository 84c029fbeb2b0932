package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/heron-iot/heron"
)

// addClusters registers groups of devices of which nobody knows what they are.
func (s *Server) addClusters(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/clusters", ID: "listClusters", Tag: "devices",
		Role: heron.Viewer, Summary: "Devices of unknown type that are alike, with what they have in common",
		Doc: fmt.Sprintf("The %d largest groups, and the %d most typical members of each; total and size say how many there are. Groups are made anew when they are older than a minute.", heron.ClustersListed, heron.MembersListed),
	}, s.listClusters)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/clusters/{id}", ID: "getCluster", Tag: "devices",
		Role: heron.Viewer, Summary: "A group of devices of unknown type that are alike, with all of them",
		Doc: "An id stands for the members: when these change, the group is not found any more.",
	}, s.getCluster)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/clusters/{id}/identity/{field}", ID: "correctCluster", Tag: "devices",
		Role: heron.Analyst, Audit: "cluster.correct", Summary: "Say what all devices of a group are",
		Doc: "Locks a field of every member to a value, or of none when one of them is gone. Each is an entry of the ledger of its own. The answer has the first of them, and how many there are.",
	}, s.correctCluster)
}

func (s *Server) listClusters(ctx context.Context, _ *struct{}) (*oneOutput[heron.Clusters], error) {
	all, err := s.opt.Backend.ListClusters(ctx)
	if err != nil {
		return nil, err
	}
	return one(all.Listed(), nil)
}

func (s *Server) getCluster(ctx context.Context, in *IDInput) (*oneOutput[heron.Cluster], error) {
	return one(s.opt.Backend.GetCluster(ctx, in.ID))
}

type correctClusterInput struct {
	FieldInput
	Body struct {
		Value  string `json:"value" minLength:"1" maxLength:"96"`
		Reason string `json:"reason,omitempty" maxLength:"512"`
	}
}

func (s *Server) correctCluster(ctx context.Context, in *correctClusterInput) (*listOutput[heron.Device], error) {
	c := heron.Correction{
		Field: in.Field, Ruling: heron.RulingLock, Value: strings.TrimSpace(in.Body.Value), Reason: in.Body.Reason,
	}
	about(ctx, in.ID, "field", c.Field, "value", c.Value, "reason", c.Reason)
	changed, err := s.opt.Backend.CorrectCluster(ctx, actor(ctx), in.ID, c)
	return listed(heron.List[heron.Device]{Items: changed[:min(len(changed), heron.MembersListed)], Total: len(changed)}, err)
}
