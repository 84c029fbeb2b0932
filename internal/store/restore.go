package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// RestoreOptions say how to restore.
type RestoreOptions struct {
	// Force replaces what the database holds; without it only an empty database
	// is restored into.
	Force bool
}

// Restore replaces all data by that of a backup, of either engine, in one
// transaction: after an error everything is as it was. Stop the platform first;
// what it holds in memory would be wrong.
func (db *DB) Restore(ctx context.Context, path string, o RestoreOptions) error {
	if _, err := CheckBackup(path); err != nil {
		return err
	}
	err := db.write(ctx, "restore", func(t *tx) error {
		names, err := tableNames(ctx, t, db.dialect.tables)
		if err != nil {
			return err
		}
		if !o.Force {
			if err := t.mustBeEmpty(ctx); err != nil {
				return err
			}
		}
		if err := t.clear(ctx, names); err != nil {
			return err
		}
		l := &loader{t: t, known: names}
		_, err = readBackup(path,
			func(name string, columns []string) error { return l.table(ctx, name, columns) },
			func(values []any) error { return l.row(ctx, values) })
		if err != nil {
			return err
		}
		return l.finish(ctx)
	})
	if err != nil {
		return err
	}
	db.cursorKey, err = db.loadCursorKey(ctx)
	return err
}

func (t *tx) mustBeEmpty(ctx context.Context) error {
	for _, name := range []string{"device", "account", "alert", "audit", "observation"} {
		var n int64
		if err := t.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+name).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return heron.Errorf(heron.CodeConflict,
				"the database is not empty (%d rows in %s): restore into a new one, or force it to replace what is there", n, name)
		}
	}
	return nil
}

func (t *tx) clear(ctx context.Context, names []string) error {
	// Sessions refer to accounts, which they come before.
	order := append([]string{"session"}, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "session" })...)
	for _, name := range order {
		if _, err := t.ExecContext(ctx, "DELETE FROM "+name); err != nil {
			return err
		}
	}
	return nil
}

// loader inserts what readBackup finds, some rows a statement.
type loader struct {
	t     *tx
	known []string
	head  string
	width int
	rows  [][]any
}

func (l *loader) table(ctx context.Context, name string, columns []string) error {
	if err := l.finish(ctx); err != nil {
		return err
	}
	if !slices.Contains(l.known, name) {
		return heron.Errorf(heron.CodeInvalid, "the backup has a table %q that this version does not know", name)
	}
	if !slices.ContainsFunc(columns, notAName) && len(columns) > 0 {
		l.head = "INSERT INTO " + name + " (" + strings.Join(columns, ", ") + ")"
		l.width = len(columns)
		return nil
	}
	return heron.Errorf(heron.CodeInvalid, "the backup has columns of table %q that cannot be", name)
}

// notAName guards the statement against a backup that was made up.
func notAName(column string) bool {
	return column == "" || strings.Trim(column, "abcdefghijklmnopqrstuvwxyz_") != ""
}

func (l *loader) row(ctx context.Context, values []any) error {
	if l.head == "" || len(values) != l.width {
		return heron.Errorf(heron.CodeInvalid, "the backup has a row with %d values where there are %d columns", len(values), l.width)
	}
	l.rows = append(l.rows, values)
	if len(l.rows) < 500 {
		return nil
	}
	return l.finish(ctx)
}

// finish inserts the rows read so far.
func (l *loader) finish(ctx context.Context) error {
	if len(l.rows) == 0 {
		return nil
	}
	err := insert(ctx, l.t, l.head, l.rows, "")
	l.rows = l.rows[:0]
	if err != nil {
		return fmt.Errorf("%s: %w", l.head, err)
	}
	return nil
}

// Check looks for damage: in the engine's own structures, in the audit chain,
// between tables, and in what can no longer be read.
func (db *DB) Check(ctx context.Context) error {
	return db.view(ctx, "check", func(q querier) error {
		if err := db.dialect.integrity(ctx, q); err != nil {
			return err
		}
		if _, err := db.verifyAudit(ctx, q); err != nil {
			return err
		}
		return checkTables(ctx, q)
	})
}

// checkTables counts what cannot be: devices without a document and the other
// way round, live messages beyond the counter.
func checkTables(ctx context.Context, q querier) error {
	checks := []struct{ stmt, what string }{
		{"SELECT COUNT(*) FROM device WHERE id NOT IN (SELECT id FROM device_doc)", "devices have no document"},
		{"SELECT COUNT(*) FROM device_doc WHERE id NOT IN (SELECT id FROM device)", "device documents have no device"},
		{"SELECT COUNT(*) FROM live WHERE seq > (SELECT value FROM counter WHERE name = 'live')", "live messages are beyond the counter"},
		{"SELECT COUNT(*) FROM session WHERE user_id NOT IN (SELECT id FROM account)", "sessions have no user"},
	}
	for _, c := range checks {
		var n int64
		if err := q.QueryRowContext(ctx, c.stmt).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return heron.Errorf(heron.CodeConflict, "the database is damaged: %d %s; restore a backup", n, c.what)
		}
	}
	return nil
}
