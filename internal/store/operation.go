package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/heron-iot/heron"
)

// GetSensor returns the sensor with that id.
func (db *DB) GetSensor(ctx context.Context, id string) (*heron.Sensor, error) {
	return get[heron.Sensor](ctx, db, "sensor", id, "SELECT doc FROM sensor WHERE id = $1", clean(id))
}

// ListSensors returns all sensors by id.
func (db *DB) ListSensors(ctx context.Context) ([]heron.Sensor, error) {
	list, err := docs[heron.Sensor](ctx, db.reader, "SELECT doc FROM sensor ORDER BY id")
	return list, db.explain("list sensors", err)
}

// PutSensor stores a sensor and tells the live stream.
func (db *DB) PutSensor(ctx context.Context, s *heron.Sensor) error {
	return db.write(ctx, "put sensor", func(t *tx) error { return t.putSensor(ctx, s) })
}

func (t *tx) putSensor(ctx context.Context, s *heron.Sensor) error {
	text, err := toJSON(s)
	if err != nil {
		return err
	}
	err = insert(ctx, t, "INSERT INTO sensor (id, doc)", [][]any{{clean(s.ID), text}},
		"ON CONFLICT (id) DO UPDATE SET doc = excluded.doc")
	if err != nil {
		return err
	}
	return t.tell(heron.LiveSensor, s.ID, s)
}

// putReporting stores what a batch says of its sensor; the name and the time
// of its creation, which people gave it, stay.
func (t *tx) putReporting(ctx context.Context, s *heron.Sensor, seq uint64) error {
	kept := *s
	kept.LastSeq = seq
	before, err := doc[heron.Sensor](ctx, t, "SELECT doc FROM sensor WHERE id = $1"+t.db.dialect.forUpdate, clean(s.ID))
	if err != nil {
		return err
	}
	if before != nil {
		kept.Name = cmp.Or(before.Name, kept.Name)
		kept.Created = cmp.Or(before.Created, kept.Created)
	}
	return t.putSensor(ctx, &kept)
}

// DeleteSensor removes a sensor; what it reported stays.
func (db *DB) DeleteSensor(ctx context.Context, id string) error {
	return db.remove(ctx, "sensor", id, "DELETE FROM sensor WHERE id = $1")
}

// ListUploads returns all uploads, newest first.
func (db *DB) ListUploads(ctx context.Context) ([]heron.Upload, error) {
	list, err := docs[heron.Upload](ctx, db.reader, "SELECT doc FROM upload ORDER BY created DESC, id DESC")
	return list, db.explain("list uploads", err)
}

// PutUpload stores an upload and tells the live stream.
func (db *DB) PutUpload(ctx context.Context, u *heron.Upload) error {
	return db.write(ctx, "put upload", func(t *tx) error {
		text, err := toJSON(u)
		if err != nil {
			return err
		}
		err = insert(ctx, t, "INSERT INTO upload (id, created, doc)", [][]any{{clean(u.ID), int64(u.Created), text}},
			"ON CONFLICT (id) DO UPDATE SET created = excluded.created, doc = excluded.doc")
		if err != nil {
			return err
		}
		return t.tell(heron.LiveUpload, u.ID, u)
	})
}

// keepScans is how many scans are kept.
const keepScans = 100

// ListScans returns the scans of active discovery, the latest first.
func (db *DB) ListScans(ctx context.Context) ([]heron.Scan, error) {
	list, err := docs[heron.Scan](ctx, db.reader, "SELECT doc FROM scan ORDER BY started DESC, id DESC")
	return list, db.explain("list scans", err)
}

// PutScan stores a scan, and forgets those before the latest hundred.
func (db *DB) PutScan(ctx context.Context, s *heron.Scan) error {
	return db.write(ctx, "put scan", func(t *tx) error { return t.putScan(ctx, s) })
}

func (t *tx) putScan(ctx context.Context, s *heron.Scan) error {
	text, err := toJSON(s)
	if err != nil {
		return err
	}
	err = insert(ctx, t, "INSERT INTO scan (id, started, doc)", [][]any{{clean(s.ID), int64(s.Started), text}},
		"ON CONFLICT (id) DO UPDATE SET started = excluded.started, doc = excluded.doc")
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx,
		"DELETE FROM scan WHERE id NOT IN (SELECT id FROM scan ORDER BY started DESC, id DESC LIMIT $1)", keepScans)
	return err
}

// GetSetting returns "" for a setting never made.
func (db *DB) GetSetting(ctx context.Context, key string) (string, error) {
	var value string
	err := db.reader.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = $1", clean(key)).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, db.explain("get setting", err)
}

// PutSetting makes a setting.
func (db *DB) PutSetting(ctx context.Context, key, value string) error {
	return db.write(ctx, "put setting", func(t *tx) error {
		return insert(ctx, t, "INSERT INTO setting (name, value)", [][]any{{clean(key), clean(value)}},
			"ON CONFLICT (name) DO UPDATE SET value = excluded.value")
	})
}

// ListSettings returns the settings whose keys begin with prefix.
func (db *DB) ListSettings(ctx context.Context, prefix string) (map[string]string, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT name, value FROM setting ORDER BY name")
	list, err := collect(rows, err, func(r *sql.Rows) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) })
	out := map[string]string{}
	for _, x := range list {
		if strings.HasPrefix(x[0], prefix) {
			out[x[0]] = x[1]
		}
	}
	return out, db.explain("list settings", err)
}

// ListZones returns all zones by id.
func (db *DB) ListZones(ctx context.Context) ([]heron.Zone, error) {
	list, err := docs[heron.Zone](ctx, db.reader, "SELECT doc FROM zone ORDER BY id")
	return list, db.explain("list zones", err)
}

// PutZone stores a zone.
func (db *DB) PutZone(ctx context.Context, z *heron.Zone) error {
	return db.write(ctx, "put zone", func(t *tx) error {
		text, err := toJSON(z)
		if err != nil {
			return err
		}
		return insert(ctx, t, "INSERT INTO zone (id, doc)", [][]any{{clean(z.ID), text}},
			"ON CONFLICT (id) DO UPDATE SET doc = excluded.doc")
	})
}

// DeleteZone removes a zone.
func (db *DB) DeleteZone(ctx context.Context, id string) error {
	return db.remove(ctx, "zone", id, "DELETE FROM zone WHERE id = $1")
}
