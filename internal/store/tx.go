package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/heron-iot/heron"
)

// maxTries bounds how often a transaction that lost against another is run.
const maxTries = 10

// tx is a write transaction, with the live messages it will leave behind.
type tx struct {
	*sql.Tx
	db   *DB
	live []heron.Live
}

// write runs fn in one transaction. fn may run several times and must change
// nothing outside the transaction that a second run does not set again.
func (db *DB) write(ctx context.Context, what string, fn func(*tx) error) error {
	for try := 1; ; try++ {
		told, err := db.writeOnce(ctx, fn)
		if err == nil {
			if told {
				db.hint()
			}
			return nil
		}
		if try == maxTries || !db.dialect.retryable(err) {
			return db.explain(what, err)
		}
		pause := time.Duration(1+rand.IntN(20*try)) * time.Millisecond
		select {
		case <-ctx.Done():
			return db.explain(what, context.Cause(ctx))
		case <-time.After(pause):
		}
	}
}

func (db *DB) writeOnce(ctx context.Context, fn func(*tx) error) (told bool, err error) {
	sqlTx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	t := &tx{Tx: sqlTx, db: db}
	defer func() {
		if err != nil {
			_ = sqlTx.Rollback() // err says what went wrong; the rollback adds nothing
		}
	}()
	if err = fn(t); err != nil {
		return false, err
	}
	if err = t.flushLive(ctx); err != nil {
		return false, err
	}
	return len(t.live) > 0, sqlTx.Commit()
}

// view runs fn on one unchanging state of the database.
func (db *DB) view(ctx context.Context, what string, fn func(q querier) error) error {
	t, err := db.reader.BeginTx(ctx, &db.dialect.snapshot)
	if err != nil {
		return db.explain(what, err)
	}
	err = fn(t)
	_ = t.Rollback() // nothing was written
	return db.explain(what, err)
}

func (db *DB) hint() {
	select {
	case db.committed <- struct{}{}:
	default:
	}
}

// explain adds what was being done, and gives an error of the engine the code
// that callers act on.
func (db *DB) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*heron.Error](err); ok {
		return err
	}
	switch code := db.classify(err); code {
	case "":
		return fmt.Errorf("store: %s: %w", what, err)
	case heron.CodeUnavailable:
		return &heron.Error{Code: code, Message: "the database does not answer; try again", Err: fmt.Errorf("%s: %w", what, err)}
	case heron.CodeConflict:
		return &heron.Error{Code: code, Message: what + ": one of that name exists already", Err: err}
	default:
		return &heron.Error{Code: code, Message: what + ": something it refers to is not there", Err: err}
	}
}

func (db *DB) classify(err error) heron.Code {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) {
		return heron.CodeUnavailable
	}
	return db.dialect.classify(err)
}

// tell puts v on the live stream when the transaction commits.
func (t *tx) tell(kind heron.LiveKind, id string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s %s: %w", kind, id, err)
	}
	t.live = append(t.live, heron.Live{Time: t.db.now(), Kind: kind, ID: id, Data: data})
	return nil
}

// flushLive numbers the messages and stores them. It comes last in a
// transaction: the counter's row stays locked until the commit, so numbers
// become visible in their order and none is ever missing.
func (t *tx) flushLive(ctx context.Context) error {
	if len(t.live) == 0 {
		return nil
	}
	var last int64
	err := t.QueryRowContext(ctx, "UPDATE counter SET value = value + $1 WHERE name = 'live' RETURNING value",
		len(t.live)).Scan(&last)
	if err != nil {
		return err
	}
	rows := make([][]any, len(t.live))
	for i := range t.live {
		m := &t.live[i]
		m.Seq = last - int64(len(t.live)-1-i)
		rows[i] = []any{m.Seq, int64(m.Time), string(m.Kind), m.ID, string(m.Data)}
	}
	return insert(ctx, t, "INSERT INTO live (seq, time, kind, id, data)", rows, "")
}
