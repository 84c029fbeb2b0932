package client

import (
	"context"
	"net/http"

	"github.com/heron-iot/heron"
)

// Scans reads the latest scans, the last one first.
func (c *Client) Scans(ctx context.Context) ([]heron.Scan, error) {
	return items[heron.Scan](ctx, c, "scans", nil)
}

// Scan reads one scan, and how far it is.
func (c *Client) Scan(ctx context.Context, id string) (*heron.Scan, error) {
	return get[heron.Scan](ctx, c, path("scans", id), nil)
}

// PlanScan lists what a scan would send; nothing is sent.
func (c *Client) PlanScan(ctx context.Context, r heron.ScanRequest) (*heron.ScanPlan, error) {
	return send[heron.ScanPlan](ctx, c, call{method: http.MethodPost, path: "scans/plan", body: r})
}

// StartScan begins a scan.
func (c *Client) StartScan(ctx context.Context, r heron.ScanRequest) (*heron.Scan, error) {
	return send[heron.Scan](ctx, c, call{method: http.MethodPost, path: "scans", body: r})
}

// StopScan ends a scan at once.
func (c *Client) StopScan(ctx context.Context, id string) (*heron.Scan, error) {
	return send[heron.Scan](ctx, c, call{method: http.MethodPost, path: path("scans", id, "stop")})
}
