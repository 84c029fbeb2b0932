package httpapi

import (
	"path"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/heron-iot/heron"
)

// The nouns of package heron know nothing of OpenAPI. These stand in for those
// whose JSON differs from their Go kind, or that are one of a few words.

type timeSchema struct{}

// Schema implements huma.SchemaProvider.
func (timeSchema) Schema(r huma.Registry) *huma.Schema {
	return named(r, "Time", &huma.Schema{
		Type: huma.TypeString, Description: `RFC 3339 in UTC with microseconds, or "" when not known.`,
		Examples: []any{"2026-11-23T08:00:00.000000Z"},
	})
}

type macSchema struct{}

// Schema implements huma.SchemaProvider.
func (macSchema) Schema(r huma.Registry) *huma.Schema {
	return named(r, "MAC", &huma.Schema{
		Type: huma.TypeString, Description: "Lower case with colons.", Examples: []any{"00:11:22:aa:bb:cc"},
	})
}

// words is a schema of one of a few words; W names them.
type words[W wordList] struct{}

// wordList names an enumeration and its words.
type wordList interface{ list() (string, []any) }

// Schema implements huma.SchemaProvider.
func (words[W]) Schema(r huma.Registry) *huma.Schema {
	var w W
	name, list := w.list()
	return named(r, name, &huma.Schema{Type: huma.TypeString, Enum: list})
}

// named keeps a schema under a name of its own and refers to it.
func named(r huma.Registry, name string, s *huma.Schema) *huma.Schema {
	if r.Map()[name] == nil {
		s.PrecomputeMessages()
		r.Map()[name] = s
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func texts[T ~string](list ...T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// numbered lists the names of an enumeration of numbers from first to last.
func numbered[T interface {
	~uint8
	String() string
}](first, last T) []any {
	var out []any
	for v := first; v <= last; v++ {
		out = append(out, v.String())
	}
	return out
}

type (
	roles         struct{}
	severities    struct{}
	grades        struct{}
	flowStates    struct{}
	transports    struct{}
	alertStates   struct{}
	alertVerdicts struct{}
	riskLevels    struct{}
	vulnStates    struct{}
	actionStates  struct{}
	controlWords  struct{}
	changeKinds   struct{}
	presences     struct{}
	factorNames   struct{}
	codes         struct{}
	rulings       struct{}
)

func (roles) list() (string, []any) { return "Role", numbered(heron.Viewer, heron.Admin) }
func (severities) list() (string, []any) {
	return "Severity", numbered(heron.Info, heron.Critical)
}

func (grades) list() (string, []any) { return "Grade", numbered(heron.GradeType, heron.GradeConfirmed) }

func (flowStates) list() (string, []any) {
	return "FlowState", numbered(heron.FlowUnknown, heron.FlowExpired)
}

func (transports) list() (string, []any) {
	return "Transport", numbered(heron.TransportUnknown, heron.OtherIP)
}
func (alertStates) list() (string, []any) { return "AlertState", texts(allAlertStates()...) }
func (alertVerdicts) list() (string, []any) {
	return "AlertVerdict", texts(heron.VerdictNone, heron.VerdictTrue, heron.VerdictFalse, heron.VerdictExpected)
}
func (riskLevels) list() (string, []any)   { return "RiskLevel", texts(allRiskLevels()...) }
func (vulnStates) list() (string, []any)   { return "VulnState", texts(allVulnStates()...) }
func (actionStates) list() (string, []any) { return "ActionState", texts(allActionStates()...) }
func (controlWords) list() (string, []any) {
	return "ControlStatus", texts(heron.ControlPass, heron.ControlFail, heron.ControlUnknown, heron.ControlNotApplicable)
}

func (changeKinds) list() (string, []any) {
	return "ChangeKind", texts(heron.DeviceNew, heron.DeviceUpdated, heron.DeviceMerged, heron.DeviceSplit,
		heron.DeviceRenamed, heron.DeviceIPMoved, heron.DeviceIdentity, heron.DeviceService, heron.DeviceForgotten,
		heron.DevicePortMoved, heron.DeviceAway, heron.DeviceBack)
}
func (presences) list() (string, []any) { return "PresenceState", texts(heron.PresenceStates()...) }

func (factorNames) list() (string, []any) { return "Factor", texts(heron.Factors()...) }
func (codes) list() (string, []any) {
	return "Code", texts(heron.CodeInvalid, heron.CodeUnauthorized, heron.CodeForbidden, heron.CodeNotFound,
		heron.CodeConflict, heron.CodeTooMany, heron.CodeUnavailable, heron.CodeUnsupported, heron.CodeInternal)
}

func (rulings) list() (string, []any) {
	return "Ruling", texts(heron.RulingLock, heron.RulingConfirm, heron.RulingReject)
}

func allAlertStates() []heron.AlertState {
	return []heron.AlertState{heron.AlertOpen, heron.AlertAcknowledged, heron.AlertSuppressed, heron.AlertClosed}
}

func allRiskLevels() []heron.RiskLevel {
	return []heron.RiskLevel{heron.RiskUnknown, heron.RiskLow, heron.RiskMedium, heron.RiskHigh, heron.RiskCritical}
}

func allVulnStates() []heron.VulnState {
	return []heron.VulnState{
		heron.VulnOpen, heron.VulnMitigated, heron.VulnAccepted,
		heron.VulnFixed, heron.VulnNotAffected, heron.VulnFalsePositive,
	}
}

func allActionStates() []heron.ActionState {
	return []heron.ActionState{
		heron.ActionProposed, heron.ActionApproved, heron.ActionRunning, heron.ActionVerified, heron.ActionFailed,
		heron.ActionRolledBack, heron.ActionReleased, heron.ActionExpired, heron.ActionRejected, heron.ActionUnknown,
	}
}

// alias makes the schema of T be that of S.
func alias[T, S any](r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[T](), reflect.TypeFor[S]())
}

// newRegistry returns a registry that knows the nouns of package heron.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	alias[heron.Time, timeSchema](r)
	alias[heron.MAC, macSchema](r)
	alias[heron.Role, words[roles]](r)
	alias[heron.Severity, words[severities]](r)
	alias[heron.Grade, words[grades]](r)
	alias[heron.FlowState, words[flowStates]](r)
	alias[heron.Transport, words[transports]](r)
	alias[heron.AlertState, words[alertStates]](r)
	alias[heron.AlertVerdict, words[alertVerdicts]](r)
	alias[heron.RiskLevel, words[riskLevels]](r)
	alias[heron.VulnState, words[vulnStates]](r)
	alias[heron.ActionState, words[actionStates]](r)
	alias[heron.ControlStatus, words[controlWords]](r)
	alias[heron.ChangeKind, words[changeKinds]](r)
	alias[heron.PresenceState, words[presences]](r)
	alias[heron.Factor, words[factorNames]](r)
	alias[heron.Code, words[codes]](r)
	alias[heron.Ruling, words[rulings]](r)
	r.Schema(reflect.TypeFor[Problem](), true, "")
	return r
}

// settle says in the description what fillNil does to the answers: lists are
// never null. It takes out what the framework would have sent for errors, and
// leaves answers open for keys of later versions; requests stay strict.
func settle(o *huma.OpenAPI) {
	schemas := o.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	strict := map[string]bool{}
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			settleOperation(op, schemas, strict)
		}
	}
	for name, s := range schemas {
		notNull(s)
		if s.AdditionalProperties == false && !strict[name] {
			s.AdditionalProperties = nil
		}
	}
}

// settleOperation settles what stands in the operation itself, and notes the
// schemas that its request is made of.
func settleOperation(op *huma.Operation, schemas map[string]*huma.Schema, strict map[string]bool) {
	if op == nil {
		return
	}
	for _, p := range op.Parameters {
		notNull(p.Schema)
	}
	for _, r := range op.Responses {
		for _, m := range r.Content {
			notNull(m.Schema)
		}
	}
	if op.RequestBody != nil {
		for _, m := range op.RequestBody.Content {
			visit(m.Schema, func(s *huma.Schema) *huma.Schema {
				name := path.Base(s.Ref)
				if s.Ref == "" || strict[name] {
					return nil
				}
				strict[name] = true
				return schemas[name]
			})
		}
	}
}

// notNull takes null out of every list in s.
func notNull(s *huma.Schema) {
	visit(s, func(s *huma.Schema) *huma.Schema {
		if s.Type == huma.TypeArray {
			s.Nullable = false
		}
		return nil
	})
}

// visit calls fn for s, all schemas in it, and those that fn returns.
func visit(s *huma.Schema, fn func(*huma.Schema) *huma.Schema) {
	if s == nil {
		return
	}
	visit(fn(s), fn)
	visit(s.Items, fn)
	for _, p := range s.Properties {
		visit(p, fn)
	}
	if extra, ok := s.AdditionalProperties.(*huma.Schema); ok {
		visit(extra, fn)
	}
}
