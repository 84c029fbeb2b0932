package store

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/heron-iot/heron"
)

// migrateLock takes an arbitrary number that all Heron processes lock while
// they migrate.
const migrateLock = "SELECT pg_advisory_xact_lock(7205759403792793)"

func postgresDialect() *dialect {
	return &dialect{
		name:        "postgres",
		schema:      func(s string) string { return s },
		position:    "strpos",
		tuples:      numbered,
		forUpdate:   " FOR UPDATE",
		migrateLock: migrateLock,
		snapshot:    sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		classify:    classifyPostgres,
		retryable: func(err error) bool {
			switch postgresCode(err) {
			case "40001", "40P01": // serialisation failure, deadlock
				return true
			}
			return false
		},
		tables:    postgresTables,
		used:      usedPostgres,
		integrity: func(context.Context, querier) error { return nil },
		shrink: func(ctx context.Context, db *sql.DB) error {
			_, err := db.ExecContext(ctx, "VACUUM")
			return err
		},
	}
}

const postgresTables = `SELECT table_name FROM information_schema.tables
	WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C"`

func openPostgres(ctx context.Context, url string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		// The error of pgx repeats the URL, and with it perhaps a password.
		return nil, heron.Errorf(heron.CodeInvalid, "the database URL cannot be read: want postgres://USER@HOST:PORT/DATABASE")
	}
	c.RuntimeParams["synchronous_commit"] = "on" // acknowledged means on disk
	c.RuntimeParams["application_name"] = "heron"
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	db.SetConnMaxLifetime(time.Hour)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, heron.Errorf(heron.CodeUnavailable, "database %s on %s does not answer: %v",
			c.Database, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), postgresReason(err))
	}
	return db, nil
}

// postgresReason is the server's or the network's own word, without the
// connection string that pgx puts around it.
func postgresReason(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Message
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Error()
	}
	return "connection failed"
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func classifyPostgres(err error) heron.Code {
	switch code := postgresCode(err); {
	case code == "23505": // unique violation
		return heron.CodeConflict
	case code == "23503": // foreign key violation
		return heron.CodeNotFound
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"),
		code == "40001", code == "40P01", code == "25006":
		return heron.CodeUnavailable
	case code != "":
		return ""
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return heron.CodeUnavailable
	}
	if _, ok := errors.AsType[net.Error](err); ok || pgconn.SafeToRetry(err) {
		return heron.CodeUnavailable
	}
	return ""
}

// usedPostgres is the size of all tables with their indexes. Files do not
// shrink when rows go, so beyond limit it counts rows instead, at the mean
// width of some of them and half as much again for indexes.
func usedPostgres(ctx context.Context, q querier, limit int64) (int64, error) {
	names, err := tableNames(ctx, q, postgresTables)
	if err != nil {
		return 0, err
	}
	var size, used int64
	for _, name := range names {
		var n int64
		if err := q.QueryRowContext(ctx, "SELECT pg_total_relation_size($1)", name).Scan(&n); err != nil {
			return 0, err
		}
		size += n
	}
	if size <= limit {
		return size, nil
	}
	for _, name := range names {
		var bytes float64
		err := q.QueryRowContext(ctx, "SELECT COUNT(*) * (SELECT COALESCE(AVG(pg_column_size(s.*)), 0) FROM (SELECT * FROM "+
			name+" LIMIT 1000) AS s) FROM "+name).Scan(&bytes)
		if err != nil {
			return 0, err
		}
		used += int64(bytes * 1.5)
	}
	return used, nil
}
