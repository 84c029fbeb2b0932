package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/heron-iot/heron"
)

// addIdentity registers what people are told of what a device is, and what they
// say of it.
func (s *Server) addIdentity(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/devices/{id}/identity", ID: "getIdentity", Tag: "devices",
		Role: heron.Viewer, Summary: "What the device is, why, and what would settle it",
	}, s.getIdentity)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/devices/{id}/identity/{field}", ID: "correctIdentity", Tag: "devices",
		Role: heron.Analyst, Audit: "device.correct", Summary: "Lock, confirm or reject what is said of the device, or say how it stands",
		Doc: "A later word on the same field takes the place of an earlier one; rejections add up. criticality and purdue_level are locked only: until then the zone says them, else the type. It is an entry of the ledger, and stays with the device when that is merged or split.",
	}, s.correctIdentity)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/devices/{id}/identity/{field}", ID: "takeBackCorrection", Tag: "devices",
		Role: heron.Analyst, Audit: "device.correct.undo", Summary: "Take back all that people said of one field", Status: http.StatusOK,
	}, s.takeBackCorrection)
}

// addIdentification registers what observations would make of a device, and how
// well devices are known.
func (s *Server) addIdentification(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/identify", ID: "tryIdentify", Tag: "settings",
		Role: heron.Viewer, Summary: "What observations would make of a device, and which signatures match",
		Doc: "Nothing is kept. Signatures that nearly matched come after those that did, with the condition that failed.",
	}, s.tryIdentify)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/identity/quality", ID: "getIdentityQuality", Tag: "devices",
		Role: heron.Viewer, Summary: "How well the devices of our networks are known",
		Doc: "Counted at most once a minute.",
	}, s.getIdentityQuality)
}

func (s *Server) tryIdentify(_ context.Context, in *struct {
	Observation []string `query:"observation,explode" required:"true" minItems:"1" maxItems:"100" doc:"KEY=VALUE, as http.server=Boa/0.94; repeated."`
},
) (*oneOutput[heron.Trial], error) {
	obs := make([]heron.Observation, 0, len(in.Observation))
	for _, o := range in.Observation {
		key, value, ok := strings.Cut(o, "=")
		if !ok || key == "" || len(value) > heron.MaxObservationValue {
			return nil, heron.Errorf(heron.CodeInvalid, "observation %.80q: want KEY=VALUE, as http.server=Boa/0.94, with a value of at most %d bytes", o, heron.MaxObservationValue)
		}
		obs = append(obs, heron.Observation{Key: strings.TrimSpace(key), Value: strings.TrimSpace(value)})
	}
	return one(s.opt.Backend.TryIdentify(obs), nil)
}

func (s *Server) getIdentityQuality(ctx context.Context, _ *struct{}) (*oneOutput[heron.IdentityQuality], error) {
	return one(s.opt.Backend.IdentityQuality(ctx))
}

// addSignatures registers what devices are identified with.
func (s *Server) addSignatures(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/signatures", ID: "getSignatures", Tag: "settings",
		Role: heron.Viewer, Summary: "What devices are identified with",
	}, s.getSignatures)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/signatures/reload", ID: "reloadSignatures", Tag: "settings",
		Role: heron.Operator, Audit: "signatures.reload", Summary: "Read the signatures of the user's folder again",
		Doc: "All devices are identified anew. A faulty file takes no other with it: what it held when it was last good stays in use, if it ever was, and the problem says what is wrong, and where.",
	}, s.reloadSignatures)
}

func (s *Server) getSignatures(context.Context, *struct{}) (*oneOutput[Signatures], error) {
	return one(new(s.opt.Backend.Signatures()), nil)
}

func (s *Server) reloadSignatures(ctx context.Context, _ *struct{}) (*oneOutput[Signatures], error) {
	about(ctx, "signatures")
	return one(s.opt.Backend.ReloadSignatures(ctx))
}

func (s *Server) getIdentity(ctx context.Context, in *IDInput) (*oneOutput[heron.Explanation], error) {
	return one(s.opt.Backend.ExplainDevice(ctx, in.ID))
}

// FieldInput names a field of a device's identity.
type FieldInput struct {
	IDInput
	Field string `path:"field" enum:"type,vendor,model,os,firmware,criticality,purdue_level"`
}

type correctInput struct {
	FieldInput
	Body struct {
		Ruling heron.Ruling `json:"ruling"`
		Value  string       `json:"value,omitempty" maxLength:"96" doc:"Without it, to confirm or reject is about what is said now."`
		Reason string       `json:"reason,omitempty" maxLength:"512"`
	}
}

func (s *Server) correctIdentity(ctx context.Context, in *correctInput) (*taggedOutput[heron.Device], error) {
	c := heron.Correction{
		Field: in.Field, Ruling: in.Body.Ruling, Value: strings.TrimSpace(in.Body.Value), Reason: in.Body.Reason,
	}
	about(ctx, in.ID, "field", c.Field, "ruling", string(c.Ruling), "value", c.Value, "reason", c.Reason)
	d, err := s.opt.Backend.CorrectDevice(ctx, actor(ctx), in.ID, c)
	if err != nil {
		return nil, err
	}
	return tagged(d, d.Version, "", nil)
}

func (s *Server) takeBackCorrection(ctx context.Context, in *FieldInput) (*taggedOutput[heron.Device], error) {
	about(ctx, in.ID, "field", in.Field)
	d, err := s.opt.Backend.TakeBackCorrection(ctx, actor(ctx), in.ID, in.Field)
	if err != nil {
		return nil, err
	}
	return tagged(d, d.Version, "", nil)
}
