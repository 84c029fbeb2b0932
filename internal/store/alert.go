package store

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/heron-iot/heron"
)

// GetAlert returns the alert with that id.
func (db *DB) GetAlert(ctx context.Context, id string) (*heron.Alert, error) {
	return get[heron.Alert](ctx, db, "alert", id, "SELECT doc FROM alert WHERE id = $1", clean(id))
}

var alertList = listing{
	name: "alerts", from: "alert", cols: "doc",
	sorts: map[string][]string{
		"last_seen": {"last_seen", "id"}, "first_seen": {"first_seen", "id"}, "severity": {"severity", "last_seen", "id"},
	},
	own: "-last_seen",
}

// ListAlerts returns a page of alerts, sorted by last_seen, first_seen or severity.
func (db *DB) ListAlerts(ctx context.Context, f heron.AlertFilter, p heron.Page) (heron.List[heron.Alert], error) {
	var w where
	w.in("state", stringsOf(f.States))
	w.in("detector", f.Detectors)
	if len(f.Severities) > 0 {
		choices := make([]cond, len(f.Severities))
		for i, s := range f.Severities {
			choices[i] = cond{"severity = ?", []any{int64(s)}}
		}
		w = append(w, either(choices))
	}
	if f.DeviceID != "" {
		w.add("device_id = ?", clean(f.DeviceID))
	}
	if f.Text != "" {
		w = append(w, contains("search", f.Text))
	}
	if f.From != 0 {
		w.add("last_seen >= ?", int64(f.From))
	}
	if f.To != 0 {
		w.add("first_seen <= ?", int64(f.To))
	}
	return page(ctx, db, &alertList, w, p, scanDocRow[heron.Alert])
}

// OpenAlerts returns all open, acknowledged and suppressed alerts of a site.
func (db *DB) OpenAlerts(ctx context.Context, siteID string) ([]heron.Alert, error) {
	list, err := docs[heron.Alert](ctx, db.reader,
		"SELECT doc FROM alert WHERE site_id = $1 AND state <> $2 ORDER BY id", clean(siteID), string(heron.AlertClosed))
	return list, db.explain("load open alerts", err)
}

// PutAlert stores what a person made of an alert. It sets a.Version and
// a.Updated to what was stored.
func (db *DB) PutAlert(ctx context.Context, a *heron.Alert) error {
	if a.State == "" {
		a.State = heron.AlertOpen
	}
	if !a.State.Valid() {
		return heron.Errorf(heron.CodeInvalid, "alert state %q: want open, acknowledged, suppressed or closed", a.State)
	}
	var kept heron.Alert
	err := db.write(ctx, "put alert", func(t *tx) error {
		kept = *a
		before, err := t.lockAlert(ctx, a.ID)
		if err != nil {
			return err
		}
		if before != nil {
			if a.Version != 0 && a.Version != before.Version {
				return stale("alert", a.ID)
			}
			kept.Version = before.Version
		}
		if err := t.putAlert(ctx, &kept, before); err != nil {
			return err
		}
		return t.recountAlerts(ctx, a.DeviceID)
	})
	if err == nil {
		*a = kept
	}
	return err
}

// putDetected stores what detectors say of alerts; what people said stays.
func (t *tx) putDetected(ctx context.Context, alerts []heron.Alert) error {
	devices := map[string]bool{}
	for _, a := range lastOfEach(alerts, func(a *heron.Alert) string { return a.ID }) {
		before, err := t.lockAlert(ctx, a.ID)
		if err != nil {
			return err
		}
		a.State = cmp.Or(a.State, heron.AlertOpen)
		a.Version = 0
		if before != nil {
			keepHuman(&a, before)
		}
		if err := t.putAlert(ctx, &a, before); err != nil {
			return err
		}
		devices[a.DeviceID] = true
	}
	for _, id := range sortedKeys(devices) {
		if err := t.recountAlerts(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// keepHuman carries over what people made of an alert. A detector may close
// one that its trouble has left; it cannot reopen or take back what they did.
func keepHuman(a, before *heron.Alert) {
	a.Verdict, a.Assignee, a.Note, a.Version = before.Verdict, before.Assignee, before.Note, before.Version
	a.IncidentID = cmp.Or(a.IncidentID, before.IncidentID)
	if a.State != heron.AlertClosed {
		a.State = before.State
	}
}

func (t *tx) lockAlert(ctx context.Context, id string) (*heron.Alert, error) {
	return doc[heron.Alert](ctx, t, "SELECT doc FROM alert WHERE id = $1"+t.db.dialect.forUpdate, clean(id))
}

// putAlert stores a one version on, tells the live stream, and makes the
// notifications that it calls for.
func (t *tx) putAlert(ctx context.Context, a, before *heron.Alert) error {
	a.Version++
	a.Updated = t.db.now()
	doc, err := toJSON(a)
	if err != nil {
		return err
	}
	search := lower(a.Title + "\n" + a.Summary + "\n" + a.Detector + "\n" + a.Src + "\n" + a.Dst)
	_, err = t.ExecContext(ctx, `INSERT INTO alert
		(id, site_id, detector, severity, state, device_id, first_seen, last_seen, stored, version, search, doc)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id, detector = excluded.detector,
			severity = excluded.severity, state = excluded.state, device_id = excluded.device_id,
			first_seen = excluded.first_seen, last_seen = excluded.last_seen, stored = excluded.stored,
			version = excluded.version, search = excluded.search, doc = excluded.doc`,
		clean(a.ID), clean(a.SiteID), clean(a.Detector), int64(a.Severity), string(a.State), clean(a.DeviceID),
		int64(a.First), int64(a.Last), int64(a.Updated), a.Version, search, doc)
	if err != nil {
		return err
	}
	if a.State == heron.AlertOpen && (before == nil || a.Severity > before.Severity) {
		if err := t.notify(ctx, a); err != nil {
			return err
		}
	}
	return t.tell(heron.LiveAlert, a.ID, a)
}

// recountAlerts brings a device's OpenAlerts up to date.
func (t *tx) recountAlerts(ctx context.Context, deviceID string) error {
	if deviceID == "" {
		return nil
	}
	var n int64
	err := t.QueryRowContext(ctx, "SELECT COUNT(*) FROM alert WHERE device_id = $1 AND state IN ($2, $3)",
		clean(deviceID), string(heron.AlertOpen), string(heron.AlertAcknowledged)).Scan(&n)
	if err != nil {
		return err
	}
	return t.touchDevice(ctx, deviceID, "UPDATE device SET open_alerts = $1, version = version + 1 WHERE id = $2 AND open_alerts <> $1", n)
}

// touchDevice runs an update of the store's own part of a device ($1 the value,
// $2 the device) and tells the live stream when it changed something.
func (t *tx) touchDevice(ctx context.Context, id, update string, value any) error {
	n, err := affected(t.ExecContext(ctx, update, value, clean(id)))
	if err != nil || n == 0 {
		return err
	}
	return t.tellStored(ctx, id)
}

// tellStored puts a device on the live stream as it is stored now.
func (t *tx) tellStored(ctx context.Context, id string) error {
	d, err := scanDevice(t.QueryRowContext(ctx, "SELECT "+deviceCols+
		" FROM device d JOIN device_doc x ON x.id = d.id WHERE d.id = $1", clean(id)).Scan)
	if err != nil {
		return err
	}
	return t.tell(heron.LiveDevice, id, d)
}

var incidentList = listing{
	name: "incidents", from: "incident", cols: "doc",
	sorts: map[string][]string{"last_seen": {"last_seen", "id"}}, own: "-last_seen",
}

// ListIncidents returns a page of incidents, latest first.
func (db *DB) ListIncidents(ctx context.Context, p heron.Page) (heron.List[heron.Incident], error) {
	return page(ctx, db, &incidentList, nil, p, scanDocRow[heron.Incident])
}

// LoadIncidents returns all incidents of a site that are not closed.
func (db *DB) LoadIncidents(ctx context.Context, siteID string) ([]heron.Incident, error) {
	list, err := docs[heron.Incident](ctx, db.reader,
		"SELECT doc FROM incident WHERE site_id = $1 AND state <> $2 ORDER BY id", clean(siteID), string(heron.AlertClosed))
	return list, db.explain("load incidents", err)
}

func (t *tx) putIncidents(ctx context.Context, list []heron.Incident) error {
	for _, in := range lastOfEach(list, func(i *heron.Incident) string { return i.ID }) {
		in.State = cmp.Or(in.State, heron.AlertOpen)
		err := t.QueryRowContext(ctx, `INSERT INTO incident (id, site_id, state, last_seen, stored, version, doc)
			VALUES ($1, $2, $3, $4, $5, 1, '') ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id,
			state = excluded.state, last_seen = excluded.last_seen, stored = excluded.stored,
			version = incident.version + 1 RETURNING version`,
			clean(in.ID), clean(in.SiteID), string(in.State), int64(in.Last), int64(t.db.now())).Scan(&in.Version)
		if err != nil {
			return err
		}
		doc, err := json.Marshal(in)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, "UPDATE incident SET doc = $1 WHERE id = $2", string(doc), clean(in.ID)); err != nil {
			return err
		}
		if err := t.tell(heron.LiveIncident, in.ID, in); err != nil {
			return err
		}
	}
	return nil
}
