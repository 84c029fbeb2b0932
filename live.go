package heron

import "encoding/json"

// LiveKind names what a live message carries.
type LiveKind string

// The kinds of live message. Each carries the same noun as the REST route.
const (
	LiveDevice        LiveKind = "device.changed"
	LiveDeviceGone    LiveKind = "device.removed"
	LiveTimeline      LiveKind = "device.timeline" // a DeviceChange without its device
	LiveAlert         LiveKind = "alert.changed"
	LiveIncident      LiveKind = "incident.changed"
	LiveRisk          LiveKind = "risk.changed"
	LiveVulnerability LiveKind = "vulnerability.changed"
	LiveAction        LiveKind = "action.changed"
	LiveSensor        LiveKind = "sensor.changed"
	LiveUpload        LiveKind = "upload.changed"
	LiveStats         LiveKind = "stats.changed"
)

// Live is one message of the live stream and one row of the outbox. Seq grows
// without end and lets a reader go on where it stopped; gaps in it are normal.
type Live struct {
	Seq  int64           `json:"seq"`
	Time Time            `json:"time"`
	Kind LiveKind        `json:"type"`
	ID   string          `json:"id"`
	Data json.RawMessage `json:"data"`
}

// Overview answers "am I all right?".
type Overview struct {
	Time        Time           `json:"time"`
	Simulation  bool           `json:"simulation"`
	Devices     int            `json:"devices"`
	DevicesNew  int            `json:"devices_new"` // in the last 24 hours
	Unknown     int            `json:"devices_unknown"`
	ByType      []Facet        `json:"by_type" nullable:"false"`
	ByCategory  []Facet        `json:"by_category" nullable:"false"`
	ByVendor    []Facet        `json:"by_vendor" nullable:"false"`
	ByZone      []Facet        `json:"by_zone" nullable:"false"`
	ByLevel     []Facet        `json:"by_level" nullable:"false"`
	Alerts      map[string]int `json:"alerts"` // open, by severity
	Needs       []Need         `json:"needs" nullable:"false"`
	RiskHistory []RiskPoint    `json:"risk_history" nullable:"false"`
	Sensors     []Sensor       `json:"sensors" nullable:"false"`
}

// Need is one thing that a person must look at.
type Need struct {
	Kind     string   `json:"kind"` // alert, device, sensor, action
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"`
	Since    Time     `json:"since"`
}

// RiskPoint is one point of a risk history.
type RiskPoint struct {
	Time  Time    `json:"time"`
	Score float64 `json:"score"`
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
	Cause string  `json:"cause,omitempty"`
}
