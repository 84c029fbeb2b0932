package playbook_test

import (
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/playbook"
)

func TestPropose(t *testing.T) {
	t.Parallel()
	camera := heron.Device{ID: "d", Identity: heron.Identity{Type: heron.Claim{Value: "camera"}}}
	plc, held := camera, camera
	plc.Identity.Type.Value = "plc"
	held.Quarantined = true
	botnet := heron.Alert{
		ID: "a", DeviceID: "d", Detector: "botnet.telnet", Severity: heron.Critical, Confidence: 0.9,
		State: heron.AlertOpen, Summary: "it tries telnet everywhere",
	}
	with := func(change func(*heron.Alert)) heron.Alert {
		a := botnet
		change(&a)
		return a
	}
	for name, c := range map[string]struct {
		alert  heron.Alert
		device *heron.Device
		want   bool
	}{
		"botnet":              {botnet, &camera, true},
		"scan":                {with(func(a *heron.Alert) { a.Detector = "scan.port" }), &camera, true},
		"unsure":              {with(func(a *heron.Alert) { a.Confidence = 0.3 }), &camera, false},
		"not grave":           {with(func(a *heron.Alert) { a.Severity = heron.Medium }), &camera, false},
		"other detector":      {with(func(a *heron.Alert) { a.Detector = "device.new" }), &camera, false},
		"prefix of a family":  {with(func(a *heron.Alert) { a.Detector = "botnetting" }), &camera, false},
		"closed":              {with(func(a *heron.Alert) { a.State = heron.AlertClosed }), &camera, false},
		"control device":      {botnet, &plc, false},
		"already quarantined": {botnet, &held, false},
		"no device":           {botnet, nil, false},
	} {
		got := playbook.Propose(playbook.Rules(), &c.alert, c.device)
		if (len(got) == 1) != c.want {
			t.Errorf("%s: got %+v, want a proposal: %v", name, got, c.want)
			continue
		}
		if c.want && (got[0].Operation != heron.OpQuarantine || !strings.Contains(got[0].Reason, c.alert.Summary) || got[0].AlertID != "a") {
			t.Errorf("%s: got %+v", name, got[0])
		}
	}
}

func TestProposingTwiceIsOneAction(t *testing.T) {
	t.Parallel()
	d := heron.Device{ID: "d"}
	a := heron.Alert{ID: "a", DeviceID: "d", Detector: "botnet.telnet", Severity: heron.Critical, Confidence: 1, State: heron.AlertOpen}
	one, two := playbook.Propose(playbook.Rules(), &a, &d), playbook.Propose(playbook.Rules(), &a, &d)
	if one[0].ID != two[0].ID {
		t.Errorf("got %s and %s", one[0].ID, two[0].ID)
	}
	one[0].Params["duration"] = "9h"
	if two[0].Params["duration"] == "9h" {
		t.Error("two proposals share their parameters")
	}
}
