package store

import (
	"context"
	"fmt"

	"github.com/heron-iot/heron"
)

var changeList = listing{
	name: "timeline", from: "device_change", cols: "doc",
	sorts: map[string][]string{"time": {"time", "id"}}, own: "-time",
}

// ListDeviceChanges returns a page of a device's timeline, newest first. The
// entries are without the device as it was.
func (db *DB) ListDeviceChanges(ctx context.Context, deviceID string, p heron.Page) (heron.List[heron.DeviceChange], error) {
	var w where
	w.add("device_id = ?", clean(deviceID))
	return page(ctx, db, &changeList, w, p, scanDocRow[heron.DeviceChange])
}

// putChanges adds timeline entries. Their ids begin alike and count, so that
// entries of one moment keep their order.
func (t *tx) putChanges(ctx context.Context, changes []heron.DeviceChange) error {
	prefix := heron.NewID()
	rows := make([][]any, len(changes))
	for i, c := range changes {
		c.Device = nil
		doc, err := toJSON(c)
		if err != nil {
			return err
		}
		rows[i] = []any{fmt.Sprintf("%s.%06d", prefix, i), clean(c.DeviceID), int64(c.Time), string(c.Kind), int64(t.db.now()), doc}
		if err := t.tell(heron.LiveTimeline, c.DeviceID, c); err != nil {
			return err
		}
	}
	return insert(ctx, t, "INSERT INTO device_change (id, device_id, time, kind, stored, doc)", rows, "")
}

var ledgerList = listing{
	name: "ledger", from: "ledger", cols: "doc",
	sorts: map[string][]string{"time": {"time", "id"}}, own: "-time",
}

// ListLedger returns a page of merges, splits and renames, newest first.
func (db *DB) ListLedger(ctx context.Context, p heron.Page) (heron.List[heron.LedgerEntry], error) {
	return page(ctx, db, &ledgerList, nil, p, scanDocRow[heron.LedgerEntry])
}

// LoadLedger returns all ledger entries of a site, oldest first.
func (db *DB) LoadLedger(ctx context.Context, siteID string) ([]heron.LedgerEntry, error) {
	list, err := docs[heron.LedgerEntry](ctx, db.reader,
		"SELECT doc FROM ledger WHERE site_id = $1 ORDER BY time, id", clean(siteID))
	return list, db.explain("load ledger", err)
}

func (t *tx) putLedger(ctx context.Context, entries []heron.LedgerEntry) error {
	entries = lastOfEach(entries, func(e *heron.LedgerEntry) string { return e.ID })
	rows := make([][]any, len(entries))
	for i := range entries {
		doc, err := toJSON(entries[i])
		if err != nil {
			return err
		}
		rows[i] = []any{entries[i].ID, clean(entries[i].SiteID), int64(entries[i].Time), doc}
	}
	return insert(ctx, t, "INSERT INTO ledger (id, site_id, time, doc)", rows,
		"ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id, time = excluded.time, doc = excluded.doc")
}
