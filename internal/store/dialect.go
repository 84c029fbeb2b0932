package store

import (
	"context"
	"database/sql"

	"github.com/heron-iot/heron"
)

// dialect is all that differs between the engines.
type dialect struct {
	name string
	// schema adapts a statement of a migration.
	schema func(stmt string) string
	// position is the function of (text, part) that is 0 when part is not in text.
	position string
	// tuples are the parameters of n rows of width columns, in the form that the
	// engine reads fastest: SQLite compares each number with all before it.
	tuples func(n, width int) string
	// forUpdate ends a SELECT whose rows are about to be changed.
	forUpdate string
	// migrateLock is run first in a migration's transaction, so that processes
	// that start together take turns; "" where the transaction itself does that.
	migrateLock string
	// snapshot begins a transaction that sees one state of all tables.
	snapshot sql.TxOptions
	// classify says what an error of the driver means; "" when nothing special.
	classify func(err error) heron.Code
	// retryable reports whether a transaction failed only because of another.
	retryable func(err error) bool
	// tables lists the tables of the schema.
	tables string
	// used is the size of the data in bytes, without what deletion has freed; it
	// may be an upper bound while that is below limit.
	used func(ctx context.Context, q querier, limit int64) (int64, error)
	// integrity looks for damage that the engine itself can find.
	integrity func(ctx context.Context, q querier) error
	// shrink gives freed space back, or makes it usable again.
	shrink func(ctx context.Context, db *sql.DB) error
}

// querier is a database, or a transaction on it.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
