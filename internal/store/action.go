package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
)

func scanAction(scan func(dest ...any) error) (heron.Action, error) {
	var a heron.Action
	var doc []byte
	if err := scan(&a.Backup, &doc); err != nil {
		return a, err
	}
	return a, json.Unmarshal(doc, &a)
}

// GetAction returns the action with that id, with its backup.
func (db *DB) GetAction(ctx context.Context, id string) (*heron.Action, error) {
	a, err := scanAction(db.reader.QueryRowContext(ctx, "SELECT backup, doc FROM action WHERE id = $1", clean(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("action", id)
	}
	if err != nil {
		return nil, db.explain("get action", err)
	}
	return &a, nil
}

var actionList = listing{
	name: "actions", from: "action", cols: "backup, doc",
	sorts: map[string][]string{"created": {"created", "id"}}, own: "-created",
}

// ListActions returns a page of actions, newest first.
func (db *DB) ListActions(ctx context.Context, f heron.ActionFilter, p heron.Page) (heron.List[heron.Action], error) {
	var w where
	if f.DeviceID != "" {
		w.add("device_id = ?", clean(f.DeviceID))
	}
	w.in("state", stringsOf(f.States))
	return page(ctx, db, &actionList, w, p, scanAction)
}

// PutAction stores a with e, when not nil, in one transaction, and sets
// a.Version to what was stored.
func (db *DB) PutAction(ctx context.Context, a *heron.Action, e *heron.AuditEntry) error {
	var kept heron.Action
	err := db.write(ctx, "put action", func(t *tx) error {
		kept = *a
		before, err := doc[heron.Action](ctx, t, "SELECT doc FROM action WHERE id = $1"+t.db.dialect.forUpdate, clean(a.ID))
		if err != nil {
			return err
		}
		if before != nil {
			if a.Version != 0 && a.Version != before.Version {
				return stale("action", a.ID)
			}
			kept.Version = before.Version
		}
		kept.Version++
		if err := t.putAction(ctx, &kept); err != nil {
			return err
		}
		if err := t.recountQuarantine(ctx, kept.DeviceID); err != nil {
			return err
		}
		return t.appendAudit(ctx, e)
	})
	if err == nil {
		a.Version = kept.Version
	}
	return err
}

func (t *tx) putAction(ctx context.Context, a *heron.Action) error {
	doc, err := toJSON(a)
	if err != nil {
		return err
	}
	err = insert(ctx, t, "INSERT INTO action (id, device_id, operation, state, dry_run, created, version, backup, doc)",
		[][]any{{
			clean(a.ID), clean(a.DeviceID), string(a.Operation), string(a.State), flag(a.DryRun), int64(a.Created),
			a.Version, clean(a.Backup), doc,
		}},
		`ON CONFLICT (id) DO UPDATE SET device_id = excluded.device_id, operation = excluded.operation,
			state = excluded.state, dry_run = excluded.dry_run, version = excluded.version,
			backup = excluded.backup, doc = excluded.doc`)
	if err != nil {
		return err
	}
	return t.tell(heron.LiveAction, a.ID, a)
}

// recountQuarantine brings a device's Quarantined up to date: an action holds
// it, or may hold it because it was cut short.
func (t *tx) recountQuarantine(ctx context.Context, deviceID string) error {
	var n int64
	err := t.QueryRowContext(ctx, `SELECT COUNT(*) FROM action
		WHERE device_id = $1 AND operation = $2 AND dry_run = 0 AND state IN ($3, $4)`,
		clean(deviceID), string(heron.OpQuarantine), string(heron.ActionVerified), string(heron.ActionUnknown)).Scan(&n)
	if err != nil {
		return err
	}
	return t.touchDevice(ctx, deviceID,
		"UPDATE device SET quarantined = $1, version = version + 1 WHERE id = $2 AND quarantined <> $1", min(n, 1))
}
