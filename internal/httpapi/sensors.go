package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"

	"github.com/heron-iot/heron"
)

// addSensors registers sensors and the zones of the network they watch.
func (s *Server) addSensors(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/sensors", ID: "listSensors", Tag: "sensors",
		Role: heron.Viewer, Summary: "List sensors",
	}, s.listSensors)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/sensors/{id}", ID: "getSensor", Tag: "sensors",
		Role: heron.Viewer, Summary: "One sensor",
	}, s.getSensor)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/sensors", ID: "addSensor", Tag: "sensors",
		Role: heron.Admin, Audit: "sensor.add", Status: http.StatusCreated, Summary: "Let a sensor in",
		Doc: "The token is in this answer and never shown again.",
	}, s.addSensor)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/sensors/{id}", ID: "removeSensor", Tag: "sensors",
		Role: heron.Admin, Audit: "sensor.remove", Summary: "Forget a sensor and refuse it",
	}, s.removeSensor)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/sensors/{id}/config", ID: "configureSensor", Tag: "sensors",
		Role: heron.Admin, Audit: "sensor.configure", Summary: "Tell a sensor what to capture, and its limits",
		Doc: "Replaces what was told before; what is left out is as the sensor's own configuration says. The sensor checks it whole " +
			"and keeps it. health.config_applied and health.config_fault of the answer, or of a later one where the sensor is away, " +
			"say what became of it.",
	}, s.configureSensor)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/zones", ID: "listZones", Tag: "zones",
		Role: heron.Viewer, Summary: "List zones",
	}, s.listZones)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/zones", ID: "createZone", Tag: "zones",
		Role: heron.Admin, Audit: "zone.create", Status: http.StatusCreated, Summary: "Add a zone",
	}, s.createZone)
	add(b, Route{
		Method: http.MethodPut, Path: "/api/v1/zones/{id}", ID: "putZone", Tag: "zones",
		Role: heron.Admin, Audit: "zone.update", Summary: "Replace a zone",
	}, s.putZone)
	add(b, Route{
		Method: http.MethodDelete, Path: "/api/v1/zones/{id}", ID: "deleteZone", Tag: "zones",
		Role: heron.Admin, Audit: "zone.delete", Summary: "Remove a zone",
	}, s.deleteZone)
}

func (s *Server) listSensors(ctx context.Context, _ *struct{}) (*listOutput[heron.Sensor], error) {
	return whole(s.opt.Store.ListSensors(ctx))
}

func (s *Server) getSensor(ctx context.Context, in *IDInput) (*oneOutput[heron.Sensor], error) {
	return one(s.opt.Store.GetSensor(ctx, in.ID))
}

type newSensorInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"64" pattern:"^[A-Za-z0-9][A-Za-z0-9 ._-]*$"`
	}
}

// NewSensor is a sensor with the token it joins with, shown once.
type NewSensor struct {
	Sensor heron.Sensor `json:"sensor"`
	Token  string       `json:"token"`
}

func (s *Server) addSensor(ctx context.Context, in *newSensorInput) (*oneOutput[NewSensor], error) {
	about(ctx, in.Body.Name)
	sensor, token, err := s.opt.Backend.AddSensor(ctx, actor(ctx), in.Body.Name)
	if err != nil {
		return nil, err
	}
	about(ctx, sensor.ID, "name", sensor.Name)
	return one(&NewSensor{Sensor: *sensor, Token: token}, nil)
}

func (s *Server) removeSensor(ctx context.Context, in *IDInput) (*struct{}, error) {
	about(ctx, in.ID)
	return nil, s.opt.Backend.RemoveSensor(ctx, actor(ctx), in.ID)
}

type sensorConfigInput struct {
	IDInput
	Body heron.SensorConfig
}

func (s *Server) configureSensor(ctx context.Context, in *sensorConfigInput) (*oneOutput[heron.Sensor], error) {
	about(ctx, in.ID)
	in.Body.Version = 0
	text, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	about(ctx, in.ID, "config", string(text))
	return one(s.opt.Backend.ConfigureSensor(ctx, actor(ctx), in.ID, in.Body))
}

func (s *Server) listZones(ctx context.Context, _ *struct{}) (*listOutput[heron.Zone], error) {
	return whole(s.opt.Store.ListZones(ctx))
}

// zoneBody is a zone as a person writes it.
type zoneBody struct {
	Name        string         `json:"name" minLength:"1" maxLength:"64"`
	Kind        string         `json:"kind" enum:"ot,iot,it,guest,medical,pos,dmz"`
	Purdue      *float64       `json:"purdue_level,omitempty" minimum:"0" maximum:"5" doc:"The level of its devices; left out where they are of several."`
	Criticality string         `json:"criticality,omitempty" enum:"low,medium,high,critical" doc:"How critical its devices are, whatever they are."`
	Prefixes    []netip.Prefix `json:"prefixes" minItems:"1" maxItems:"256"`
}

func (s *Server) zone(id string, z zoneBody) *heron.Zone {
	for i, p := range z.Prefixes {
		z.Prefixes[i] = p.Masked()
	}
	return &heron.Zone{
		ID: id, SiteID: s.opt.SiteID, Name: z.Name, Kind: z.Kind, Purdue: z.Purdue, Criticality: z.Criticality, Prefixes: z.Prefixes,
	}
}

func (s *Server) createZone(ctx context.Context, in *struct{ Body zoneBody }) (*oneOutput[heron.Zone], error) {
	z := s.zone(heron.NewID(), in.Body)
	about(ctx, z.ID, "name", z.Name)
	return one(z, s.opt.Backend.PutZone(ctx, z))
}

type zoneInput struct {
	IDInput
	Body zoneBody
}

func (s *Server) putZone(ctx context.Context, in *zoneInput) (*oneOutput[heron.Zone], error) {
	about(ctx, in.ID, "name", in.Body.Name)
	if err := s.findZone(ctx, in.ID); err != nil {
		return nil, err
	}
	z := s.zone(in.ID, in.Body)
	return one(z, s.opt.Backend.PutZone(ctx, z))
}

// findZone returns CodeNotFound when there is no such zone: PUT replaces one
// and does not make one under a name of the caller's.
func (s *Server) findZone(ctx context.Context, id string) error {
	zones, err := s.opt.Store.ListZones(ctx)
	if err != nil {
		return err
	}
	for _, z := range zones {
		if z.ID == id {
			return nil
		}
	}
	return heron.Errorf(heron.CodeNotFound, "no zone %.64q", id)
}

func (s *Server) deleteZone(ctx context.Context, in *IDInput) (*struct{}, error) {
	about(ctx, in.ID)
	return nil, s.opt.Backend.DeleteZone(ctx, in.ID)
}
