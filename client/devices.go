package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/heron-iot/heron"
)

// DeviceQuery chooses devices; the zero value means all.
type DeviceQuery struct {
	Search   string // the search language, as vendor:axis firmware<10
	Types    []string
	Vendors  []string
	Zones    []string
	Sensors  []string
	Levels   []heron.RiskLevel
	IDs      []string
	Local    *bool
	LastFrom heron.Time
	Merged   bool
	Sort     string // for Devices; DevicePage has its own
}

func (d DeviceQuery) values() url.Values {
	q := url.Values{}
	set(q, "q", d.Search)
	setAll(q, "type", d.Types)
	setAll(q, "vendor", d.Vendors)
	setAll(q, "zone", d.Zones)
	setAll(q, "sensor", d.Sensors)
	setAll(q, "level", d.Levels)
	setAll(q, "id", d.IDs)
	set(q, "last_from", d.LastFrom.String())
	if d.Local != nil {
		q.Set("local", strconv.FormatBool(*d.Local))
	}
	if d.Merged {
		q.Set("merged", "true")
	}
	return q
}

// Devices reads all devices that match.
func (c *Client) Devices(ctx context.Context, q DeviceQuery) iter.Seq2[heron.Device, error] {
	return all[heron.Device](ctx, c, "devices", q.values(), q.Sort)
}

// DevicePage reads one page of devices.
func (c *Client) DevicePage(ctx context.Context, q DeviceQuery, p heron.Page) (heron.List[heron.Device], error) {
	return pageOf[heron.Device](ctx, c, "devices", q.values(), p)
}

// CountDevices counts devices by type, vendor, zone, level and sensor.
func (c *Client) CountDevices(ctx context.Context, q DeviceQuery) (heron.Facets, error) {
	f, err := get[heron.Facets](ctx, c, "devices/facets", q.values())
	if err != nil {
		return nil, err
	}
	return *f, nil
}

// Device reads one device.
func (c *Client) Device(ctx context.Context, id string) (*heron.Device, error) {
	return get[heron.Device](ctx, c, path("devices", id), nil)
}

// ImportDevices has the server take what a file of another system says. format
// is csv, dnsmasq, isc, kea or netbox, or "" for whichever it looks like.
func (c *Client) ImportDevices(ctx context.Context, format string, body io.Reader) (*heron.Import, error) {
	q := url.Values{}
	set(q, "format", format)
	return send[heron.Import](ctx, c, call{method: http.MethodPost, path: "devices/import", query: q, raw: body})
}

// ExportDevices writes the devices that match as a file for another system to w:
// csv, cyclonedx or netbox.
func (c *Client) ExportDevices(ctx context.Context, format string, d DeviceQuery, w io.Writer) error {
	q := d.values()
	q.Set("format", format)
	_, err := c.download(ctx, call{method: http.MethodGet, path: "devices/export", query: q}, w)
	if err != nil && heron.ErrorCode(err) == heron.CodeInternal {
		err = fmt.Errorf("devices: %w", err)
	}
	return err
}

// RenameDevice gives a device a name. A version other than 0 must still be the
// device's, else the error is CodeConflict.
func (c *Client) RenameDevice(ctx context.Context, id, name string, version int64) (*heron.Device, error) {
	return send[heron.Device](ctx, c, call{
		method: http.MethodPatch, path: path("devices", id),
		body: map[string]string{"name": name}, match: version,
	})
}

// MergeDevices says that others are the same device as keep.
func (c *Client) MergeDevices(ctx context.Context, keep string, others []string, reason string) (*heron.Device, error) {
	return send[heron.Device](ctx, c, call{
		method: http.MethodPost, path: "devices/merge",
		body: map[string]any{"keep": keep, "others": others, "reason": reason},
	})
}

// SplitDevice moves addresses of a device to a device of their own; it returns
// all devices that changed.
func (c *Client) SplitDevice(
	ctx context.Context, id string, identifiers []string, reason string,
) ([]heron.Device, error) {
	l, err := send[heron.List[heron.Device]](ctx, c, call{
		method: http.MethodPost, path: path("devices", id, "split"),
		body: map[string]any{"identifiers": identifiers, "reason": reason},
	})
	if err != nil {
		return nil, err
	}
	return l.Items, nil
}

// Identity reads what a device is, why, and what would settle it.
func (c *Client) Identity(ctx context.Context, id string) (*heron.Explanation, error) {
	return get[heron.Explanation](ctx, c, path("devices", id, "identity"), nil)
}

// TryIdentify says what observations would make of a device: their Key and Value.
func (c *Client) TryIdentify(ctx context.Context, obs []heron.Observation) (*heron.Trial, error) {
	q := url.Values{}
	for i := range obs {
		q.Add("observation", obs[i].Key+"="+obs[i].Value)
	}
	return get[heron.Trial](ctx, c, "identify", q)
}

// IdentityQuality counts how well the devices are known; it may be a minute old.
func (c *Client) IdentityQuality(ctx context.Context) (*heron.IdentityQuality, error) {
	return get[heron.IdentityQuality](ctx, c, "identity/quality", nil)
}

// CorrectDevice says what a device is: Field, Ruling, Value and Reason of a
// correction. Without a value, to confirm or reject is about what is said now.
func (c *Client) CorrectDevice(ctx context.Context, id string, said heron.Correction) (*heron.Device, error) {
	return send[heron.Device](ctx, c, call{
		method: http.MethodPut, path: path("devices", id, "identity", said.Field),
		body: map[string]string{"ruling": string(said.Ruling), "value": said.Value, "reason": said.Reason},
	})
}

// TakeBackCorrection takes back all that people said of one field of a device.
func (c *Client) TakeBackCorrection(ctx context.Context, id, field string) (*heron.Device, error) {
	return send[heron.Device](ctx, c, call{method: http.MethodDelete, path: path("devices", id, "identity", field)})
}

// Clusters reads the largest groups of devices of unknown type that are alike, with
// the most typical members of each.
func (c *Client) Clusters(ctx context.Context) (*heron.Clusters, error) {
	return get[heron.Clusters](ctx, c, "clusters", nil)
}

// Cluster reads a group that Clusters told of, with all its members.
func (c *Client) Cluster(ctx context.Context, id string) (*heron.Cluster, error) {
	return get[heron.Cluster](ctx, c, path("clusters", id), nil)
}

// CorrectCluster says what all devices of a group are: Field, Value and Reason of
// a correction, which locks. It returns the first of the devices that changed, and
// how many there are.
func (c *Client) CorrectCluster(ctx context.Context, id string, said heron.Correction) (*heron.List[heron.Device], error) {
	return send[heron.List[heron.Device]](ctx, c, call{
		method: http.MethodPut, path: path("clusters", id, "identity", said.Field),
		body: map[string]string{"value": said.Value, "reason": said.Reason},
	})
}

// Ledger reads merges, splits, renames and corrections, newest first.
func (c *Client) Ledger(ctx context.Context) iter.Seq2[heron.LedgerEntry, error] {
	return all[heron.LedgerEntry](ctx, c, "ledger", nil, "")
}

// UndoLedger takes back a merge, split, rename or correction; it returns all devices that changed.
func (c *Client) UndoLedger(ctx context.Context, id string) ([]heron.Device, error) {
	l, err := send[heron.List[heron.Device]](ctx, c, call{method: http.MethodPost, path: path("ledger", id, "undo")})
	if err != nil {
		return nil, err
	}
	return l.Items, nil
}

// Observations reads what was seen of a device.
func (c *Client) Observations(ctx context.Context, id string) iter.Seq2[heron.Observation, error] {
	return all[heron.Observation](ctx, c, path("devices", id, "observations"), nil, "")
}

// Flows reads the conversations of a device.
func (c *Client) Flows(ctx context.Context, id string) iter.Seq2[heron.Flow, error] {
	return all[heron.Flow](ctx, c, path("devices", id, "flows"), nil, "")
}

// Ports reads the ports of switches that a device was at, the latest first.
func (c *Client) Ports(ctx context.Context, id string) ([]heron.PortStay, error) {
	return items[heron.PortStay](ctx, c, path("devices", id, "ports"), nil)
}

// Peers reads whom a device talks to, busiest first.
func (c *Client) Peers(ctx context.Context, id string) ([]heron.Peer, error) {
	return items[heron.Peer](ctx, c, path("devices", id, "peers"), nil)
}

// Timeline reads what happened to a device, newest first.
func (c *Client) Timeline(ctx context.Context, id string) iter.Seq2[heron.DeviceChange, error] {
	return all[heron.DeviceChange](ctx, c, path("devices", id, "timeline"), nil, "")
}

// Baseline reads what is normal for a device.
func (c *Client) Baseline(ctx context.Context, id string) (*heron.Baseline, error) {
	return get[heron.Baseline](ctx, c, path("devices", id, "baseline"), nil)
}

// DeviceControls reads the compliance checks of a device.
func (c *Client) DeviceControls(ctx context.Context, id string) ([]heron.ControlResult, error) {
	return items[heron.ControlResult](ctx, c, path("devices", id, "controls"), nil)
}

// Risk reads the risk score of a device with its reasons.
func (c *Client) Risk(ctx context.Context, id string) (*heron.RiskScore, error) {
	return get[heron.RiskScore](ctx, c, path("devices", id, "risk"), nil)
}

// RiskHistory reads the risk of a device over time; of the whole site where id is "".
func (c *Client) RiskHistory(ctx context.Context, id string, from, to heron.Time) ([]heron.RiskPoint, error) {
	q := url.Values{}
	set(q, "from", from.String())
	set(q, "to", to.String())
	if id == "" {
		return items[heron.RiskPoint](ctx, c, "risk/history", q)
	}
	return items[heron.RiskPoint](ctx, c, path("devices", id, "risk", "history"), q)
}
