package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/heron-iot/heron"
)

// DeviceQuery chooses devices. Parameters that take several values may be
// repeated or have commas; vendors have commas in their names, so those are
// only repeated.
type DeviceQuery struct {
	Q           string   `query:"q" maxLength:"1024" doc:"Search, as vendor:axis firmware<10 -type:printer \"exact words\"."`
	Type        []string `query:"type,explode" doc:"Device types."`
	Vendor      []string `query:"vendor,explode" doc:"Vendors, exactly."`
	Zone        []string `query:"zone,explode" doc:"Zone ids."`
	Level       []string `query:"level,explode" doc:"Risk levels: unknown, low, medium, high, critical."`
	Sensor      []string `query:"sensor,explode" doc:"Sensor ids."`
	Criticality []string `query:"criticality,explode" doc:"low, medium, high, critical: what a person said, else what the zone or the type says."`
	Purdue      []string `query:"purdue_level,explode" doc:"Purdue levels, 0 to 5 and 3.5."`
	Presence    []string `query:"presence,explode" doc:"present, asleep, away, gone, unknown."`
	ID          []string `query:"id,explode" doc:"Device ids."`
	Local       string   `query:"local" enum:"true,false" doc:"On a network that is watched."`
	LastFrom    string   `query:"last_from" doc:"Seen at or after this time."`
	Merged      bool     `query:"merged" doc:"Include devices merged into others."`
}

func (q DeviceQuery) filter() (heron.DeviceFilter, error) {
	f := heron.DeviceFilter{
		Types: splitWords(q.Type), Vendors: q.Vendor, Zones: splitWords(q.Zone), Sensors: splitWords(q.Sensor),
		Purdue: splitWords(q.Purdue),
		IDs:    splitWords(q.ID), Local: flag(q.Local), Merged: q.Merged,
	}
	var err error
	if f.Terms, err = parseSearch(q.Q, deviceFields()); err != nil {
		return f, err
	}
	if f.Levels, err = oneOf("level", q.Level, allRiskLevels()); err != nil {
		return f, err
	}
	if f.Criticalities, err = oneOf("criticality", q.Criticality, heron.Criticalities()); err != nil {
		return f, err
	}
	if f.Presence, err = oneOf("presence", q.Presence, heron.PresenceStates()); err != nil {
		return f, err
	}
	f.LastFrom, err = parsed[heron.Time]("last_from", q.LastFrom)
	return f, err
}

func (s *Server) addDevices(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/devices", ID: "listDevices", Tag: "devices",
		Role: heron.Viewer, Summary: "List devices",
	}, s.listDevices)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/devices/facets", ID: "countDevices", Tag: "devices",
		Role: heron.Viewer, Summary: "Count devices by type, vendor, zone, level, criticality, Purdue level, presence and sensor",
	}, s.countDevices)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/devices/{id}", ID: "getDevice", Tag: "devices",
		Role: heron.Viewer, Summary: "One device",
	}, s.getDevice)
	add(b, Route{
		Method: http.MethodPatch, Path: "/api/v1/devices/{id}", ID: "renameDevice", Tag: "devices",
		Role: heron.Analyst, Audit: "device.rename", Summary: "Give a device a name",
	}, s.renameDevice)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/devices/merge", ID: "mergeDevices", Tag: "devices",
		Role: heron.Analyst, Audit: "device.merge", Summary: "Say that devices are one",
		Doc: "Can be undone by its entry in the ledger.",
	}, s.mergeDevices)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/devices/{id}/split", ID: "splitDevice", Tag: "devices",
		Role: heron.Analyst, Audit: "device.split", Summary: "Move some addresses to a device of their own",
		Doc: "Can be undone by its entry in the ledger.",
	}, s.splitDevice)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/ledger", ID: "listLedger", Tag: "devices",
		Role: heron.Viewer, Summary: "Merges, splits, renames and corrections, newest first",
	}, s.listLedger)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/ledger/{id}/undo", ID: "undoLedger", Tag: "devices",
		Role: heron.Analyst, Audit: "device.undo", Summary: "Take back a merge, split, rename or correction",
	}, s.undoLedger)
}

func (s *Server) listDevices(ctx context.Context, in *struct {
	PageInput
	DeviceQuery
},
) (*listOutput[heron.Device], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	return listed(s.opt.Store.ListDevices(ctx, f, in.page()))
}

func (s *Server) countDevices(ctx context.Context, in *DeviceQuery) (*oneOutput[heron.Facets], error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	facets, err := s.opt.Store.CountDevices(ctx, f)
	return one(&facets, err)
}

func (s *Server) getDevice(ctx context.Context, in *readInput) (*taggedOutput[heron.Device], error) {
	d, err := s.opt.Store.GetDevice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return tagged(d, d.Version, in.IfNoneMatch, nil)
}

type renameInput struct {
	IDInput
	IfMatch string `header:"If-Match" doc:"ETag that the change is based on."`
	Body    struct {
		Name string `json:"name" maxLength:"128" doc:"Empty takes the name away."`
	}
}

func (s *Server) renameDevice(ctx context.Context, in *renameInput) (*taggedOutput[heron.Device], error) {
	name := strings.TrimSpace(in.Body.Name)
	about(ctx, in.ID, "name", name)
	version, err := matchTag(in.IfMatch)
	if err != nil {
		return nil, err
	}
	d, err := s.opt.Backend.RenameDevice(ctx, actor(ctx), in.ID, name, version)
	if err != nil {
		return nil, stale(err, version)
	}
	return tagged(d, d.Version, "", nil)
}

// stale marks a conflict that If-Match found: it is answered 412, not 409.
func stale(err error, version int64) error {
	if version != 0 && heron.ErrorCode(err) == heron.CodeConflict {
		return &heron.Error{Code: heron.CodeConflict, Message: heron.ErrorMessage(err), Err: errStale}
	}
	return err
}

type mergeInput struct {
	Body struct {
		Keep   string   `json:"keep" minLength:"1" maxLength:"128" doc:"Device that stays."`
		Others []string `json:"others" minItems:"1" maxItems:"100" doc:"Devices that become part of it."`
		Reason string   `json:"reason" minLength:"1" maxLength:"512"`
	}
}

func (s *Server) mergeDevices(ctx context.Context, in *mergeInput) (*taggedOutput[heron.Device], error) {
	about(ctx, in.Body.Keep, "others", strings.Join(in.Body.Others, " "), "reason", in.Body.Reason)
	d, err := s.opt.Backend.MergeDevices(ctx, actor(ctx), in.Body.Keep, in.Body.Others, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return tagged(d, d.Version, "", nil)
}

type splitInput struct {
	IDInput
	Body struct {
		Identifiers []string `json:"identifiers" minItems:"1" maxItems:"100" doc:"MAC or IP addresses of the device."`
		Reason      string   `json:"reason" minLength:"1" maxLength:"512"`
	}
}

func (s *Server) splitDevice(ctx context.Context, in *splitInput) (*listOutput[heron.Device], error) {
	about(ctx, in.ID, "identifiers", strings.Join(in.Body.Identifiers, " "), "reason", in.Body.Reason)
	return whole(s.opt.Backend.SplitDevice(ctx, actor(ctx), in.ID, in.Body.Identifiers, in.Body.Reason))
}

func (s *Server) listLedger(ctx context.Context, in *PageInput) (*listOutput[heron.LedgerEntry], error) {
	return listed(s.opt.Store.ListLedger(ctx, in.page()))
}

func (s *Server) undoLedger(ctx context.Context, in *IDInput) (*listOutput[heron.Device], error) {
	about(ctx, in.ID)
	return whole(s.opt.Backend.UndoLedger(ctx, actor(ctx), in.ID))
}
