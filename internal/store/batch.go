package store

import (
	"context"

	"github.com/heron-iot/heron"
)

// ApplyBatch stores all that one sensor batch changed, in one transaction with
// what the live stream is told; nothing, when the batch was applied before.
func (db *DB) ApplyBatch(ctx context.Context, r *heron.BatchResult) (applied bool, err error) {
	if r.Batch == nil {
		return false, heron.Errorf(heron.CodeInvalid, "store: a batch result without its batch")
	}
	err = db.write(ctx, "apply batch", func(t *tx) error {
		n, err := affected(t.ExecContext(ctx,
			"INSERT INTO batch (id, sensor_id, applied) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
			r.Batch.ID(), clean(r.Batch.SensorID), int64(db.now())))
		if err != nil {
			return err
		}
		applied = n == 1
		if !applied {
			return nil
		}
		return t.applyBatch(ctx, r)
	})
	return applied && err == nil, err
}

func (t *tx) applyBatch(ctx context.Context, r *heron.BatchResult) error {
	if err := t.putDevices(ctx, r.Devices); err != nil {
		return err
	}
	if err := t.putChanges(ctx, r.Changes); err != nil {
		return err
	}
	if err := t.putObservations(ctx, r.Batch.SiteID, r.Observations); err != nil {
		return err
	}
	if err := t.putFlows(ctx, r.Batch.Flows); err != nil {
		return err
	}
	if err := t.putLedger(ctx, r.Ledger); err != nil {
		return err
	}
	if err := t.putDetected(ctx, r.Alerts); err != nil {
		return err
	}
	if err := t.putIncidents(ctx, r.Incidents); err != nil {
		return err
	}
	if err := t.putBaselines(ctx, r.Baselines); err != nil {
		return err
	}
	if err := t.putPeers(ctx, r.Peers); err != nil {
		return err
	}
	if r.Scan != nil {
		if err := t.putScan(ctx, r.Scan); err != nil {
			return err
		}
	}
	for i := range r.Audit {
		if err := t.appendAudit(ctx, &r.Audit[i]); err != nil {
			return err
		}
	}
	if r.Sensor == nil {
		return nil
	}
	return t.putReporting(ctx, r.Sensor, r.Batch.Seq)
}

// PutDevices stores what an edit of the inventory changed, with the audit entry when
// there is one.
func (db *DB) PutDevices(ctx context.Context, e *heron.DeviceEdit) error {
	return db.write(ctx, "put devices", func(t *tx) error {
		if err := t.putDevices(ctx, e.Devices); err != nil {
			return err
		}
		if err := t.putObservations(ctx, e.SiteID, e.Observations); err != nil {
			return err
		}
		if err := t.putChanges(ctx, e.Changes); err != nil {
			return err
		}
		if err := t.putLedger(ctx, e.Ledger); err != nil {
			return err
		}
		if err := t.putDetected(ctx, e.Alerts); err != nil {
			return err
		}
		if err := t.putIncidents(ctx, e.Incidents); err != nil {
			return err
		}
		return t.appendAudit(ctx, e.Audit)
	})
}

// LoadSite calls fn for every device of a site, merged ones too, with its
// observations, in the order of ids.
func (db *DB) LoadSite(ctx context.Context, siteID string, fn func(heron.Device, []heron.Observation) error) error {
	const chunk = 500
	after := ""
	for {
		var devices []heron.Device
		var obs map[string][]heron.Observation
		err := db.view(ctx, "load site", func(q querier) error {
			rows, err := q.QueryContext(ctx, "SELECT "+deviceCols+` FROM device d JOIN device_doc x ON x.id = d.id
				WHERE d.site_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3`, clean(siteID), after, chunk)
			devices, err = collect(rows, err, scanDeviceRows)
			if err != nil || len(devices) == 0 {
				return err
			}
			obs, err = observationsBetween(ctx, q, devices[0].ID, devices[len(devices)-1].ID)
			return err
		})
		if err != nil {
			return err
		}
		for _, d := range devices {
			if err := fn(d, obs[d.ID]); err != nil {
				return err
			}
			after = d.ID
		}
		if len(devices) < chunk {
			return nil
		}
	}
}
