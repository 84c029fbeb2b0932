package app

import (
	"context"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/action"
	"github.com/heron-iot/heron/internal/compliance"
	detectall "github.com/heron-iot/heron/internal/detect/all"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/inventory"
	"github.com/heron-iot/heron/internal/playbook"
)

// RenameDevice implements httpapi.DeviceEditor.
func (p *Platform) RenameDevice(ctx context.Context, actor, id, name string, version int64) (*heron.Device, error) {
	if version != 0 {
		d, err := p.store.GetDevice(ctx, id)
		if err != nil {
			return nil, err
		}
		if d.Version != version {
			return nil, heron.Errorf(heron.CodeConflict, "the device changed meanwhile; load it again")
		}
	}
	_, err := p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Rename(now, actor, id, name)
	})
	if err != nil {
		return nil, err
	}
	return p.store.GetDevice(ctx, id)
}

// MergeDevices implements httpapi.DeviceEditor.
func (p *Platform) MergeDevices(ctx context.Context, actor, keep string, others []string, reason string) (*heron.Device, error) {
	_, err := p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Merge(now, actor, reason, keep, others)
	})
	if err != nil {
		return nil, err
	}
	return p.store.GetDevice(ctx, keep)
}

// SplitDevice implements httpapi.DeviceEditor.
func (p *Platform) SplitDevice(ctx context.Context, actor, id string, identifiers []string, reason string) ([]heron.Device, error) {
	return p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Split(now, actor, reason, id, identifiers)
	})
}

// UndoLedger implements httpapi.DeviceEditor.
func (p *Platform) UndoLedger(ctx context.Context, actor, ledgerID string) ([]heron.Device, error) {
	return p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Undo(now, actor, ledgerID)
	})
}

// PutAlert implements httpapi.Keeper.
func (p *Platform) PutAlert(ctx context.Context, a *heron.Alert) error { return p.core.alert(ctx, a) }

// PutVulnerability implements httpapi.Keeper.
func (p *Platform) PutVulnerability(ctx context.Context, v *heron.Vulnerability) error {
	if err := p.store.PutVulnerability(ctx, v); err != nil {
		return err
	}
	p.assess.mark(v.DeviceID)
	return nil
}

// PutZone implements httpapi.Keeper.
func (p *Platform) PutZone(ctx context.Context, z *heron.Zone) error {
	if err := p.store.PutZone(ctx, z); err != nil {
		return err
	}
	return p.rezone(ctx)
}

// DeleteZone implements httpapi.Keeper.
func (p *Platform) DeleteZone(ctx context.Context, id string) error {
	if err := p.store.DeleteZone(ctx, id); err != nil {
		return err
	}
	return p.rezone(ctx)
}

func (p *Platform) rezone(ctx context.Context) error {
	zones, err := p.store.ListZones(ctx)
	if err != nil {
		return err
	}
	_, err = p.core.edit(ctx, func(a *analyzer, _ heron.Time) (inventory.Delta, error) {
		return a.inventory.SetZones(zones), nil
	})
	return err
}

// RequestAction implements httpapi.ActionRunner.
func (p *Platform) RequestAction(ctx context.Context, actor string, a heron.Action, confirm string) (*heron.Action, error) {
	return p.actions.Request(ctx, actor, a, confirm)
}

// ApproveAction implements httpapi.ActionRunner.
func (p *Platform) ApproveAction(ctx context.Context, actor, id, confirm string) (*heron.Action, error) {
	return p.actions.Approve(ctx, actor, id, confirm)
}

// RejectAction implements httpapi.ActionRunner.
func (p *Platform) RejectAction(ctx context.Context, actor, id string) (*heron.Action, error) {
	return p.actions.Reject(ctx, actor, id)
}

// ReleaseAction implements httpapi.ActionRunner.
func (p *Platform) ReleaseAction(ctx context.Context, actor, id, _ string) (*heron.Action, error) {
	return p.actions.Release(ctx, actor, id)
}

// Executors implements httpapi.ActionRunner.
func (p *Platform) Executors(ctx context.Context) []httpapi.Executor {
	safety := map[action.Safety]string{
		action.ReadOnly: "read_only", action.Network: "network", action.Device: "device", action.Disruptive: "disruptive",
	}
	var out []httpapi.Executor
	for _, x := range p.actions.Executors() {
		e := httpapi.Executor{Name: x.Name, Doc: x.Doc, Operations: x.Operations, Safety: safety[x.Safety], Available: true}
		if err := x.Available(ctx); err != nil {
			e.Available, e.Reason = false, heron.ErrorMessage(err)
		}
		out = append(out, e)
	}
	return out
}

// propose asks for what the playbook advises about an alert; a person decides.
func (p *Platform) propose(ctx context.Context, alertID string) {
	a, err := p.store.GetAlert(ctx, alertID)
	if err != nil || a.DeviceID == "" {
		return
	}
	d, err := p.store.GetDevice(ctx, a.DeviceID)
	if err != nil {
		return
	}
	waiting, err := p.store.ListActions(ctx, heron.ActionFilter{
		DeviceID: d.ID, States: []heron.ActionState{heron.ActionProposed},
	}, heron.Page{Limit: 100})
	if err != nil {
		return
	}
	for _, x := range playbook.Propose(playbook.Rules(), a, d) {
		same := func(w heron.Action) bool { return w.Operation == x.Operation }
		if slices.ContainsFunc(waiting.Items, same) {
			continue // one decision about a device is enough, whatever it does besides
		}
		if _, err := p.store.GetAction(ctx, x.ID); heron.ErrorCode(err) != heron.CodeNotFound {
			continue // proposed before
		}
		if _, err := p.actions.Request(ctx, playbook.Actor, x, ""); err != nil {
			p.log.Info("the playbook's proposal cannot be carried out here", "alert", alertID, "error", err)
		}
	}
}

// Detectors implements httpapi.Knowledge.
func (p *Platform) Detectors() []httpapi.Detector {
	var out []httpapi.Detector
	for _, d := range detectall.Detectors() {
		out = append(out, httpapi.Detector{ID: d.ID, Title: d.Title, Severity: d.Severity, Attack: d.Attack, Doc: d.Doc})
	}
	return out
}

// Controls implements httpapi.Knowledge.
func (p *Platform) Controls() []heron.Control { return compliance.Controls() }

// Advisory implements httpapi.Knowledge.
func (p *Platform) Advisory(_ context.Context, cve string) (*heron.Advisory, error) {
	a, ok := p.vulns.Advisory(cve)
	if !ok {
		return nil, heron.Errorf(heron.CodeNotFound, "no advisory for %s is known", cve)
	}
	return a, nil
}

// AddSensor implements httpapi.SensorAdmin.
func (p *Platform) AddSensor(ctx context.Context, _, name string) (*heron.Sensor, string, error) {
	s := &heron.Sensor{ID: name, SiteID: p.conf.Site, Name: name, State: "never", Created: wallClock()}
	if _, err := p.store.GetSensor(ctx, name); heron.ErrorCode(err) != heron.CodeNotFound {
		return nil, "", heron.Errorf(heron.CodeConflict, "there is a sensor called %q already", name)
	}
	token, err := p.bus.AddSensor(ctx, name)
	if err != nil {
		return nil, "", err
	}
	return s, token, p.core.addSensor(ctx, s)
}

// RemoveSensor implements httpapi.SensorAdmin.
func (p *Platform) RemoveSensor(ctx context.Context, _, id string) error {
	if err := p.bus.RemoveSensor(ctx, id); err != nil {
		return err
	}
	return p.core.removeSensor(ctx, id)
}

// Live implements httpapi.Backend.
func (p *Platform) Live(ctx context.Context, fn func(heron.Live)) error {
	return p.bus.SubscribeLive(ctx, fn)
}

// Ready implements httpapi.Backend.
func (p *Platform) Ready(ctx context.Context) []httpapi.Check {
	check := func(name string, err error) httpapi.Check {
		c := httpapi.Check{Name: name, OK: err == nil}
		if err != nil {
			c.Reason = heron.ErrorMessage(err)
		}
		return c
	}
	return []httpapi.Check{
		check("database", p.store.Ping(ctx)),
		check("bus", p.bus.Ping(ctx)),
	}
}
