package heron

// AlertState is where an alert stands with people.
type AlertState string

// The states of an alert. Open and acknowledged alerts count against a device.
const (
	AlertOpen         AlertState = "open"
	AlertAcknowledged AlertState = "acknowledged"
	AlertSuppressed   AlertState = "suppressed"
	AlertClosed       AlertState = "closed"
)

// Valid reports whether s is one of the states.
func (s AlertState) Valid() bool {
	switch s {
	case AlertOpen, AlertAcknowledged, AlertSuppressed, AlertClosed:
		return true
	}
	return false
}

// AlertVerdict is a person's judgement, and feedback for the detectors.
type AlertVerdict string

// The verdicts.
const (
	VerdictNone     AlertVerdict = ""
	VerdictTrue     AlertVerdict = "true"     // it was what it says
	VerdictFalse    AlertVerdict = "false"    // it was not
	VerdictExpected AlertVerdict = "expected" // it was, and that is fine here
)

// Alert is one thing found wrong, open until closed. The same trouble seen
// again refreshes it (Count, Last) instead of raising another.
type Alert struct {
	ID       string `json:"id"`
	SiteID   string `json:"site_id,omitempty"`
	Detector string `json:"detector"`
	// Fingerprint names the trouble: detector, device and what it is about.
	Fingerprint string       `json:"fingerprint,omitempty"`
	Severity    Severity     `json:"severity"`
	Confidence  float64      `json:"confidence"`
	DeviceID    string       `json:"device,omitempty"` // whom it is about
	Src         string       `json:"src,omitempty"`    // address that did it
	Dst         string       `json:"dst,omitempty"`    // address it was done to
	First       Time         `json:"first_seen"`
	Last        Time         `json:"last_seen"`
	DetectedAt  Time         `json:"detected_at"` // traffic time when first raised
	Count       uint64       `json:"count"`
	Attack      []string     `json:"attack"` // MITRE ATT&CK technique ids
	Title       string       `json:"title,omitempty"`
	Summary     string       `json:"summary"` // who did what to whom, one line
	Evidence    Attributes   `json:"evidence"`
	State       AlertState   `json:"state,omitempty"`
	Verdict     AlertVerdict `json:"verdict,omitempty"`
	Assignee    string       `json:"assignee,omitempty"`
	Note        string       `json:"note,omitempty"`
	IncidentID  string       `json:"incident_id,omitempty"`
	Updated     Time         `json:"updated,omitempty"` // wall clock
	Version     int64        `json:"version,omitempty"`
}

// Attributes are small named facts, shown in the order of their names.
type Attributes map[string]string

// Incident groups the alerts that tell one story about one device.
type Incident struct {
	ID       string     `json:"id"`
	SiteID   string     `json:"site_id,omitempty"`
	DeviceID string     `json:"device,omitempty"`
	Title    string     `json:"title"`
	Severity Severity   `json:"severity"`
	Score    float64    `json:"score"` // 0 to 100
	State    AlertState `json:"state"`
	Alerts   []string   `json:"alerts"`
	First    Time       `json:"first_seen"`
	Last     Time       `json:"last_seen"`
	Version  int64      `json:"version,omitempty"`
}

// Notification is one delivery of news about an alert to one receiver.
type Notification struct {
	ID       string `json:"id"`
	AlertID  string `json:"alert_id"`
	Receiver string `json:"receiver"`
	State    string `json:"state"` // pending, sent, failed
	Tries    int    `json:"tries"`
	Error    string `json:"error,omitempty"` // without secrets
	Created  Time   `json:"created"`
	Sent     Time   `json:"sent,omitempty"`
	Next     Time   `json:"next,omitempty"` // when to try again
}
