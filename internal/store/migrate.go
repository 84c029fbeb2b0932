package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema. Steps go forward only and never change
// once released: its checksum is kept where it was applied.
type migration struct {
	name string // file name, which begins with its number
	text string
}

func (m migration) sum() string {
	h := sha256.Sum256([]byte(m.text))
	return hex.EncodeToString(h[:])
}

// statements splits at semicolons that end a line, and drops comment lines.
func (m migration) statements() []string {
	var list []string
	var b strings.Builder
	for line := range strings.Lines(m.text) {
		if strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(strings.TrimSpace(line), ";") {
			list = append(list, strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
			b.Reset()
		}
	}
	return list
}

// migrations returns the embedded steps in order.
func migrations() []migration {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	slices.Sort(names)
	list := make([]migration, len(names))
	for i, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic(err) // embedded: it is there
		}
		list[i] = migration{name: strings.TrimPrefix(name, "migrations/"), text: string(text)}
	}
	return list
}

const createMigrations = `CREATE TABLE IF NOT EXISTS migration (
	name    TEXT COLLATE "C" PRIMARY KEY,
	sum     TEXT COLLATE "C" NOT NULL,
	applied BIGINT NOT NULL)`

// migrate applies, all in one transaction, the steps that the database has not
// seen. Processes that start together take turns.
func (db *DB) migrate(ctx context.Context, steps []migration) error {
	if db.isCurrent(ctx, steps) {
		return nil // and whoever writes at the time need not be waited for
	}
	var applied []string
	err := db.write(ctx, "migrate", func(t *tx) error {
		applied = nil
		if lock := db.dialect.migrateLock; lock != "" {
			if _, err := t.ExecContext(ctx, lock); err != nil {
				return err
			}
		}
		if _, err := t.ExecContext(ctx, db.dialect.schema(createMigrations)); err != nil {
			return err
		}
		done, err := migrated(ctx, t)
		if err != nil {
			return err
		}
		if err := checkHistory(done, steps); err != nil {
			return err
		}
		for _, m := range steps[len(done):] {
			if err := t.apply(ctx, m); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
			applied = append(applied, m.name)
		}
		return nil
	})
	for _, name := range applied {
		db.log.Info("database schema migrated", "step", name, "engine", db.dialect.name)
	}
	return err
}

// isCurrent reports whether all steps were applied. What cannot be read is told by
// the attempt to apply them.
func (db *DB) isCurrent(ctx context.Context, steps []migration) bool {
	var done []migration
	err := db.view(ctx, "read migrations", func(q querier) (err error) {
		done, err = migrated(ctx, q)
		return err
	})
	return err == nil && len(done) == len(steps) && checkHistory(done, steps) == nil
}

// migrated returns the steps that were applied; text holds their checksums.
func migrated(ctx context.Context, q querier) ([]migration, error) {
	rows, err := q.QueryContext(ctx, "SELECT name, sum FROM migration ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []migration
	for rows.Next() {
		var m migration
		if err := rows.Scan(&m.name, &m.text); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}

func checkHistory(done, steps []migration) error {
	for i, d := range done {
		switch {
		case i >= len(steps):
			return heron.Errorf(heron.CodeConflict,
				"the database was migrated by a newer version (step %s): use that version, or restore a backup made before", d.name)
		case steps[i].name != d.name, steps[i].sum() != d.text:
			return heron.Errorf(heron.CodeConflict,
				"the database was made with another text of migration %s: use the version that made it, or restore a backup", d.name)
		}
	}
	return nil
}

func (t *tx) apply(ctx context.Context, m migration) error {
	for _, stmt := range m.statements() {
		if _, err := t.ExecContext(ctx, t.db.dialect.schema(stmt)); err != nil {
			return fmt.Errorf("%.60s: %w", stmt, err)
		}
	}
	_, err := t.ExecContext(ctx, "INSERT INTO migration (name, sum, applied) VALUES ($1, $2, $3)",
		m.name, m.sum(), int64(t.db.now()))
	return err
}
