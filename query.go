package heron

// Term is one condition of a search: field, operator, value. A term without a
// field looks in names, addresses, vendor, model and type.
type Term struct {
	Field string `json:"field,omitempty"`
	Op    string `json:"op,omitempty"` // ":" contains or equals, "=", "<", ">", "<=", ">="
	Value string `json:"value"`
	Not   bool   `json:"not,omitempty"`
}

// Page asks for a part of a list.
type Page struct {
	Limit  int    // 1 to 1000; 0 means 100
	Cursor string // "" for the first page; else Next of the page before
	Sort   string // field, with "-" before it for descending; "" = the list's own order
}

// List is a part of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty"` // cursor of the next page; "" at the end
	Total int    `json:"total"`          // how many match in all
}

// DeviceFilter chooses devices. All conditions must hold; zero means any.
type DeviceFilter struct {
	Terms   []Term
	Types   []string
	Vendors []string
	Zones   []string
	Sensors []string
	Levels  []RiskLevel
	// Criticalities and Purdue are values of the Standing.
	Criticalities, Purdue []string
	Presence              []PresenceState
	IDs                   []string
	Local                 *bool
	LastFrom              Time // seen at or after
	Merged                bool // include devices merged into others
}

// Facet counts the devices that have a value.
type Facet struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Facets are the counts by field: type, vendor, zone, level, criticality, purdue_level,
// presence, sensor.
type Facets map[string][]Facet

// AlertFilter chooses alerts.
type AlertFilter struct {
	States     []AlertState
	Severities []Severity
	Detectors  []string
	DeviceID   string
	Text       string
	From, To   Time
}

// FlowFilter chooses flows.
type FlowFilter struct {
	DeviceID string
	From, To Time
	Protocol string
}

// VulnerabilityFilter chooses vulnerability matches.
type VulnerabilityFilter struct {
	DeviceID string
	CVE      string
	States   []VulnState
	MinGrade Grade
	KEV      *bool
}

// ActionFilter chooses actions.
type ActionFilter struct {
	DeviceID string
	States   []ActionState
}

// AuditFilter chooses audit entries.
type AuditFilter struct {
	Actor, Object, Action string
	From, To              Time
}
