// Package playbook proposes what to do about an alert. It never does it: what
// it returns is an action for a person to approve.
package playbook

import (
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Rule proposes one operation for one sort of alert.
type Rule struct {
	Name string
	// Detectors are detector ids, or families with a final ".*".
	Detectors []string
	// Severity is the least that the alert must have, and Confidence likewise.
	Severity   heron.Severity
	Confidence float64
	Operation  heron.Operation
	Params     heron.Attributes
	Reason     string // why this helps; the alert's summary is added
}

// Actor is who a proposed action says it comes from.
const Actor = "playbook"

// Rules returns the rules that ship with Heron, the most exact first.
func Rules() []Rule {
	return []Rule{
		{
			Name:      "stop a spreading botnet",
			Detectors: []string{"botnet.*"},
			Severity:  heron.High, Confidence: 0.6,
			Operation: heron.OpQuarantine,
			Params:    heron.Attributes{"duration": "1h"},
			Reason:    "It tries to infect others; keep it from them until it is cleaned",
		},
		{
			Name:      "stop ARP spoofing",
			Detectors: []string{"arp.spoof"},
			Severity:  heron.High, Confidence: 0.7,
			Operation: heron.OpQuarantine,
			Params:    heron.Attributes{"duration": "1h"},
			Reason:    "It takes traffic that is not its own; cut it off while someone looks",
		},
		{
			Name:      "hold a scanner",
			Detectors: []string{"scan.*"},
			Severity:  heron.High, Confidence: 0.8,
			Operation: heron.OpQuarantine,
			Params:    heron.Attributes{"duration": "30m"},
			Reason:    "It maps the network; hold it until its owner explains",
		},
	}
}

// Propose returns the actions that rules advise for a, about device d; nil when
// none does. A control device is never proposed for isolation: cutting it off
// may do more harm than the attack, and so that thought is left to a person.
func Propose(rules []Rule, a *heron.Alert, d *heron.Device) []heron.Action {
	if d == nil || a.DeviceID != d.ID || a.State != heron.AlertOpen || d.Quarantined || d.IsControl() {
		return nil
	}
	for _, r := range rules {
		if r.matches(a) {
			return []heron.Action{r.action(a, d)}
		}
	}
	return nil
}

func (r *Rule) matches(a *heron.Alert) bool {
	return a.Severity >= r.Severity && a.Confidence >= r.Confidence &&
		slices.ContainsFunc(r.Detectors, func(id string) bool {
			family, wild := strings.CutSuffix(id, "*")
			return id == a.Detector || wild && strings.HasPrefix(a.Detector, family)
		})
}

func (r *Rule) action(a *heron.Alert, d *heron.Device) heron.Action {
	params := make(heron.Attributes, len(r.Params))
	for k, v := range r.Params {
		params[k] = v
	}
	return heron.Action{
		ID:        heron.DeriveID("playbook", r.Name, a.ID),
		SiteID:    a.SiteID,
		DeviceID:  d.ID,
		Operation: r.Operation,
		Params:    params,
		Reason:    r.Reason + ": " + a.Summary,
		AlertID:   a.ID,
	}
}
