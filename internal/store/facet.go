package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// CountDevices counts the devices that f chooses by type, vendor, zone, level
// and sensor, most first. Devices without a value are not counted for it.
func (db *DB) CountDevices(ctx context.Context, f heron.DeviceFilter) (heron.Facets, error) {
	w, err := db.deviceWhere(ctx, f)
	if err != nil {
		return nil, err
	}
	facets, err := db.facets(ctx, db.reader, w)
	return facets, db.explain("count devices", err)
}

// facets reads one row for each combination of values, which an index
// holds, and sums them here: one pass serves all facets.
func (db *DB) facets(ctx context.Context, q querier, w where) (heron.Facets, error) {
	stmt := db.query()
	stmt.add("SELECT d.type, d.vendor, d.zone, d.level, d.sensors, COUNT(*) FROM device d")
	w.write(stmt)
	stmt.add(" GROUP BY d.type, d.vendor, d.zone, d.level, d.sensors")
	rows, err := q.QueryContext(ctx, stmt.text.String(), stmt.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := [...]string{"type", "vendor", "zone", "level", "sensor"}
	counts := map[string]map[string]int{}
	for _, name := range names {
		counts[name] = map[string]int{}
	}
	for rows.Next() {
		var values [len(names)]string
		var n int
		if err := rows.Scan(&values[0], &values[1], &values[2], &values[3], &values[4], &n); err != nil {
			return nil, err
		}
		for i, v := range values {
			if names[i] == "sensor" {
				for s := range strings.SplitSeq(strings.Trim(v, "|"), "|") {
					counts[names[i]][s] += n
				}
				continue
			}
			counts[names[i]][v] += n
		}
	}
	facets := heron.Facets{}
	for name, c := range counts {
		facets[name] = facetList(c)
	}
	return facets, rows.Err()
}

// facetList sorts counts, most first.
func facetList(counts map[string]int) []heron.Facet {
	list := make([]heron.Facet, 0, len(counts))
	for v, n := range counts {
		if v != "" {
			list = append(list, heron.Facet{Value: v, Count: n})
		}
	}
	slices.SortFunc(list, func(a, b heron.Facet) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return list
}
