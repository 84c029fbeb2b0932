package app

import (
	"context"
	"slices"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/cluster"
	"github.com/heron-iot/heron/internal/inventory"
)

// clustersLast is for how long groups of unknown devices are good, unless people
// change something.
const clustersLast = time.Minute

// clusters remembers the groups that people were shown: an ID names those.
type clusters struct {
	turn  chan struct{} // holds one: whose turn it is
	at    time.Time
	edits int // that people had made at that time
	last  *heron.Clusters
}

func newClusters() *clusters { return &clusters{turn: make(chan struct{}, 1)} }

// take waits until nobody else is at it; the caller gives the turn back.
func (c *clusters) take(ctx context.Context) (give func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// ListClusters implements httpapi.DeviceEditor.
func (p *Platform) ListClusters(ctx context.Context) (*heron.Clusters, error) {
	give, err := p.clusters.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	edits := p.core.edited()
	if p.clusters.last == nil || edits != p.clusters.edits || time.Since(p.clusters.at) > clustersLast {
		members, err := p.core.clusterMembers(ctx)
		if err != nil {
			return nil, err
		}
		found := cluster.Group(members)
		p.clusters.last, p.clusters.at, p.clusters.edits = &found, time.Now(), edits
	}
	return p.clusters.last, nil
}

// GetCluster implements httpapi.DeviceEditor.
func (p *Platform) GetCluster(ctx context.Context, id string) (*heron.Cluster, error) {
	give, err := p.clusters.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	return p.clusters.shown(id)
}

// shown returns a group that people were shown. The caller's turn it is.
func (c *clusters) shown(id string) (*heron.Cluster, error) {
	if c.last != nil {
		for i := range c.last.Items {
			if c.last.Items[i].ID == id {
				return &c.last.Items[i], nil
			}
		}
	}
	return nil, heron.Errorf(heron.CodeNotFound, "no group of unknown devices is %q: they change as devices do; list them again", id)
}

// CorrectCluster implements httpapi.DeviceEditor.
func (p *Platform) CorrectCluster(ctx context.Context, actor, id string, c heron.Correction) ([]heron.Device, error) {
	give, err := p.clusters.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	group, err := p.clusters.shown(id)
	if err != nil {
		return nil, err
	}
	return p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return correctAll(a.inventory, now, actor, group.Members, c)
	})
}

// correctAll says the same of several devices, or of none.
func correctAll(v *inventory.Inventory, now heron.Time, actor string, members []heron.ClusterMember, c heron.Correction) (all inventory.Delta, err error) {
	if err := c.Validate(); err != nil {
		return all, err
	}
	for _, m := range members {
		if d := v.Device(m.DeviceID); d == nil || d.ID != m.DeviceID {
			return all, heron.Errorf(heron.CodeConflict, "%s is no device of its own any more; list the groups again", m.Title)
		}
	}
	for _, m := range members {
		d, err := v.Correct(now, actor, m.DeviceID, c)
		if err != nil {
			return all, err
		}
		all.Devices = append(all.Devices, d.Devices...)
		all.Changes = append(all.Changes, d.Changes...)
		all.Observations = append(all.Observations, d.Observations...)
		all.Ledger = append(all.Ledger, d.Ledger...)
	}
	return all, nil
}

// atOnce is of how many devices what is known is gathered before batches get their turn.
const atOnce = 200

// clusterMembers gathers what is known of the devices on our networks whose type is
// not known, by signatures or the model, and of those whose type people said.
func (c *core) clusterMembers(ctx context.Context) ([]cluster.Member, error) {
	var out []cluster.Member
	err := c.eachLocal(ctx, func(a *analyzer, d *heron.Device) {
		if a.surmises.isUnknown(d) || said(d)["type"] != "" {
			out = append(out, memberOf(a, d))
		}
	})
	return out, err
}

// eachLocal lets fn look at each device of our networks, some at once. It must not
// change or keep them.
func (c *core) eachLocal(ctx context.Context, fn func(*analyzer, *heron.Device)) error {
	var ids []string
	err := c.look(ctx, func(a *analyzer) {
		for d := range a.inventory.All() {
			if d.Local {
				ids = append(ids, d.ID)
			}
		}
	})
	for some := range slices.Chunk(ids, atOnce) {
		if err != nil {
			return err
		}
		err = c.look(ctx, func(a *analyzer) {
			for _, id := range some {
				if d := a.inventory.Device(id); d != nil && d.ID == id { // as far as it is still there
					fn(a, d)
				}
			}
		})
	}
	return err
}

// look lets fn look at the analyzer.
func (c *core) look(ctx context.Context, fn func(*analyzer)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	a, err := c.ready(ctx)
	if err == nil {
		fn(a)
	}
	return err
}

// memberOf makes a member of a device.
func memberOf(a *analyzer, d *heron.Device) cluster.Member {
	var profile *heron.Baseline
	if b, ok := a.behavior.Of(d.ID); ok {
		profile = &b
	}
	m := cluster.Member{ID: d.ID, Title: d.Title(), Facts: cluster.Facts(d, a.inventory.Observations(d.ID), profile)}
	if s := said(d); s["type"] != "" {
		m.Said = s
	}
	return m
}

// said is what people said that a device is, of what may hold for others too: not
// its firmware.
func said(d *heron.Device) map[string]string {
	var out map[string]string
	for _, c := range d.Corrections {
		if c.Ruling == heron.RulingReject || c.Field != "type" && c.Field != "vendor" && c.Field != "model" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[c.Field] = c.Value
	}
	return out
}
