package heron

// Operation names what an action does.
type Operation string

// The operations known so far; executors say which they perform.
const (
	OpQuarantine Operation = "quarantine"
	OpRelease    Operation = "release"
)

// ActionState is where an action stands. docs/state-action.md draws it.
type ActionState string

// The states: proposed → approved → running → verified, or away from there.
const (
	ActionProposed   ActionState = "proposed"
	ActionApproved   ActionState = "approved"
	ActionRunning    ActionState = "running"
	ActionVerified   ActionState = "verified"
	ActionFailed     ActionState = "failed"
	ActionRolledBack ActionState = "rolled_back"
	ActionReleased   ActionState = "released" // undone on purpose, after verified
	ActionExpired    ActionState = "expired"  // its timer ran out
	ActionRejected   ActionState = "rejected"
	ActionUnknown    ActionState = "unknown" // cut short; being read back
)

// Action is one change asked of a device or of the network.
type Action struct {
	ID        string      `json:"id"`
	SiteID    string      `json:"site_id,omitempty"`
	DeviceID  string      `json:"device_id"`
	Operation Operation   `json:"operation"`
	Executor  string      `json:"executor"`
	Params    Attributes  `json:"params,omitempty"` // no secrets: those are vault references
	State     ActionState `json:"state"`
	Reason    string      `json:"reason"`
	AlertID   string      `json:"alert_id,omitempty"`
	DryRun    bool        `json:"dry_run,omitempty"`
	// Plan is what will be done, line by line, as the dry run found it.
	Plan *ActionPlan `json:"plan,omitempty"`
	// Steps is what was done.
	Steps       []ActionStep `json:"steps"`
	RequestedBy string       `json:"requested_by"`
	ApprovedBy  string       `json:"approved_by,omitempty"`
	Created     Time         `json:"created"`
	Started     Time         `json:"started,omitempty"`
	Ended       Time         `json:"ended,omitempty"`
	Expires     Time         `json:"expires,omitempty"` // when it undoes itself
	// Backup is what the executor needs to undo; opaque to all but it.
	Backup  string `json:"-"`
	Error   string `json:"error,omitempty"`
	Version int64  `json:"version"`
}

// ActionPlan is what an action would do, for a person to approve.
type ActionPlan struct {
	Changes []string `json:"changes"` // exact, one a line
	Affects []string `json:"affects"` // who is hit
	WayBack string   `json:"way_back"`
	Limits  []string `json:"limits,omitempty"` // what this cannot stop
	// Control tells that the device is or may be a control device: a person
	// must type its name.
	Control bool `json:"control,omitempty"`
}

// ActionStep is one step of a running action.
type ActionStep struct {
	Name  string `json:"name"` // plan, backup, do, verify, undo
	Time  Time   `json:"time"`
	OK    bool   `json:"ok"`
	Text  string `json:"text"`
	Error string `json:"error,omitempty"`
}

// AuditEntry is one line of the append-only log. Each carries the hash of the
// one before it, so that any edit shows.
type AuditEntry struct {
	Seq      int64      `json:"seq"`
	Time     Time       `json:"time"`
	Actor    string     `json:"actor"`            // user name, token name or "system"
	Source   string     `json:"source,omitempty"` // address the request came from
	Action   string     `json:"action"`           // dotted: action.quarantine.do, user.login …
	Object   string     `json:"object,omitempty"`
	Detail   Attributes `json:"detail,omitempty"` // masked
	Outcome  string     `json:"outcome"`          // ok, denied, failed
	PrevHash string     `json:"prev_hash"`
	Hash     string     `json:"hash"`
}
