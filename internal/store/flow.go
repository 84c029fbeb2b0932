package store

import (
	"context"
	"slices"

	"github.com/heron-iot/heron"
)

var flowList = listing{
	name: "flows", from: "flow", cols: "doc",
	sorts: map[string][]string{"last": {"last_seen", "id"}}, own: "-last",
}

// ListFlows returns a page of flows, the latest first.
func (db *DB) ListFlows(ctx context.Context, f heron.FlowFilter, p heron.Page) (heron.List[heron.Flow], error) {
	var w where
	if f.DeviceID != "" {
		// Two index scans, one for each role, rather than one of the table.
		id := clean(f.DeviceID)
		w.add("id IN (SELECT id FROM flow WHERE client_device = ? UNION SELECT id FROM flow WHERE server_device = ?)", id, id)
	}
	if f.From != 0 {
		w.add("last_seen >= ?", int64(f.From))
	}
	if f.To != 0 {
		w.add("first_seen <= ?", int64(f.To))
	}
	if f.Protocol != "" {
		w.add("protocol = ?", clean(f.Protocol))
	}
	return page(ctx, db, &flowList, w, p, scanDocRow[heron.Flow])
}

// putFlows stores the latest report of each flow. A report older than what is
// stored changes nothing.
func (t *tx) putFlows(ctx context.Context, flows []heron.Flow) error {
	flows = lastOfEach(flows, func(f *heron.Flow) string { return f.ID.String() })
	rows := make([][]any, len(flows))
	for i := range flows {
		f := &flows[i]
		doc, err := toJSON(f)
		if err != nil {
			return err
		}
		rows[i] = []any{
			f.ID.String(), clean(f.ClientDevice), clean(f.ServerDevice), clean(f.Protocol), int64(f.First), int64(f.Last),
			int64(t.db.now()), doc,
		}
	}
	return insert(ctx, t, "INSERT INTO flow (id, client_device, server_device, protocol, first_seen, last_seen, stored, doc)", rows,
		`ON CONFLICT (id) DO UPDATE SET client_device = excluded.client_device, server_device = excluded.server_device,
			protocol = excluded.protocol, last_seen = excluded.last_seen, stored = excluded.stored, doc = excluded.doc
			WHERE excluded.last_seen >= flow.last_seen`)
}

// putPeers stores peers by device: those given, beside those known before.
func (t *tx) putPeers(ctx context.Context, peers map[string][]heron.Peer) error {
	var rows [][]any
	for _, device := range sortedKeys(peers) {
		key := func(p *heron.Peer) string { return heron.DeriveID(p.Address, p.Protocol, portText(p.Port)) }
		list := lastOfEach(peers[device], key)
		for i := range list {
			doc, err := toJSON(list[i])
			if err != nil {
				return err
			}
			rows = append(rows, []any{clean(device), key(&list[i]), int64(list[i].BytesIn + list[i].BytesOut), doc})
		}
	}
	return insert(ctx, t, "INSERT INTO peer (device_id, id, bytes, doc)", rows,
		"ON CONFLICT (device_id, id) DO UPDATE SET bytes = excluded.bytes, doc = excluded.doc")
}

// maxPeers bounds what ListPeers returns.
const maxPeers = 1000

// ListPeers returns whom a device talks to, busiest first, at most 1000.
func (db *DB) ListPeers(ctx context.Context, deviceID string) ([]heron.Peer, error) {
	list, err := docs[heron.Peer](ctx, db.reader,
		"SELECT doc FROM peer WHERE device_id = $1 ORDER BY bytes DESC, id LIMIT $2", clean(deviceID), maxPeers)
	if err == nil {
		err = db.titlePeers(ctx, list)
	}
	return list, db.explain("list peers", err)
}

// titlePeers says what the peers that are devices are called now, and where they
// stand: that changes more often than traffic.
func (db *DB) titlePeers(ctx context.Context, list []heron.Peer) error {
	ids := make([]string, 0, len(list))
	for i := range list {
		if id := list[i].DeviceID; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	devices, err := db.ListDevices(ctx, heron.DeviceFilter{IDs: ids, Merged: true}, heron.Page{Limit: maxPeers})
	known := make(map[string]*heron.Device, len(devices.Items))
	for i := range devices.Items {
		known[devices.Items[i].ID] = &devices.Items[i]
	}
	for i := range list {
		if d := known[list[i].DeviceID]; d != nil {
			list[i].Title, list[i].Zone, list[i].Purdue = d.Title(), d.Zone, d.Standing.Purdue.Value
		}
	}
	return err
}

// GetBaseline returns what is normal for a device.
func (db *DB) GetBaseline(ctx context.Context, deviceID string) (*heron.Baseline, error) {
	return get[heron.Baseline](ctx, db, "baseline of device", deviceID,
		"SELECT doc FROM baseline WHERE device_id = $1", clean(deviceID))
}

func (t *tx) putBaselines(ctx context.Context, list []heron.Baseline) error {
	list = lastOfEach(list, func(b *heron.Baseline) string { return b.DeviceID })
	rows := make([][]any, len(list))
	for i := range list {
		doc, err := toJSON(list[i])
		if err != nil {
			return err
		}
		rows[i] = []any{list[i].DeviceID, doc}
	}
	return insert(ctx, t, "INSERT INTO baseline (device_id, doc)", rows,
		"ON CONFLICT (device_id) DO UPDATE SET doc = excluded.doc")
}

// LoadBaselines calls fn for every stored baseline of a site.
func (db *DB) LoadBaselines(ctx context.Context, siteID string, fn func(heron.Baseline) error) error {
	after := ""
	for {
		list, err := docs[heron.Baseline](ctx, db.reader, `SELECT b.doc FROM device d JOIN baseline b ON b.device_id = d.id
			WHERE d.site_id = $1 AND d.id > $2 ORDER BY d.id LIMIT 500`, clean(siteID), after)
		if err != nil {
			return db.explain("load baselines", err)
		}
		for _, b := range list {
			if err := fn(b); err != nil {
				return err
			}
			after = b.DeviceID
		}
		if len(list) < 500 {
			return nil
		}
	}
}
