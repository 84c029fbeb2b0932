package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
)

const auditCols = "seq, time, actor, source, action, object, detail, outcome, prev_hash, hash"

func scanAudit(scan func(dest ...any) error) (heron.AuditEntry, error) {
	var e heron.AuditEntry
	var detail []byte
	err := scan(&e.Seq, &e.Time, &e.Actor, &e.Source, &e.Action, &e.Object, &detail, &e.Outcome, &e.PrevHash, &e.Hash)
	if err != nil {
		return e, err
	}
	return e, json.Unmarshal(detail, &e.Detail)
}

// AppendAudit numbers e, chains it to the last entry and keeps it. It sets
// e.Seq, e.Time when 0, e.PrevHash and e.Hash.
func (db *DB) AppendAudit(ctx context.Context, e *heron.AuditEntry) error {
	return db.write(ctx, "append to the audit log", func(t *tx) error { return t.appendAudit(ctx, e) })
}

// appendAudit does nothing for nil. The counter's row stays locked until the
// commit, so that the chain has one writer at a time.
func (t *tx) appendAudit(ctx context.Context, e *heron.AuditEntry) error {
	if e == nil {
		return nil
	}
	tidyEntry(e)
	if e.Time == 0 {
		e.Time = t.db.now()
	}
	err := t.QueryRowContext(ctx, "UPDATE counter SET value = value + 1 WHERE name = 'audit' RETURNING value").Scan(&e.Seq)
	if err != nil {
		return err
	}
	e.PrevHash = ""
	err = t.QueryRowContext(ctx, "SELECT hash FROM audit WHERE seq = $1", e.Seq-1).Scan(&e.PrevHash)
	if err != nil && (!errors.Is(err, sql.ErrNoRows) || e.Seq != 1) {
		return err
	}
	e.Hash = t.db.opts.AuditHash(e.PrevHash, e)
	detail, err := toJSON(e.Detail)
	if err != nil {
		return err
	}
	return insert(ctx, t, "INSERT INTO audit ("+auditCols+")", [][]any{{
		e.Seq, int64(e.Time), e.Actor, e.Source, e.Action, e.Object, detail, e.Outcome, e.PrevHash, e.Hash,
	}}, "")
}

// tidyEntry makes e what will be read back, or its hash would not fit.
func tidyEntry(e *heron.AuditEntry) {
	e.Actor, e.Source, e.Action = clean(e.Actor), clean(e.Source), clean(e.Action)
	e.Object, e.Outcome = clean(e.Object), clean(e.Outcome)
	detail := make(heron.Attributes, len(e.Detail))
	for k, v := range e.Detail {
		detail[clean(k)] = clean(v)
	}
	e.Detail = detail
}

var auditList = listing{
	name: "audit log", from: "audit", cols: auditCols,
	sorts: map[string][]string{"seq": {"seq"}}, own: "-seq",
}

// ListAudit returns a page of the audit log, newest first. Action matches its
// own name and all names below it: "user" finds "user.login".
func (db *DB) ListAudit(ctx context.Context, f heron.AuditFilter, p heron.Page) (heron.List[heron.AuditEntry], error) {
	var w where
	if f.Actor != "" {
		w.add("actor = ?", clean(f.Actor))
	}
	if f.Object != "" {
		w.add("object = ?", clean(f.Object))
	}
	if f.Action != "" {
		name := clean(f.Action)
		w.add("(action = ? OR action LIKE ? ESCAPE '!')", name, likeEscaper.Replace(name)+".%")
	}
	if f.From != 0 {
		w.add("time >= ?", int64(f.From))
	}
	if f.To != 0 {
		w.add("time <= ?", int64(f.To))
	}
	return page(ctx, db, &auditList, w, p, scanAudit)
}

// VerifyAudit walks the whole chain. It returns how many entries fit, and an
// error naming the first that does not, or telling that the end is missing.
func (db *DB) VerifyAudit(ctx context.Context) (int64, error) {
	var n int64
	err := db.view(ctx, "verify the audit log", func(q querier) error {
		var err error
		n, err = db.verifyAudit(ctx, q)
		return err
	})
	return n, err
}

func (db *DB) verifyAudit(ctx context.Context, q querier) (n int64, err error) {
	rows, err := q.QueryContext(ctx, "SELECT "+auditCols+" FROM audit ORDER BY seq")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	prev := ""
	for rows.Next() {
		e, err := scanAudit(rows.Scan)
		if err != nil {
			return n, err
		}
		switch {
		case e.Seq != n+1:
			return n, broken(n+1, "it is missing")
		case e.PrevHash != prev:
			return n, broken(e.Seq, "its predecessor was changed, or it was put here from elsewhere")
		case e.Hash != db.opts.AuditHash(prev, &e):
			return n, broken(e.Seq, "it was changed after it was written")
		}
		n, prev = n+1, e.Hash
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	var last int64
	if err := q.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'audit'").Scan(&last); err != nil {
		return n, err
	}
	if last != n {
		return n, broken(n+1, "it is missing, at the end of the log")
	}
	return n, nil
}

func broken(seq int64, why string) error {
	return heron.Errorf(heron.CodeConflict, "the audit log is broken at entry %d: %s", seq, why)
}
