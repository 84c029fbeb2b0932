package store

import (
	"context"
	"database/sql"

	"github.com/heron-iot/heron"
)

func scanLive(r *sql.Rows) (heron.Live, error) {
	var l heron.Live
	var data []byte
	err := r.Scan(&l.Seq, &l.Time, &l.Kind, &l.ID, &data)
	l.Data = data
	return l, err
}

const liveAfter = "SELECT seq, time, kind, id, data FROM live WHERE seq > $1 ORDER BY seq LIMIT $2"

// LiveSince returns live messages after seq, oldest first, and the first seq
// still kept: a reader whose seq is before oldest-1 has missed messages and must
// start afresh.
func (db *DB) LiveSince(ctx context.Context, seq int64, limit int) (msgs []heron.Live, oldest int64, err error) {
	err = db.view(ctx, "read the live stream", func(q querier) error {
		rows, err := q.QueryContext(ctx, liveAfter, seq, limit)
		if msgs, err = collect(rows, err, scanLive); err != nil {
			return err
		}
		return q.QueryRowContext(ctx, "SELECT value + 1 FROM counter WHERE name = 'live_trimmed'").Scan(&oldest)
	})
	return msgs, oldest, err
}

// LiveSeq returns the seq of the latest live message.
func (db *DB) LiveSeq(ctx context.Context) (seq int64, err error) {
	err = db.reader.QueryRowContext(ctx, "SELECT value FROM counter WHERE name = 'live'").Scan(&seq)
	return seq, db.explain("read the live stream", err)
}

// Outbox returns live messages not published yet, oldest first.
func (db *DB) Outbox(ctx context.Context, limit int) ([]heron.Live, error) {
	rows, err := db.reader.QueryContext(ctx, `SELECT seq, time, kind, id, data FROM live
		WHERE seq > (SELECT value FROM counter WHERE name = 'published') ORDER BY seq LIMIT $1`, limit)
	list, err := collect(rows, err, scanLive)
	return list, db.explain("read the outbox", err)
}

// MarkPublished retires the outbox up to and with that seq.
func (db *DB) MarkPublished(ctx context.Context, upTo int64) error {
	return db.write(ctx, "mark published", func(t *tx) error {
		_, err := t.ExecContext(ctx, "UPDATE counter SET value = $1 WHERE name = 'published' AND value < $1", upTo)
		return err
	})
}

// AddLive puts a message on the live stream and sets its Seq and, when 0, Time.
func (db *DB) AddLive(ctx context.Context, l *heron.Live) error {
	kept := *l
	err := db.write(ctx, "add live message", func(t *tx) error {
		if err := t.tell(l.Kind, l.ID, l.Data); err != nil {
			return err
		}
		if l.Time != 0 {
			t.live[0].Time = l.Time
		}
		if err := t.flushLive(ctx); err != nil {
			return err
		}
		kept = t.live[0]
		t.live = t.live[:0]
		return nil
	})
	if err == nil {
		*l = kept
		db.hint()
	}
	return err
}
