package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"sync"

	"github.com/heron-iot/heron"
)

// PutAssessment replaces what is known to be weak about a device. States that
// people set stay, and come back when a match does; history grows only when
// the risk changed.
func (db *DB) PutAssessment(ctx context.Context, a *heron.Assessment) error {
	return db.write(ctx, "put assessment", func(t *tx) error {
		if err := t.putVulnerabilities(ctx, a); err != nil {
			return err
		}
		if err := t.putControls(ctx, a); err != nil {
			return err
		}
		changed, err := t.putRisk(ctx, a)
		if err != nil || !changed {
			return err
		}
		return t.updateSiteRisk(ctx, a.Time)
	})
}

func (t *tx) putControls(ctx context.Context, a *heron.Assessment) error {
	if _, err := t.ExecContext(ctx, "DELETE FROM control_result WHERE device_id = $1", clean(a.DeviceID)); err != nil {
		return err
	}
	list := lastOfEach(a.Controls, func(c *heron.ControlResult) string { return c.ControlID })
	rows := make([][]any, len(list))
	for i := range list {
		doc, err := toJSON(list[i])
		if err != nil {
			return err
		}
		rows[i] = []any{clean(a.DeviceID), clean(list[i].ControlID), doc}
	}
	return insert(ctx, t, "INSERT INTO control_result (device_id, control_id, doc)", rows, "")
}

// ListControlResults returns the compliance checks of a device by control.
func (db *DB) ListControlResults(ctx context.Context, deviceID string) ([]heron.ControlResult, error) {
	list, err := docs[heron.ControlResult](ctx, db.reader,
		"SELECT doc FROM control_result WHERE device_id = $1 ORDER BY control_id", clean(deviceID))
	return list, db.explain("list control results", err)
}

// GetRisk returns a device's risk score with its reasons.
func (db *DB) GetRisk(ctx context.Context, deviceID string) (*heron.RiskScore, error) {
	return get[heron.RiskScore](ctx, db, "risk of device", deviceID,
		"SELECT doc FROM risk WHERE device_id = $1", clean(deviceID))
}

// riskRevision names a score without its time and cause.
func riskRevision(r heron.RiskScore) (string, error) {
	r.Time, r.Cause = 0, ""
	text, err := toJSON(r)
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:12]), err
}

// putRisk stores the score when it differs from the stored one.
func (t *tx) putRisk(ctx context.Context, a *heron.Assessment) (changed bool, err error) {
	r := a.Risk
	r.DeviceID, r.Time = a.DeviceID, a.Time
	rev, err := riskRevision(r)
	if err != nil {
		return false, err
	}
	doc, err := toJSON(r)
	if err != nil {
		return false, err
	}
	n, err := affected(t.ExecContext(ctx, `INSERT INTO risk (device_id, rev, doc) VALUES ($1, $2, $3)
		ON CONFLICT (device_id) DO UPDATE SET rev = excluded.rev, doc = excluded.doc WHERE risk.rev <> excluded.rev`,
		clean(a.DeviceID), rev, doc))
	if err != nil || n == 0 {
		return false, err
	}
	if err := t.tell(heron.LiveRisk, a.DeviceID, r); err != nil {
		return false, err
	}
	if err := t.addRiskPoint(ctx, &r); err != nil {
		return false, err
	}
	return true, t.putRiskSummary(ctx, &r)
}

// addRiskPoint adds to the history when score or range moved.
func (t *tx) addRiskPoint(ctx context.Context, r *heron.RiskScore) error {
	_, err := t.ExecContext(ctx, `INSERT INTO risk_point (device_id, time, score, low, high, cause, stored)
		SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS DOUBLE PRECISION), CAST($4 AS DOUBLE PRECISION),
			CAST($5 AS DOUBLE PRECISION), CAST($6 AS TEXT), CAST($7 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM (SELECT score, low, high FROM risk_point WHERE device_id = $1
			ORDER BY time DESC LIMIT 1) AS latest WHERE score = $3 AND low = $4 AND high = $5)
		ON CONFLICT (device_id, time) DO UPDATE SET score = excluded.score, low = excluded.low,
			high = excluded.high, cause = excluded.cause`,
		clean(r.DeviceID), int64(r.Time), r.Score, r.Low, r.High, clean(r.Cause), int64(t.db.now()))
	return err
}

// putRiskSummary keeps the short form with the device, where lists read it.
func (t *tx) putRiskSummary(ctx context.Context, r *heron.RiskScore) error {
	summary, err := json.Marshal(r.RiskSummary)
	if err != nil {
		return err
	}
	id := clean(r.DeviceID)
	n, err := affected(t.ExecContext(ctx, "UPDATE device_doc SET risk = $1 WHERE id = $2 AND risk <> $1", string(summary), id))
	if err != nil || n == 0 {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE device SET risk = $1, risk_low = $2, risk_high = $3, level = $4,
		version = version + 1 WHERE id = $5`, r.Score, r.Low, r.High, string(r.Level), id)
	if err != nil {
		return err
	}
	return t.tellStored(ctx, r.DeviceID)
}

func scanRiskPoint(scan func(dest ...any) error) (heron.RiskPoint, error) {
	var p heron.RiskPoint
	return p, scan(&p.Time, &p.Score, &p.Low, &p.High, &p.Cause)
}

// RiskHistory returns how a device's risk moved, oldest first; to 0 means now.
// The last point before from comes first, for it held until the next.
func (db *DB) RiskHistory(ctx context.Context, deviceID string, from, to heron.Time) ([]heron.RiskPoint, error) {
	if to == 0 {
		to = 1<<63 - 1
	}
	rows, err := db.reader.QueryContext(ctx, `SELECT time, score, low, high, cause FROM risk_point
		WHERE device_id = $1 AND time <= $2 AND time >= COALESCE(
			(SELECT MAX(time) FROM risk_point WHERE device_id = $1 AND time <= $3), $3)
		ORDER BY time`, clean(deviceID), int64(to), int64(from))
	list, err := collect(rows, err, func(r *sql.Rows) (heron.RiskPoint, error) { return scanRiskPoint(r.Scan) })
	return list, db.explain("read risk history", err)
}

// SiteRiskHistory returns how the mean risk of all assessed devices moved, one
// point every five minutes at most, and every 15 seconds in a site's first hour.
func (db *DB) SiteRiskHistory(ctx context.Context, from, to heron.Time) ([]heron.RiskPoint, error) {
	return db.RiskHistory(ctx, siteRisk, from, to)
}

// siteRisk is the device id of the site as a whole.
const siteRisk = ""

// How often the site's risk is reckoned, and how far its points are apart. In
// the first hour they stand close, so that whoever has just begun sees a line.
const (
	siteRiskEvery     = 5 * heron.Second
	siteRiskStep      = 5 * heron.Minute
	siteRiskFirstStep = 15 * heron.Second
)

// siteClock remembers when the site's risk was last reckoned: the mean costs a
// pass over all devices, and an assessment of them all comes in one go.
type siteClock struct {
	mu   sync.Mutex
	last heron.Time
}

func (c *siteClock) due(now heron.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()

	if now-c.last < siteRiskEvery && now >= c.last {
		return false
	}
	c.last = now
	return true
}

// updateSiteRisk sets the site's point for the step that at falls into.
func (t *tx) updateSiteRisk(ctx context.Context, at heron.Time) error {
	if !t.db.site.due(t.db.now()) {
		return nil
	}
	step := siteRiskStep
	var first sql.NullInt64
	row := t.QueryRowContext(ctx, "SELECT MIN(time) FROM risk_point WHERE device_id = $1", siteRisk)
	if err := row.Scan(&first); err != nil {
		return err
	}
	if !first.Valid || at < heron.Time(first.Int64)+heron.Hour {
		step = siteRiskFirstStep
	}
	_, err := t.ExecContext(ctx, `INSERT INTO risk_point (device_id, time, score, low, high, cause, stored)
		SELECT '', CAST($1 AS BIGINT), AVG(risk), AVG(risk_low), AVG(risk_high), '', CAST($2 AS BIGINT)
		FROM device WHERE merged = 0 AND risk >= 0 HAVING COUNT(*) > 0
		ON CONFLICT (device_id, time) DO UPDATE SET score = excluded.score, low = excluded.low, high = excluded.high`,
		int64(at-at%step), int64(t.db.now()))
	return err
}
