package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/heron-iot/heron"
)

// Every connection: foreign keys on, patience with other processes, and a
// commit that is on disk when it returns.
var sqlitePragmas = []string{
	"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "cache_size(-65536)",
	"temp_store(MEMORY)", "mmap_size(1073741824)", "case_sensitive_like(1)", // LIKE as in PostgreSQL
}

func sqliteDialect() *dialect {
	return &dialect{
		name: "sqlite",
		// SQLite's own collation, BINARY, compares bytes as "C" does; without
		// the name, any SQLite tool can open the file.
		schema:    func(s string) string { return strings.ReplaceAll(s, ` COLLATE "C"`, "") },
		position:  "instr",
		tuples:    unnumbered,
		snapshot:  sql.TxOptions{ReadOnly: true},
		classify:  classifySQLite,
		retryable: func(err error) bool { return sqliteCode(err) == sqlite3.SQLITE_BUSY },
		tables:    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
		used:      usedSQLite,
		integrity: checkSQLite,
		shrink: func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, "PRAGMA incremental_vacuum")
			return err
		},
	}
}

// openSQLite opens path twice: one connection that writes, because SQLite has
// one writer at a time and waiting in Go is fair, and a pool that only reads.
func openSQLite(ctx context.Context, path string) (writer, reader *sql.DB, err error) {
	if path == "" {
		return nil, nil, heron.Errorf(heron.CodeInvalid, "database URL sqlite: has no path; as sqlite:/var/lib/heron/heron.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, heron.Errorf(heron.CodeInvalid, "make the folder of database %s: %v", path, err)
	}
	// Made here for its mode: it holds password hashes.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, heron.Errorf(heron.CodeInvalid, "open database: %v", err)
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	var made []string // what a database keeps from its making; to say it again would need the lock of a writer
	if info.Size() == 0 {
		made = []string{"auto_vacuum(INCREMENTAL)", "journal_mode(WAL)"}
	}
	writer, err = sql.Open("sqlite", sqliteURL(path, made...)+"&_txlock=immediate")
	if err != nil {
		return nil, nil, fmt.Errorf("open database %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	if err := writer.PingContext(ctx); err != nil { // sets WAL before the readers come
		return nil, nil, heron.Errorf(heron.CodeInvalid, "open database %s: %v", path, errors.Join(err, writer.Close()))
	}
	reader, err = sql.Open("sqlite", sqliteURL(path, "query_only(1)"))
	if err != nil {
		return nil, nil, fmt.Errorf("open database %s: %w", path, errors.Join(err, writer.Close()))
	}
	n := max(4, runtime.NumCPU())
	reader.SetMaxOpenConns(n)
	reader.SetMaxIdleConns(n)
	return writer, reader, nil
}

func sqliteURL(path string, more ...string) string {
	q := url.Values{"_pragma": append(more, sqlitePragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

func classifySQLite(err error) heron.Code {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ""
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return heron.CodeConflict
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return heron.CodeNotFound
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return heron.CodeUnavailable
	}
	return ""
}

func usedSQLite(ctx context.Context, q querier, _ int64) (int64, error) {
	var pages, free, size int64
	err := errors.Join(
		q.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages),
		q.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&free),
		q.QueryRowContext(ctx, "PRAGMA page_size").Scan(&size))
	return (pages - free) * size, err
}

func checkSQLite(ctx context.Context, q querier) error {
	var result string
	if err := q.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return heron.Errorf(heron.CodeInvalid, "the database file is damaged: %s; restore a backup", result)
	}
	return nil
}
