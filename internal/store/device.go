package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
)

const deviceCols = "d.version, d.open_alerts, d.quarantined, x.risk, x.doc"

// scanDevice reads deviceCols: what inventory said, with the store's own part.
func scanDevice(scan func(dest ...any) error) (heron.Device, error) {
	var d heron.Device
	var version, alerts, quarantined int64
	var risk, doc []byte
	if err := scan(&version, &alerts, &quarantined, &risk, &doc); err != nil {
		return d, err
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return d, err
	}
	d.Version, d.OpenAlerts, d.Quarantined = version, int(alerts), quarantined != 0
	if len(risk) == 0 {
		return d, nil
	}
	d.Risk = new(heron.RiskSummary)
	return d, json.Unmarshal(risk, d.Risk)
}

func scanDeviceRows(rows *sql.Rows) (heron.Device, error) { return scanDevice(rows.Scan) }

// GetDevice returns the device with that id, merged ones too.
func (db *DB) GetDevice(ctx context.Context, id string) (*heron.Device, error) {
	row := db.reader.QueryRowContext(ctx, "SELECT "+deviceCols+
		" FROM device d JOIN device_doc x ON x.id = d.id WHERE d.id = $1", clean(id))
	d, err := scanDevice(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound("device", id)
	}
	if err != nil {
		return nil, db.explain("get device", err)
	}
	return &d, nil
}

var deviceList = listing{
	name:  "devices",
	from:  "device d JOIN device_doc x ON x.id = d.id",
	count: "device d",
	cols:  deviceCols,
	sorts: map[string][]string{
		"name": {"d.name_key", "d.id"}, "risk": {"d.risk", "d.id"}, "priority": {"((d.risk + 1.1) * d.urgency)", "d.id"}, "last_seen": {"d.last_seen", "d.id"},
		"first_seen": {"d.first_seen", "d.id"}, "vendor": {"d.vendor_key", "d.id"},
		"type": {"d.type", "d.id"}, "ip": {"d.ip_key", "d.id"},
	},
	own: "name",
}

// ListDevices returns a page of the devices that f chooses, sorted by name,
// risk, priority (the risk times how urgent its criticality makes it), last_seen, first_seen, vendor, type or ip.
func (db *DB) ListDevices(ctx context.Context, f heron.DeviceFilter, p heron.Page) (heron.List[heron.Device], error) {
	w, err := db.deviceWhere(ctx, f)
	if err != nil {
		return heron.List[heron.Device]{Items: []heron.Device{}}, err
	}
	return page(ctx, db, &deviceList, w, p, scanDevice)
}

// stored is what a device's row says before it is changed.
type stored struct {
	rev         string
	version     int64
	lastSeen    heron.Time
	announced   heron.Time
	merged      bool
	alerts      int
	quarantined bool
	risk        *heron.RiskSummary
}

// announceEvery is how often a device whose times alone moved is told to the
// live stream, in traffic time.
const announceEvery = heron.Minute

// putDevices stores devices as inventory has them now and tells the live
// stream of those that changed.
func (t *tx) putDevices(ctx context.Context, devices []heron.Device) error {
	devices = lastOfEach(devices, func(d *heron.Device) string { return d.ID })
	for len(devices) > 0 {
		n := min(len(devices), 100)
		if err := t.putDeviceChunk(ctx, devices[:n]); err != nil {
			return err
		}
		devices = devices[n:]
	}
	return nil
}

func (t *tx) putDeviceChunk(ctx context.Context, devices []heron.Device) error {
	ids := make([]string, len(devices))
	for i := range devices {
		ids[i] = devices[i].ID
	}
	before, err := t.lockDevices(ctx, ids)
	if err != nil {
		return err
	}
	rows, texts := make([][]any, len(devices)), make([][]any, len(devices))
	for i := range devices {
		d, s := devices[i], before[devices[i].ID]
		if rows[i], texts[i], err = t.putDevice(&d, s); err != nil {
			return err
		}
	}
	if err := insert(ctx, t, insertDevice, rows, updateDevice); err != nil {
		return err
	}
	return insert(ctx, t, "INSERT INTO device_doc (id, rev, announced, risk, doc)", texts,
		"ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, announced = excluded.announced, doc = excluded.doc")
}

// putDevice makes the rows of d, given what is stored of it.
func (t *tx) putDevice(d *heron.Device, s stored) (row, text []any, err error) {
	doc, err := toJSON(ownPart(d))
	if err != nil {
		return nil, nil, err
	}
	rev, err := revision(d)
	if err != nil {
		return nil, nil, err
	}
	d.Version, d.OpenAlerts, d.Quarantined, d.Risk = s.version, s.alerts, s.quarantined, s.risk
	if rev != s.rev {
		d.Version++
	}
	announced := s.announced
	if rev != s.rev || d.Last-announced >= announceEvery {
		announced = d.Last
		if err := t.tellDevice(d, s.merged); err != nil {
			return nil, nil, err
		}
	}
	return deviceArgs(d), []any{d.ID, rev, int64(announced), "", doc}, nil
}

func (t *tx) tellDevice(d *heron.Device, wasMerged bool) error {
	if d.MergedInto == "" {
		return t.tell(heron.LiveDevice, d.ID, d)
	}
	if wasMerged {
		return nil
	}
	return t.tell(heron.LiveDeviceGone, d.ID, map[string]string{"id": d.ID, "merged_into": d.MergedInto})
}

const insertDevice = `INSERT INTO device (id, site_id, merged, name_key, type, category, vendor, vendor_key,
	model_key, os_key, firmware, firmware_key, ip_key, zone, sensors, local, first_seen, last_seen, version,
	hosts, services, search, quarantined, open_alerts, level, risk, risk_low, risk_high, presence,
	criticality, purdue, zone_kind, urgency)`

// updateDevice leaves the store's own columns as they are.
const updateDevice = `ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id, merged = excluded.merged,
	name_key = excluded.name_key, type = excluded.type, category = excluded.category, vendor = excluded.vendor,
	vendor_key = excluded.vendor_key, model_key = excluded.model_key, os_key = excluded.os_key,
	firmware = excluded.firmware, firmware_key = excluded.firmware_key, ip_key = excluded.ip_key,
	zone = excluded.zone, sensors = excluded.sensors, local = excluded.local, first_seen = excluded.first_seen,
	last_seen = excluded.last_seen, version = excluded.version, hosts = excluded.hosts,
	services = excluded.services, search = excluded.search, presence = excluded.presence,
	criticality = excluded.criticality, purdue = excluded.purdue, zone_kind = excluded.zone_kind, urgency = excluded.urgency`

func deviceArgs(d *heron.Device) []any {
	r := rowOf(d)
	risk, low, high := -1.0, -1.0, -1.0
	if d.Risk != nil {
		risk, low, high = d.Risk.Score, d.Risk.Low, d.Risk.High
	}
	return []any{
		d.ID, clean(d.SiteID), flag(d.MergedInto != ""), r.name, r.kind, r.category, r.vendor, r.vendorKey,
		r.model, r.os, r.firmware, r.firmwareKey, r.ip, r.zone, r.sensors, flag(d.Local), int64(d.First), int64(d.Last),
		d.Version, r.hosts, r.services, r.search, flag(d.Quarantined), d.OpenAlerts, riskLevel(d.Risk), risk, low, high,
		string(d.Presence.State), r.criticality, r.purdue, r.zoneKind, d.Standing.Urgency(),
	}
}

// lockDevices reads what is stored of these devices and keeps others from
// changing it before this transaction ends.
func (t *tx) lockDevices(ctx context.Context, ids []string) (map[string]stored, error) {
	q := t.db.query()
	q.add(`SELECT d.id, x.rev, x.announced, d.version, d.last_seen, d.merged, d.open_alerts, d.quarantined, x.risk
		FROM device d JOIN device_doc x ON x.id = d.id`)
	where{anyOf("d.id", ids)}.write(q)
	q.add(" ORDER BY d.id" + t.db.dialect.forUpdate)
	rows, err := t.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := make(map[string]stored, len(ids))
	for rows.Next() {
		var id string
		var s stored
		var risk []byte
		if err := rows.Scan(&id, &s.rev, &s.announced, &s.version, &s.lastSeen, &s.merged, &s.alerts,
			&s.quarantined, &risk); err != nil {
			return nil, err
		}
		if len(risk) > 0 {
			s.risk = new(heron.RiskSummary)
			if err := json.Unmarshal(risk, s.risk); err != nil {
				return nil, err
			}
		}
		found[id] = s
	}
	return found, rows.Err()
}

// lastOfEach keeps the last item of each id, in the order of ids: what a
// statement inserts must not conflict with itself, and transactions that touch
// the same rows must lock them in one order.
func lastOfEach[T any](items []T, id func(*T) string) []T {
	at := make(map[string]int, len(items))
	for i := range items {
		at[id(&items[i])] = i
	}
	list := make([]T, 0, len(at))
	for _, k := range sortedKeys(at) {
		list = append(list, items[at[k]])
	}
	return list
}
