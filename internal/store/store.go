// Package store keeps everything Heron knows, in SQLite (in process, the
// default) or PostgreSQL, with one SQL text for both.
//
// It guarantees: a method that writes is one transaction, and when it returns
// nil the data is on disk; what it tells the live stream is part of that
// transaction (the outbox), numbered in the order of commits; a sensor's batch
// is applied once. Both engines give the same results in the same order.
//
// Open one DB for each process and share it; all methods may be called at the
// same time. Three things are the store's own, whatever a device, alert or
// vulnerability handed to it says: a device's Risk, OpenAlerts, Quarantined and
// Version follow from assessments, alerts and actions; an alert's human fields
// outlive what a detector says; so do vulnerability states that people set.
//
// docs/database.md describes tables, migrations, backup and retention.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
)

// Options are what Open needs beside the URL.
type Options struct {
	// AuditHash chains the audit log; required. It is audit.Hash.
	AuditHash func(prev string, e *heron.AuditEntry) string
	// Log gets what an operator should know; nil discards.
	Log *slog.Logger
	// Now is the clock on the wall; nil means the real one.
	Now func() heron.Time
	// LiveKeep is how many live messages are kept for readers that come back;
	// 0 means 50,000.
	LiveKeep int64
}

// Receiver is a configured notifier: a new alert of at least its severity gets
// a pending notification for it, in the transaction that stores the alert.
type Receiver struct {
	Name        string
	MinSeverity heron.Severity
}

// DB is an open database.
type DB struct {
	dialect   *dialect
	writer    *sql.DB // one connection in SQLite, the pool in PostgreSQL
	reader    *sql.DB
	opts      Options
	log       *slog.Logger
	cursorKey []byte
	receivers atomic.Pointer[[]Receiver]
	committed chan struct{}
	site      siteClock
}

var (
	_ heron.Store      = (*DB)(nil)
	_ heron.BatchStore = (*DB)(nil)
)

// Open opens the database at url, "sqlite:PATH" or "postgres://…", makes it when
// it is a new SQLite file, and brings its schema up to date.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.AuditHash == nil {
		return nil, heron.Errorf(heron.CodeInvalid, "store: Options.AuditHash is missing")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = func() heron.Time { return heron.TimeOf(time.Now()) }
	}
	if o.LiveKeep == 0 {
		o.LiveKeep = 50_000
	}
	db := &DB{opts: o, log: o.Log.With("component", "store"), committed: make(chan struct{}, 1)}
	if err := db.connect(ctx, url); err != nil {
		return nil, err
	}
	if err := db.start(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) connect(ctx context.Context, url string) (err error) {
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		db.dialect = sqliteDialect()
		db.writer, db.reader, err = openSQLite(ctx, rest)
	case "postgres", "postgresql":
		db.dialect = postgresDialect()
		db.writer, err = openPostgres(ctx, url)
		db.reader = db.writer
	default:
		// The URL may hold a password: only its scheme is told.
		return heron.Errorf(heron.CodeInvalid,
			"database URL with scheme %q: want sqlite:PATH or postgres://USER@HOST/DATABASE", scheme)
	}
	return err
}

func (db *DB) start(ctx context.Context) error {
	if err := db.migrate(ctx, migrations()); err != nil {
		return err
	}
	key, err := db.loadCursorKey(ctx)
	db.cursorKey = key
	return err
}

// Close closes the database. It waits for running statements.
func (db *DB) Close() error {
	err := db.reader.Close()
	if db.writer != db.reader {
		err = errors.Join(err, db.writer.Close())
	}
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Engine names the engine: sqlite or postgres.
func (db *DB) Engine() string { return db.dialect.name }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if _, err := db.reader.ExecContext(ctx, "SELECT 1"); err != nil {
		return db.explain("ping", err)
	}
	return nil
}

// SetReceivers says for whom notifications of new alerts are made from now on.
func (db *DB) SetReceivers(list []Receiver) {
	kept := append([]Receiver(nil), list...)
	db.receivers.Store(&kept)
}

// Committed receives after a transaction put messages on the live stream: a
// hint, for one reader, to look at Outbox. Several commits may give one hint.
func (db *DB) Committed() <-chan struct{} { return db.committed }

func (db *DB) now() heron.Time { return db.opts.Now() }
