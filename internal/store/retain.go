package store

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/heron-iot/heron"
)

// Policy says how long what is kept, from when it was stored. Zero means the
// default. Audit entries and actions are kept for ever, observations and the
// important part of a timeline while the device lives, open alerts until closed.
type Policy struct {
	Flows  time.Duration // 30 days
	Events time.Duration // routine entries of timelines; 30 days
	Alerts time.Duration // alerts that are closed or suppressed, their deliveries, incidents; a year
	Risk   time.Duration // risk histories; a year
	// MaxBytes is how much the data may take on disk; 0 means no limit. Beyond
	// it the oldest goes before its time, flows first.
	MaxBytes int64
}

const (
	month = 30 * 24 * time.Hour
	year  = 365 * 24 * time.Hour
)

// Removed counts the rows that Retain removed.
type Removed struct {
	Flows, Events, Alerts, Incidents, Notifications, Risk, Sessions, Batches, Live int64
	// ForSpace counts those that went before their time because of MaxBytes.
	ForSpace int64
	// Bytes is what the data takes now, Limit what it may.
	Bytes, Limit int64
}

// expiry is one rule: rows of table, by their key, where the condition holds
// ($1 is the time before which they are too old), oldest first.
type expiry struct {
	table, key, where, age string
	after                  time.Duration
	count                  *int64
}

// removeChunk is how many rows go in one transaction, so that writers wait little.
const removeChunk = 2000

// Retain removes what is too old at now, on the wall clock, and what there is
// no more room for. The latter it logs and writes to the audit log.
func (db *DB) Retain(ctx context.Context, now heron.Time, p Policy) (Removed, error) {
	var r Removed
	for _, e := range expiries(p, &r) {
		n, err := db.expire(ctx, e, int64(now.Add(-e.after)), -1)
		*e.count += n
		if err != nil {
			return r, err
		}
	}
	n, err := db.trimLive(ctx)
	r.Live += n
	if err != nil {
		return r, err
	}
	if err := db.makeRoom(ctx, now, p, &r); err != nil {
		return r, err
	}
	if err := db.dialect.shrink(ctx, db.writer); err != nil {
		return r, db.explain("give space back", err)
	}
	return r, nil
}

const routineChange = "kind IN ('updated', 'service', 'ip_moved', 'port_moved', 'identity', 'away', 'back') AND stored < $1"

func expiries(p Policy, r *Removed) []expiry {
	alerts := cmp.Or(p.Alerts, year)
	return []expiry{
		{"flow", "id", "stored < $1", "stored", cmp.Or(p.Flows, month), &r.Flows},
		{"device_change", "id", routineChange, "stored", cmp.Or(p.Events, month), &r.Events},
		{"alert", "id", "state IN ('closed', 'suppressed') AND stored < $1", "stored", alerts, &r.Alerts},
		{"incident", "id", "state IN ('closed', 'suppressed') AND stored < $1", "stored", alerts, &r.Incidents},
		{"notification", "id", "state <> 'pending' AND created < $1", "created", alerts, &r.Notifications},
		{"risk_point", "stored", "stored < $1", "stored", cmp.Or(p.Risk, year), &r.Risk},
		{"session", "hash", "expires < $1", "expires", 0, &r.Sessions},
		{"batch", "id", "applied < $1", "applied", month, &r.Batches},
	}
}

// expire removes rows by one rule, at most limit of them; -1 means all.
func (db *DB) expire(ctx context.Context, e expiry, before, limit int64) (total int64, err error) {
	for limit != 0 {
		chunk := int64(removeChunk)
		if limit > 0 {
			chunk = min(chunk, limit)
		}
		var n int64
		err := db.write(ctx, "remove old rows of "+e.table, func(t *tx) (err error) {
			n, err = affected(t.ExecContext(ctx, "DELETE FROM "+e.table+" WHERE "+e.key+" IN (SELECT "+e.key+" FROM "+
				e.table+" WHERE "+e.where+" ORDER BY "+e.age+" LIMIT $2)", before, chunk))
			return err
		})
		total += n
		if err != nil || n < chunk {
			return total, err
		}
		if limit > 0 {
			limit = max(0, limit-n)
		}
	}
	return total, nil
}

// trimLive removes live messages beyond those kept for readers that come back,
// but none that were not published, unless nobody has published for so long
// that there are ten times as many.
func (db *DB) trimLive(ctx context.Context) (n int64, err error) {
	err = db.write(ctx, "trim the live stream", func(t *tx) error {
		var last, published, trimmed int64
		const stmt = "SELECT value FROM counter WHERE name = $1"
		for name, v := range map[string]*int64{"live": &last, "published": &published, "live_trimmed": &trimmed} {
			if err := t.QueryRowContext(ctx, stmt, name).Scan(v); err != nil {
				return err
			}
		}
		upTo := max(min(last-db.opts.LiveKeep, published), last-10*db.opts.LiveKeep)
		if upTo <= trimmed {
			return nil
		}
		if _, err := t.ExecContext(ctx, "UPDATE counter SET value = $1 WHERE name = 'live_trimmed'", upTo); err != nil {
			return err
		}
		n, err = affected(t.ExecContext(ctx, "DELETE FROM live WHERE seq <= $1", upTo))
		return err
	})
	return n, err
}

// makeRoom removes the oldest flows, then routine timeline entries, then risk
// points until the data fits again with a tenth to spare.
func (db *DB) makeRoom(ctx context.Context, now heron.Time, p Policy, r *Removed) error {
	used, err := db.dialect.used(ctx, db.reader, p.MaxBytes)
	if err != nil {
		return db.explain("measure the database", err)
	}
	r.Bytes, r.Limit = used, p.MaxBytes
	if p.MaxBytes == 0 || used <= p.MaxBytes {
		return nil
	}
	for _, e := range expiries(p, r) {
		if e.table != "flow" && e.table != "device_change" && e.table != "risk_point" {
			continue
		}
		if used, err = db.shorten(ctx, e, now, used, p.MaxBytes/10*9, r); err != nil {
			return err
		}
	}
	r.Bytes = used
	db.log.Warn("disk limit reached: the oldest data was removed before its time", "rows", r.ForSpace,
		"bytes", used, "max_bytes", p.MaxBytes)
	return db.AppendAudit(ctx, &heron.AuditEntry{
		Time: now, Actor: "system", Action: "retention.disk_limit", Outcome: "ok",
		Detail: heron.Attributes{
			"rows": strconv.FormatInt(r.ForSpace, 10), "bytes": strconv.FormatInt(used, 10),
			"max_bytes": strconv.FormatInt(p.MaxBytes, 10),
		},
	})
}

// shorten removes the oldest rows of one table, a tenth of it at a time, until
// no more than want bytes are used. It returns what is used then.
func (db *DB) shorten(ctx context.Context, e expiry, now heron.Time, used, want int64, r *Removed) (int64, error) {
	for used > want {
		var rows int64
		if err := db.reader.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+e.table).Scan(&rows); err != nil {
			return used, db.explain("measure the database", err)
		}
		n, err := db.expire(ctx, e, int64(now)+1, rows/10+1)
		*e.count += n
		r.ForSpace += n
		if err != nil || n == 0 {
			return used, err
		}
		if used, err = db.dialect.used(ctx, db.reader, want); err != nil {
			return used, db.explain("measure the database", err)
		}
	}
	return used, nil
}

// tableNames lists the tables of the schema but that of migrations.
func tableNames(ctx context.Context, q querier, stmt string) ([]string, error) {
	rows, err := q.QueryContext(ctx, stmt)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if name != "migration" {
			names = append(names, name)
		}
	}
	return names, rows.Err()
}
