package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// CountDevices counts the devices that f chooses by type, vendor, zone, level,
// criticality, Purdue level, presence and sensor, most first. Devices without a value are not counted for it.
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
	const columns = "d.type, d.vendor, d.zone, d.level, d.criticality, d.purdue, d.presence, d.sensors"
	stmt.add("SELECT " + columns + ", COUNT(*) FROM device d")
	w.write(stmt)
	stmt.add(" GROUP BY " + columns)
	rows, err := q.QueryContext(ctx, stmt.text.String(), stmt.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := [...]string{"type", "vendor", "zone", "level", "criticality", "purdue_level", "presence", "sensor"}
	counts := map[string]map[string]int{}
	for _, name := range names {
		counts[name] = map[string]int{}
	}
	for rows.Next() {
		var values [len(names)]string
		var n int
		dest := make([]any, len(names), len(names)+1)
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(append(dest, &n)...); err != nil {
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
