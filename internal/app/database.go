package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/audit"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/store"
)

// Database is an open database, for the commands that tend it.
type Database struct{ db *store.DB }

// OpenDatabase opens the configured database. Where it is a SQLite file that
// does not exist it is made only when create says so.
func OpenDatabase(ctx context.Context, c config.Config, create bool) (*Database, error) {
	url := c.DatabaseURL()
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok && !create {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, heron.Errorf(heron.CodeNotFound, "there is no database at %s; name one with --data or --db", path)
		}
	}
	db, err := store.Open(ctx, url, store.Options{AuditHash: audit.Hash})
	if err != nil {
		return nil, err
	}
	return &Database{db}, nil
}

// Backup writes all data to a new file at path.
func (d *Database) Backup(ctx context.Context, path string) error { return d.db.Backup(ctx, path) }

// Restore reads a backup; force replaces what the database holds.
func (d *Database) Restore(ctx context.Context, path string, force bool) error {
	return d.db.Restore(ctx, path, store.RestoreOptions{Force: force})
}

// Check looks for damage.
func (d *Database) Check(ctx context.Context) error { return d.db.Check(ctx) }

// Close closes the database.
func (d *Database) Close() error { return d.db.Close() }

// CheckBackup reads a whole backup and says in words what it is.
func CheckBackup(path string) (string, error) {
	i, err := store.CheckBackup(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("undamaged: %d rows from %s, written %s", i.Rows, i.Engine, i.Created), nil
}
