package app

import (
	"context"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
)

// CorrectDevice implements httpapi.DeviceEditor.
func (p *Platform) CorrectDevice(ctx context.Context, actor, id string, c heron.Correction) (*heron.Device, error) {
	_, err := p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Correct(now, actor, id, c)
	})
	if err != nil {
		return nil, err
	}
	return p.store.GetDevice(ctx, id)
}

// TakeBackCorrection implements httpapi.DeviceEditor.
func (p *Platform) TakeBackCorrection(ctx context.Context, actor, id, field string) (*heron.Device, error) {
	_, err := p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.TakeBack(now, actor, id, field)
	})
	if err != nil {
		return nil, err
	}
	return p.store.GetDevice(ctx, id)
}

// ExplainDevice implements httpapi.DeviceEditor.
func (p *Platform) ExplainDevice(ctx context.Context, id string) (*heron.Explanation, error) {
	d, err := p.store.GetDevice(ctx, id)
	if err != nil {
		return nil, err
	}
	obs, err := p.observationsOf(ctx, d)
	if err != nil {
		return nil, err
	}
	return explain(p.core.identify, d, obs), nil
}

// settler says what would settle what a device is.
type settler interface {
	Settles(obs []heron.Observation, said []heron.Correction) []heron.Settle
}

// explain puts together what there is to say of a device.
func explain(by settler, d *heron.Device, obs []heron.Observation) *heron.Explanation {
	return &heron.Explanation{
		Identification: heron.Identification{Identity: d.Identity, RunnerUp: d.RunnerUp, Evidence: d.Evidence},
		Settles:        by.Settles(ownOnly(d, obs), d.Corrections),
		Corrections:    d.Corrections,
	}
}

// ownOnly empties each MAC that is not the device's own: its maker is not the
// device's.
func ownOnly(d *heron.Device, obs []heron.Observation) []heron.Observation {
	for i := range obs {
		if !slices.Contains(d.MACs, obs[i].MAC) {
			obs[i].MAC = heron.MAC{}
		}
	}
	return obs
}

// observationsOf reads all that is kept of a device.
func (p *Platform) observationsOf(ctx context.Context, d *heron.Device) ([]heron.Observation, error) {
	var out []heron.Observation
	page := heron.Page{Limit: 1000}
	for {
		l, err := p.store.ListObservations(ctx, d.ID, page)
		if err != nil {
			return nil, err
		}
		out = append(out, l.Items...)
		if l.Next == "" {
			return out, nil
		}
		page.Cursor = l.Next
	}
}
