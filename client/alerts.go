package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/heron-iot/heron"
)

// AlertQuery chooses alerts; the zero value means all.
type AlertQuery struct {
	States     []heron.AlertState
	Severities []heron.Severity
	Detectors  []string
	Device     string
	Text       string
	From, To   heron.Time
	Sort       string
}

func (a AlertQuery) values() url.Values {
	q := url.Values{}
	setAll(q, "state", a.States)
	for _, s := range a.Severities {
		q.Add("severity", s.String())
	}
	setAll(q, "detector", a.Detectors)
	set(q, "device", a.Device)
	set(q, "q", a.Text)
	set(q, "from", a.From.String())
	set(q, "to", a.To.String())
	return q
}

// AlertChange is what a person changes of an alert; nil leaves it as it is.
type AlertChange struct {
	State    *heron.AlertState   `json:"state,omitempty"`
	Verdict  *heron.AlertVerdict `json:"verdict,omitempty"`
	Assignee *string             `json:"assignee,omitempty"`
	Note     *string             `json:"note,omitempty"`
}

// Detector is what the server says of one of its detectors.
type Detector struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Severity heron.Severity `json:"severity"`
	Attack   []string       `json:"attack"`
	Doc      string         `json:"doc"`
}

// Alerts reads all alerts that match.
func (c *Client) Alerts(ctx context.Context, q AlertQuery) iter.Seq2[heron.Alert, error] {
	return all[heron.Alert](ctx, c, "alerts", q.values(), q.Sort)
}

// AlertPage reads one page of alerts.
func (c *Client) AlertPage(ctx context.Context, q AlertQuery, p heron.Page) (heron.List[heron.Alert], error) {
	return pageOf[heron.Alert](ctx, c, "alerts", q.values(), p)
}

// Alert reads one alert.
func (c *Client) Alert(ctx context.Context, id string) (*heron.Alert, error) {
	return get[heron.Alert](ctx, c, path("alerts", id), nil)
}

// UpdateAlert triages an alert. A version other than 0 must still be the
// alert's, else the error is CodeConflict.
func (c *Client) UpdateAlert(ctx context.Context, id string, change AlertChange, version int64) (*heron.Alert, error) {
	return send[heron.Alert](ctx, c, call{
		method: http.MethodPatch, path: path("alerts", id),
		body: change, match: version,
	})
}

// AlertPackets writes the packets behind an alert, a pcapng file, to w.
func (c *Client) AlertPackets(ctx context.Context, id string, w io.Writer) (int64, error) {
	n, err := c.download(ctx, call{method: http.MethodGet, path: path("alerts", id, "pcap")}, w)
	if err != nil && heron.ErrorCode(err) == heron.CodeInternal {
		err = fmt.Errorf("packets of the alert: %w", err)
	}
	return n, err
}

// Notifications reads who was told about an alert.
func (c *Client) Notifications(ctx context.Context, alertID string) ([]heron.Notification, error) {
	return items[heron.Notification](ctx, c, path("alerts", alertID, "notifications"), nil)
}

// Incidents reads all incidents.
func (c *Client) Incidents(ctx context.Context) iter.Seq2[heron.Incident, error] {
	return all[heron.Incident](ctx, c, "incidents", nil, "")
}

// Detectors reads what is looked for.
func (c *Client) Detectors(ctx context.Context) ([]Detector, error) {
	return items[Detector](ctx, c, "detectors", nil)
}

// VulnerabilityQuery chooses weaknesses; the zero value means all.
type VulnerabilityQuery struct {
	Device   string
	CVE      string
	States   []heron.VulnState
	KEV      bool // only those known to be exploited
	MinGrade heron.Grade
	Sort     string
}

func (v VulnerabilityQuery) values() url.Values {
	q := url.Values{}
	set(q, "device", v.Device)
	set(q, "cve", v.CVE)
	setAll(q, "state", v.States)
	if v.KEV {
		q.Set("kev", "true")
	}
	if v.MinGrade != 0 {
		q.Set("min_grade", v.MinGrade.String())
	}
	return q
}

// Vulnerabilities reads all weaknesses that match.
func (c *Client) Vulnerabilities(ctx context.Context, q VulnerabilityQuery) iter.Seq2[heron.Vulnerability, error] {
	return all[heron.Vulnerability](ctx, c, "vulnerabilities", q.values(), q.Sort)
}

// DecideVulnerability sets the state of a weakness, with the reason for the audit log.
func (c *Client) DecideVulnerability(
	ctx context.Context, id string, state heron.VulnState, reason string,
) (*heron.Vulnerability, error) {
	return send[heron.Vulnerability](ctx, c, call{
		method: http.MethodPatch, path: path("vulnerabilities", id),
		body: map[string]string{"state": string(state), "reason": reason},
	})
}

// Advisory reads what the server knows of a CVE.
func (c *Client) Advisory(ctx context.Context, cve string) (*heron.Advisory, error) {
	return get[heron.Advisory](ctx, c, path("advisories", cve), nil)
}

// Controls reads the compliance checks that there are.
func (c *Client) Controls(ctx context.Context) ([]heron.Control, error) {
	return items[heron.Control](ctx, c, "controls", nil)
}
