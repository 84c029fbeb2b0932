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

// CorrectCluster implements httpapi.DeviceEditor.
func (p *Platform) CorrectCluster(ctx context.Context, actor, id string, c heron.Correction) ([]heron.Device, error) {
	give, err := p.clusters.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	gone := heron.Errorf(heron.CodeNotFound, "no group of unknown devices is %q: they change as devices do; list them again", id)
	if p.clusters.last == nil {
		return nil, gone
	}
	i := slices.IndexFunc(p.clusters.last.Items, func(c heron.Cluster) bool { return c.ID == id })
	if i < 0 {
		return nil, gone
	}
	return p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return correctAll(a.inventory, now, actor, p.clusters.last.Items[i].Members, c)
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
	var ids []string
	err := c.look(ctx, func(a *analyzer) {
		for d := range a.inventory.All() {
			if d.Local && (a.surmises.isUnknown(d) || said(d)["type"] != "") {
				ids = append(ids, d.ID)
			}
		}
	})
	var out []cluster.Member
	for some := range slices.Chunk(ids, atOnce) {
		if err == nil {
			err = c.look(ctx, func(a *analyzer) { out = append(out, membersOf(a, some)...) })
		}
	}
	return out, err
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

// membersOf makes members of devices, as far as they are still there.
func membersOf(a *analyzer, ids []string) []cluster.Member {
	var out []cluster.Member
	for _, id := range ids {
		d := a.inventory.Device(id)
		if d == nil || d.ID != id {
			continue
		}
		var profile *heron.Baseline
		if b, ok := a.behavior.Of(id); ok {
			profile = &b
		}
		m := cluster.Member{ID: id, Title: d.Title(), Facts: cluster.Facts(d, a.inventory.Observations(id), profile)}
		if s := said(d); s["type"] != "" {
			m.Said = s
		}
		out = append(out, m)
	}
	return out
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
