// Package compliance decides, from what the network alone shows, whether a
// device keeps the rules of the common frameworks. A check passes or fails
// only on evidence; without any it is unknown, with the reason. Results are a
// pure function of the input.
package compliance

import (
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
)

// Input is what a check may look at.
type Input struct {
	Device          *heron.Device
	Observations    []heron.Observation
	Vulnerabilities []heron.Vulnerability
	Now             heron.Time
}

// check is one control with its rule.
type check struct {
	heron.Control
	// applies tells whether the control means anything for the device; nil: always.
	applies func(in *view) bool
	decide  func(in *view) verdict
}

// verdict is what a rule found.
type verdict struct {
	status   heron.ControlStatus
	reason   string
	evidence []string
}

func pass(reason string, evidence ...string) verdict {
	return verdict{heron.ControlPass, reason, evidence}
}

func fail(reason string, evidence ...string) verdict {
	return verdict{heron.ControlFail, reason, evidence}
}

func unknown(reason string) verdict { return verdict{status: heron.ControlUnknown, reason: reason} }

// Controls returns all controls, in the order of their ids.
func Controls() []heron.Control {
	list := checks()
	out := make([]heron.Control, len(list))
	for i, c := range list {
		out[i] = c.Control
	}
	return out
}

// Check applies every control to the device.
func Check(in Input) []heron.ControlResult {
	v := newView(in)
	list := checks()
	out := make([]heron.ControlResult, 0, len(list))
	for _, c := range list {
		r := verdict{heron.ControlNotApplicable, "does not concern this kind of device", nil}
		if c.applies == nil || c.applies(v) {
			r = c.decide(v)
		}
		out = append(out, heron.ControlResult{
			ControlID: c.ID, DeviceID: in.Device.ID, Status: r.status,
			Reason: r.reason, Evidence: r.evidence, Time: in.Now,
		})
	}
	return out
}

// view is an Input made quick to ask.
type view struct {
	Input
	byKey map[string][]*heron.Observation
}

func newView(in Input) *view {
	v := &view{Input: in, byKey: map[string][]*heron.Observation{}}
	for i := range in.Observations {
		o := &in.Observations[i]
		v.byKey[o.Key] = append(v.byKey[o.Key], o)
	}
	return v
}

// first returns "key=value" of the first observation with that key for which
// ok holds.
func (v *view) first(key string, ok func(value string) bool) (string, bool) {
	for _, o := range v.byKey[key] {
		if ok == nil || ok(o.Value) {
			return key + "=" + o.Value, true
		}
	}
	return "", false
}

// service returns a description of the first service that speaks one of the
// protocols or, its protocol being unknown, sits on one of the ports.
func (v *view) service(protocols string, ports ...uint16) (string, bool) {
	for _, s := range v.Device.Services {
		if s.Protocol != "" {
			if slices.Contains(strings.Fields(protocols), s.Protocol) {
				return describe(s), true
			}
			continue
		}
		if slices.Contains(ports, s.Port) {
			return describe(s), true
		}
	}
	return "", false
}

func describe(s heron.Service) string {
	d := "service=" + s.Transport.String() + "/" + strconv.Itoa(int(s.Port))
	if s.Protocol != "" {
		d += "/" + s.Protocol
	}
	return d
}

// watched reports whether the device was seen answering anything at all: only
// then does the absence of a service mean that it is closed to us so far.
func (v *view) watched() bool { return len(v.Device.Services) > 0 }
