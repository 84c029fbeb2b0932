package store

import (
	"context"

	"github.com/heron-iot/heron"
)

// States of a notification.
const (
	notificationPending = "pending"
	notificationSent    = "sent"
	notificationFailed  = "failed"
)

// notify makes the pending deliveries of an alert that is new or has become
// graver: one for each receiver that wants its severity. The ids follow from
// alert, receiver and severity, so that none is made twice.
func (t *tx) notify(ctx context.Context, a *heron.Alert) error {
	receivers := t.db.receivers.Load()
	if receivers == nil {
		return nil
	}
	for _, r := range *receivers {
		if a.Severity < r.MinSeverity {
			continue
		}
		n := heron.Notification{
			ID:      heron.DeriveID(a.ID, r.Name, a.Severity.String()),
			AlertID: a.ID, Receiver: r.Name, State: notificationPending, Created: t.db.now(), Next: t.db.now(),
		}
		if err := t.putNotification(ctx, &n, "ON CONFLICT (id) DO NOTHING"); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) putNotification(ctx context.Context, n *heron.Notification, conflict string) error {
	doc, err := toJSON(n)
	if err != nil {
		return err
	}
	return insert(ctx, t, "INSERT INTO notification (id, alert_id, state, created, next, doc)",
		[][]any{{clean(n.ID), clean(n.AlertID), n.State, int64(n.Created), int64(n.Next), doc}}, conflict)
}

// PutNotification stores how a delivery stands.
func (db *DB) PutNotification(ctx context.Context, n *heron.Notification) error {
	switch n.State {
	case notificationPending, notificationSent, notificationFailed:
	default:
		return heron.Errorf(heron.CodeInvalid, "notification state %q: want pending, sent or failed", n.State)
	}
	return db.write(ctx, "put notification", func(t *tx) error {
		return t.putNotification(ctx, n, `ON CONFLICT (id) DO UPDATE SET state = excluded.state, next = excluded.next, doc = excluded.doc`)
	})
}

// ListNotifications returns the deliveries of an alert, oldest first.
func (db *DB) ListNotifications(ctx context.Context, alertID string) ([]heron.Notification, error) {
	list, err := docs[heron.Notification](ctx, db.reader,
		"SELECT doc FROM notification WHERE alert_id = $1 ORDER BY created, id", clean(alertID))
	return list, db.explain("list notifications", err)
}

// DueNotifications returns pending deliveries whose time has come, the longest
// due first.
func (db *DB) DueNotifications(ctx context.Context, now heron.Time, limit int) ([]heron.Notification, error) {
	list, err := docs[heron.Notification](ctx, db.reader,
		"SELECT doc FROM notification WHERE state = $1 AND next <= $2 ORDER BY next, id LIMIT $3",
		notificationPending, int64(now), limit)
	return list, db.explain("list due notifications", err)
}
