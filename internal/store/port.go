package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// maxPorts bounds what switches said of a device that is read for its ports.
const maxPorts = 1000

// ListPorts returns the ports of switches that a device was said to be at, the one
// that was said last first.
func (db *DB) ListPorts(ctx context.Context, deviceID string) ([]heron.PortStay, error) {
	rows, err := db.reader.QueryContext(ctx, "SELECT "+observationCols+
		" FROM observation WHERE device_id = $1 AND key = $2 ORDER BY last_seen DESC, id LIMIT $3", clean(deviceID), heron.KeyPort, maxPorts)
	said, err := collect(rows, err, func(r *sql.Rows) (heron.Observation, error) { return scanObservation(r.Scan) })
	return stays(said), db.explain("list ports", err)
}

// stays makes one stay of all that was said of one interface at one port.
func stays(said []heron.Observation) []heron.PortStay {
	out := []heron.PortStay{}
	for i := range said {
		o := &said[i]
		a, ok := heron.ParseAttachment(o.Value)
		if !ok {
			continue
		}
		a.MAC, a.Since = o.MAC, o.First
		at := slices.IndexFunc(out, func(s heron.PortStay) bool { return s.MAC == a.MAC && s.SamePort(&a) })
		if at < 0 {
			out = append(out, heron.PortStay{Attachment: a, Last: o.Last})
			continue
		}
		out[at].Since = min(out[at].Since, a.Since)
	}
	slices.SortStableFunc(out, func(a, b heron.PortStay) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), strings.Compare(a.Switch+a.Port, b.Switch+b.Port))
	})
	return out
}
