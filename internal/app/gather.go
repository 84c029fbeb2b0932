package app

import (
	"maps"
	"slices"

	"github.com/heron-iot/heron"
)

// gather joins the results of batches that followed one another, so that they
// can be written in one transaction: what happened is kept whole, and of what
// things are now the latest.
func gather(results []*heron.BatchResult) *heron.BatchResult {
	last := results[len(results)-1]
	if len(results) == 1 {
		return last
	}
	batch := *last.Batch
	batch.Flows = nil
	out := &heron.BatchResult{Batch: &batch, Sensor: last.Sensor, Peers: map[string][]heron.Peer{}}
	for _, r := range results {
		batch.Flows = append(batch.Flows, r.Batch.Flows...)
		out.Observations = append(out.Observations, r.Observations...)
		out.Changes = append(out.Changes, r.Changes...)
		out.Ledger = append(out.Ledger, r.Ledger...)
		out.Devices = append(out.Devices, r.Devices...)
		out.Alerts = append(out.Alerts, r.Alerts...)
		out.Incidents = append(out.Incidents, r.Incidents...)
		out.Baselines = append(out.Baselines, r.Baselines...)
		maps.Copy(out.Peers, r.Peers)
	}
	batch.Flows = latest(batch.Flows, func(f *heron.Flow) heron.FlowID { return f.ID })
	out.Devices = latest(out.Devices, func(d *heron.Device) string { return d.ID })
	out.Alerts = latest(out.Alerts, func(a *heron.Alert) string { return a.ID })
	out.Incidents = latest(out.Incidents, func(i *heron.Incident) string { return i.ID })
	out.Baselines = latest(out.Baselines, func(b *heron.Baseline) string { return b.DeviceID })
	return out
}

// latest keeps the last of the values that share an id, in the order of the
// first of them.
func latest[T any, K comparable](list []T, id func(*T) K) []T {
	at := make(map[K]int, len(list))
	out := list[:0]
	for i := range list {
		k := id(&list[i])
		if j, ok := at[k]; ok {
			out[j] = list[i]
			continue
		}
		at[k] = len(out)
		out = append(out, list[i])
	}
	return slices.Clip(out)
}
