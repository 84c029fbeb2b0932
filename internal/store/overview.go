package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/heron-iot/heron"
)

// maxNeeds bounds the list of what needs a person.
const maxNeeds = 20

// Overview counts what the first page shows: local devices, open alerts, what
// needs a person, and a week of risk. Simulation is left for the caller.
func (db *DB) Overview(ctx context.Context, now heron.Time) (*heron.Overview, error) {
	o := &heron.Overview{Time: now, Alerts: map[string]int{}, Needs: []heron.Need{}}
	err := db.view(ctx, "read the overview", func(q querier) error {
		if err := db.countOverview(ctx, q, o); err != nil {
			return err
		}
		var err error
		if o.Sensors, err = docs[heron.Sensor](ctx, q, "SELECT doc FROM sensor ORDER BY id"); err != nil {
			return err
		}
		return addNeeds(ctx, q, o)
	})
	if err != nil {
		return nil, err
	}
	o.RiskHistory, err = db.SiteRiskHistory(ctx, now-7*heron.Day, now)
	return o, err
}

func (db *DB) countOverview(ctx context.Context, q querier, o *heron.Overview) error {
	w := where{{text: "d.merged = 0"}, {text: "d.local = 1"}}
	facets, err := db.facets(ctx, q, w)
	if err != nil {
		return err
	}
	o.ByType, o.ByVendor, o.ByZone, o.ByLevel = facets["type"], facets["vendor"], facets["zone"], facets["level"]
	byCategory := map[string]int{}
	for _, f := range o.ByType {
		category := heron.CategoryOther
		if t, ok := heron.TypeOf(f.Value); ok {
			category = t.Category
		}
		byCategory[category] += f.Count
		o.Devices += f.Count
		if f.Value == heron.Unknown {
			o.Unknown = f.Count
		}
	}
	o.ByCategory = facetList(byCategory)
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM device WHERE merged = 0 AND local = 1 AND first_seen >= $1",
		int64(o.Time-heron.Day)).Scan(&o.DevicesNew)
	if err != nil {
		return err
	}
	return countAlerts(ctx, q, o)
}

func countAlerts(ctx context.Context, q querier, o *heron.Overview) error {
	rows, err := q.QueryContext(ctx, "SELECT severity, COUNT(*) FROM alert WHERE state = $1 GROUP BY severity",
		string(heron.AlertOpen))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var severity heron.Severity
		var n int
		if err := rows.Scan(&severity, &n); err != nil {
			return err
		}
		o.Alerts[severity.String()] = n
	}
	return rows.Err()
}

// addNeeds lists, in this order: the gravest open alerts, actions that wait for
// an approval or were cut short, sensors that are silent, devices at critical risk.
func addNeeds(ctx context.Context, q querier, o *heron.Overview) error {
	alerts, err := docs[heron.Alert](ctx, q, `SELECT doc FROM alert WHERE state = $1 AND severity >= $2
		ORDER BY severity DESC, last_seen DESC, id DESC LIMIT $3`, string(heron.AlertOpen), int64(heron.Medium), maxNeeds)
	if err != nil {
		return err
	}
	for _, a := range alerts {
		o.Needs = append(o.Needs, heron.Need{Kind: "alert", ID: a.ID, Severity: a.Severity, Text: a.Summary, Since: a.First})
	}
	actions, err := docs[heron.Action](ctx, q, "SELECT doc FROM action WHERE state IN ($1, $2) ORDER BY created DESC, id DESC LIMIT $3",
		string(heron.ActionProposed), string(heron.ActionUnknown), maxNeeds)
	if err != nil {
		return err
	}
	for _, a := range actions {
		name, err := titleOf(ctx, q, a.DeviceID)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("The %s of %s waits for approval", a.Operation, name)
		if a.State == heron.ActionUnknown {
			text = fmt.Sprintf("The %s of %s was cut short and is being read back", a.Operation, name)
		}
		o.Needs = append(o.Needs, heron.Need{Kind: "action", ID: a.ID, Severity: heron.High, Text: text, Since: a.Created})
	}
	for _, s := range o.Sensors {
		if s.State == "offline" && s.Of == "" { // its sources say nothing more
			text := fmt.Sprintf("sensor %s is silent", s.Name)
			o.Needs = append(o.Needs, heron.Need{Kind: "sensor", ID: s.ID, Severity: heron.High, Text: text, Since: s.LastSeen})
		}
	}
	if err := addRiskyDevices(ctx, q, o); err != nil {
		return err
	}
	o.Needs = o.Needs[:min(len(o.Needs), maxNeeds)]
	return nil
}

func addRiskyDevices(ctx context.Context, q querier, o *heron.Overview) error {
	rows, err := q.QueryContext(ctx, "SELECT x.risk, x.doc FROM device d JOIN device_doc x ON x.id = d.id "+
		"WHERE d.merged = 0 AND d.risk >= 80 ORDER BY (d.risk + 1.1) * d.urgency DESC, d.id DESC LIMIT 5")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var d heron.Device
		var risk heron.RiskSummary
		var riskText, text []byte
		if err := rows.Scan(&riskText, &text); err != nil {
			return err
		}
		if err := json.Unmarshal(text, &d); err != nil {
			return err
		}
		if err := json.Unmarshal(riskText, &risk); err != nil {
			return err
		}
		o.Needs = append(o.Needs, heron.Need{
			Kind: "device", ID: d.ID, Severity: heron.High, Since: d.First,
			Text: fmt.Sprintf("%s is at critical risk (%.0f)", d.Title(), risk.Score),
		})
	}
	return rows.Err()
}

// titleOf is what people call a device; its id where it is gone.
func titleOf(ctx context.Context, q querier, id string) (string, error) {
	found, err := docs[heron.Device](ctx, q, "SELECT doc FROM device_doc WHERE id = $1", id)
	if err != nil || len(found) == 0 {
		return id, err
	}
	return found[0].Title(), nil
}
