package heron

import "context"

// Store keeps everything. Two engines implement it with one SQL text; reads
// may run at the same time, writes are one transaction each. Every method
// returns an *Error with CodeNotFound, CodeConflict or CodeInvalid where that
// is what happened. Put methods that take a Version check it: a stale one is
// CodeConflict; 0 skips the check; the stored value's Version is one more.
type Store interface {
	Devices
	Alerts
	Assessments
	Actions
	Accounts
	Operations
}

// Devices keeps what inventory knows.
type Devices interface {
	GetDevice(ctx context.Context, id string) (*Device, error)
	ListDevices(ctx context.Context, f DeviceFilter, p Page) (List[Device], error)
	CountDevices(ctx context.Context, f DeviceFilter) (Facets, error)
	ListDeviceChanges(ctx context.Context, deviceID string, p Page) (List[DeviceChange], error)
	ListObservations(ctx context.Context, deviceID string, p Page) (List[Observation], error)
	ListPorts(ctx context.Context, deviceID string) ([]PortStay, error)
	ListFlows(ctx context.Context, f FlowFilter, p Page) (List[Flow], error)
	ListPeers(ctx context.Context, deviceID string) ([]Peer, error)
	GetBaseline(ctx context.Context, deviceID string) (*Baseline, error)
	ListLedger(ctx context.Context, p Page) (List[LedgerEntry], error)
	ListZones(ctx context.Context) ([]Zone, error)
	PutZone(ctx context.Context, z *Zone) error
	DeleteZone(ctx context.Context, id string) error
}

// Alerts keeps alerts, incidents and their deliveries.
type Alerts interface {
	GetAlert(ctx context.Context, id string) (*Alert, error)
	ListAlerts(ctx context.Context, f AlertFilter, p Page) (List[Alert], error)
	// PutAlert stores a and puts it on the live stream in the same transaction.
	PutAlert(ctx context.Context, a *Alert) error
	ListIncidents(ctx context.Context, p Page) (List[Incident], error)
	ListNotifications(ctx context.Context, alertID string) ([]Notification, error)
	// DueNotifications returns pending deliveries whose time has come.
	DueNotifications(ctx context.Context, now Time, limit int) ([]Notification, error)
	PutNotification(ctx context.Context, n *Notification) error
}

// Assessments keeps vulnerabilities, risk and compliance.
type Assessments interface {
	ListVulnerabilities(ctx context.Context, f VulnerabilityFilter, p Page) (List[Vulnerability], error)
	GetVulnerability(ctx context.Context, id string) (*Vulnerability, error)
	PutVulnerability(ctx context.Context, v *Vulnerability) error
	GetRisk(ctx context.Context, deviceID string) (*RiskScore, error)
	RiskHistory(ctx context.Context, deviceID string, from, to Time) ([]RiskPoint, error)
	SiteRiskHistory(ctx context.Context, from, to Time) ([]RiskPoint, error)
	ListControlResults(ctx context.Context, deviceID string) ([]ControlResult, error)
	// PutAssessment replaces the device's vulnerabilities (keeping states that
	// people set), control results and risk, and tells the live stream.
	PutAssessment(ctx context.Context, a *Assessment) error
}

// Assessment is everything found weak about one device at one time.
type Assessment struct {
	DeviceID        string
	Time            Time
	Vulnerabilities []Vulnerability
	Controls        []ControlResult
	Risk            RiskScore
}

// Actions keeps actions and the audit log.
type Actions interface {
	GetAction(ctx context.Context, id string) (*Action, error)
	ListActions(ctx context.Context, f ActionFilter, p Page) (List[Action], error)
	// PutAction stores a, the audit entry (when not nil) and the live message in one transaction.
	PutAction(ctx context.Context, a *Action, e *AuditEntry) error
	// AppendAudit numbers e, chains it to the last entry and keeps it.
	AppendAudit(ctx context.Context, e *AuditEntry) error
	ListAudit(ctx context.Context, f AuditFilter, p Page) (List[AuditEntry], error)
	// VerifyAudit walks the whole chain; it returns the number of entries and
	// an error naming the first that does not fit.
	VerifyAudit(ctx context.Context) (int64, error)
}

// Accounts keeps users, tokens and sessions.
type Accounts interface {
	GetUser(ctx context.Context, id string) (*User, error)
	GetUserByName(ctx context.Context, name string) (*User, error)
	ListUsers(ctx context.Context) ([]User, error)
	PutUser(ctx context.Context, u *User) error
	DeleteUser(ctx context.Context, id string) error
	GetTokenByHash(ctx context.Context, hash string) (*Token, error)
	ListTokens(ctx context.Context) ([]Token, error)
	PutToken(ctx context.Context, t *Token) error
	DeleteToken(ctx context.Context, id string) error
	GetSession(ctx context.Context, hash string) (*Session, error)
	PutSession(ctx context.Context, s *Session) error
	DeleteSession(ctx context.Context, hash string) error
	DeleteUserSessions(ctx context.Context, userID string) error
}

// Operations keeps the platform's own state.
type Operations interface {
	GetSensor(ctx context.Context, id string) (*Sensor, error)
	ListSensors(ctx context.Context) ([]Sensor, error)
	PutSensor(ctx context.Context, s *Sensor) error
	DeleteSensor(ctx context.Context, id string) error
	ListUploads(ctx context.Context) ([]Upload, error)
	PutUpload(ctx context.Context, u *Upload) error
	// ListScans returns the scans of active discovery, the latest first; PutScan stores
	// one, and forgets those before the latest hundred.
	ListScans(ctx context.Context) ([]Scan, error)
	PutScan(ctx context.Context, s *Scan) error
	// GetSetting returns "" for a setting never made. Secrets are sealed before they come here.
	GetSetting(ctx context.Context, key string) (string, error)
	PutSetting(ctx context.Context, key, value string) error
	// ListSettings returns those whose keys begin with prefix.
	ListSettings(ctx context.Context, prefix string) (map[string]string, error)
	// Credentials have their secrets sealed.
	GetCredential(ctx context.Context, name string) (*Credential, error)
	ListCredentials(ctx context.Context) ([]Credential, error)
	PutCredential(ctx context.Context, c *Credential) error
	DeleteCredential(ctx context.Context, name string) error
	// LiveSince returns live messages after seq, oldest first, and the first
	// seq still kept: a reader older than that must start afresh.
	LiveSince(ctx context.Context, seq int64, limit int) (msgs []Live, oldest int64, err error)
	// LiveSeq returns the seq of the latest live message, 0 when there was none.
	LiveSeq(ctx context.Context) (int64, error)
	// Overview counts what the first page shows.
	Overview(ctx context.Context, now Time) (*Overview, error)
	Ping(ctx context.Context) error
}

// BatchResult is all that one sensor batch changed; the store applies it in
// one transaction, with the outbox rows, once for each batch id.
type BatchResult struct {
	Batch        *Batch
	Observations []DeviceObservation
	Devices      []Device // whole, as they are now
	Changes      []DeviceChange
	Ledger       []LedgerEntry
	Alerts       []Alert
	Incidents    []Incident
	Baselines    []Baseline
	Peers        map[string][]Peer // by device, those that changed
	Sensor       *Sensor
	Scan         *Scan // whose news came with it
	Audit        []AuditEntry
}

// DeviceEdit is all that one edit of the inventory changed, by a person or by answers to
// questions.
type DeviceEdit struct {
	SiteID  string
	Devices []Device
	Changes []DeviceChange
	Ledger  []LedgerEntry
	// Observations are those that went to another device: a fact belongs to one
	// device at a time.
	Observations []DeviceObservation
	Alerts       []Alert
	Incidents    []Incident
	Audit        *AuditEntry // may be nil
}

// DeviceObservation is an observation with the device it was given to.
type DeviceObservation struct {
	DeviceID string
	Observation
}

// BatchStore is what the core's writer needs beside Store.
type BatchStore interface {
	// ApplyBatch stores r unless its batch was applied before (then applied is false).
	ApplyBatch(ctx context.Context, r *BatchResult) (applied bool, err error)
	// PutDevices stores what a person's edit changed, in one transaction.
	PutDevices(ctx context.Context, e *DeviceEdit) error
	// LoadSite calls fn for every device of a site with its observations, in id
	// order: how inventory starts.
	LoadSite(ctx context.Context, siteID string, fn func(Device, []Observation) error) error
	// LoadLedger returns all ledger entries of a site, oldest first.
	LoadLedger(ctx context.Context, siteID string) ([]LedgerEntry, error)
	// OpenAlerts returns all open, acknowledged and suppressed alerts of a site.
	OpenAlerts(ctx context.Context, siteID string) ([]Alert, error)
	// LoadBaselines calls fn for every stored baseline of a site.
	LoadBaselines(ctx context.Context, siteID string, fn func(Baseline) error) error
	// Outbox returns unpublished live rows, oldest first; MarkPublished retires them.
	Outbox(ctx context.Context, limit int) ([]Live, error)
	MarkPublished(ctx context.Context, upTo int64) error
	// AddLive puts a message on the live stream.
	AddLive(ctx context.Context, l *Live) error
}
