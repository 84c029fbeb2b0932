package store

import (
	"context"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
)

// observationID names what an observation says, of what and by whom, within a
// site: the same fact again moves Last and Count only, and a fact that came to
// belong to another device takes its row along.
func observationID(siteID string, o *heron.Observation) string {
	return heron.DeriveID(siteID, o.Key, o.Value, o.Source, o.Sensor, macText(o.MAC), addrText(o.IP),
		strconv.Itoa(int(o.VLAN)), o.Transport.String(), portText(o.Port))
}

func macText(m heron.MAC) string {
	if m == (heron.MAC{}) {
		return ""
	}
	return m.String()
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

const observationCols = "key, value, source, sensor, mac, ip, vlan, transport, port, first_seen, last_seen, count"

func scanObservation(scan func(dest ...any) error) (heron.Observation, error) {
	var o heron.Observation
	var mac, ip, transport string
	err := scan(&o.Key, &o.Value, &o.Source, &o.Sensor, &mac, &ip, &o.VLAN, &transport, &o.Port, &o.First, &o.Last, &o.Count)
	if err != nil {
		return o, err
	}
	if mac != "" {
		if err := o.MAC.UnmarshalText([]byte(mac)); err != nil {
			return o, err
		}
	}
	if ip != "" {
		if o.IP, err = netip.ParseAddr(ip); err != nil {
			return o, err
		}
	}
	return o, o.Transport.UnmarshalText([]byte(transport))
}

var observationList = listing{
	name: "observations", from: "observation", cols: observationCols,
	sorts: map[string][]string{"key": {"key", "id"}, "first_seen": {"first_seen", "id"}, "last_seen": {"last_seen", "id"}},
	own:   "key",
}

// ListObservations returns a page of what was observed of a device, sorted by
// key, first_seen or last_seen.
func (db *DB) ListObservations(ctx context.Context, deviceID string, p heron.Page) (heron.List[heron.Observation], error) {
	var w where
	w.add("device_id = ?", clean(deviceID))
	return page(ctx, db, &observationList, w, p, scanObservation)
}

// putObservations stores observations as inventory has them now. Of two
// versions the wider span and the higher count stay; the device is that of the
// last.
func (t *tx) putObservations(ctx context.Context, siteID string, list []heron.DeviceObservation) error {
	rows := map[string][]any{}
	for i := range list {
		o := &list[i]
		id := observationID(siteID, &o.Observation)
		row := []any{
			clean(o.DeviceID), id, clean(o.Key), clean(o.Value), clean(o.Source), clean(o.Sensor), macText(o.MAC),
			addrText(o.IP), o.VLAN, o.Transport.String(), o.Port, int64(o.First), int64(o.Last), int64(o.Count),
		}
		if was, ok := rows[id]; ok {
			row[11] = min(row[11].(int64), was[11].(int64))
			row[12] = max(row[12].(int64), was[12].(int64))
			row[13] = max(row[13].(int64), was[13].(int64))
		}
		rows[id] = row
	}
	sorted := make([][]any, 0, len(rows))
	for _, k := range sortedKeys(rows) {
		sorted = append(sorted, rows[k])
	}
	return insert(ctx, t, "INSERT INTO observation (device_id, id, "+observationCols+")", sorted,
		`ON CONFLICT (id) DO UPDATE SET
			device_id = excluded.device_id,
			first_seen = CASE WHEN excluded.first_seen < observation.first_seen THEN excluded.first_seen ELSE observation.first_seen END,
			last_seen = CASE WHEN excluded.last_seen > observation.last_seen THEN excluded.last_seen ELSE observation.last_seen END,
			count = CASE WHEN excluded.count > observation.count THEN excluded.count ELSE observation.count END`)
}

// observationsBetween returns the observations of the devices from one id to
// another, both included, by device.
func observationsBetween(ctx context.Context, q querier, from, to string) (map[string][]heron.Observation, error) {
	rows, err := q.QueryContext(ctx, "SELECT device_id, "+observationCols+
		" FROM observation WHERE device_id >= $1 AND device_id <= $2 ORDER BY device_id, key, first_seen, id", from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	byDevice := map[string][]heron.Observation{}
	for rows.Next() {
		var id string
		o, err := scanObservation(func(dest ...any) error { return rows.Scan(slices.Insert(dest, 0, any(&id))...) })
		if err != nil {
			return nil, err
		}
		byDevice[id] = append(byDevice[id], o)
	}
	return byDevice, rows.Err()
}
