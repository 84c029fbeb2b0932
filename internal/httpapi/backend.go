package httpapi

import (
	"context"
	"encoding/json"
	"io"

	"github.com/heron-iot/heron"
)

// Backend is what the API asks of the rest of the platform. Actor is always
// the name of the user or token who asks; the API has checked the role and
// writes the audit entry of the request itself (who, from where, what became
// of it), so a Backend audits only the steps that follow.
//
// Errors meant for people are *heron.Error; anything else is shown as an
// internal fault. Methods may be called at the same time and must honour ctx.
type Backend interface {
	DeviceEditor
	Keeper
	ActionRunner
	Knowledge
	SensorAdmin
	Evidence
	Receivers
	Exchanger
	Scanner
	Credentials

	// Upload reads a capture file from body to its end, keeps it, and begins
	// to analyse it after it returned. The API bounds the size: a body that is
	// too long, or is cut off, ends in an error from Read, and then nothing
	// may be kept. name is as the user gave it: for show, never a path.
	Upload(ctx context.Context, actor, name string, body io.Reader) (*heron.Upload, error)

	// Live calls fn for every new live message until ctx ends, in the order
	// published; it returns nil then, and an error when the subscription
	// broke (the API tries again). fn never blocks.
	Live(ctx context.Context, fn func(heron.Live)) error

	// Ready reports the state of each part the platform needs. It is asked
	// often and must answer within a second. Reasons carry no secrets.
	Ready(ctx context.Context) []Check
}

// DeviceEditor edits the inventory on a person's word. Every change is in the
// ledger and can be undone.
type DeviceEditor interface {
	// RenameDevice gives the device a name ("" takes it away). A version other
	// than 0 must be the device's, else CodeConflict.
	RenameDevice(ctx context.Context, actor, id, name string, version int64) (*heron.Device, error)
	// MergeDevices makes others part of keep and returns keep as it is then.
	MergeDevices(ctx context.Context, actor, keep string, others []string, reason string) (*heron.Device, error)
	// SplitDevice moves the identifiers (MAC or IP addresses of the device) to
	// a new device; it returns all devices that changed, the given one first.
	SplitDevice(ctx context.Context, actor, id string, identifiers []string, reason string) ([]heron.Device, error)
	// CorrectDevice takes a person's word on what the device is: Field, Ruling,
	// Value and Reason of c.
	CorrectDevice(ctx context.Context, actor, id string, c heron.Correction) (*heron.Device, error)
	// TakeBackCorrection strikes out all corrections of one field of the device;
	// CodeNotFound when there is none.
	TakeBackCorrection(ctx context.Context, actor, id, field string) (*heron.Device, error)
	// ExplainDevice says what the device is, why, and what would settle it.
	ExplainDevice(ctx context.Context, id string) (*heron.Explanation, error)
	// ListClusters groups the devices of unknown type that are alike.
	ListClusters(ctx context.Context) (*heron.Clusters, error)
	// GetCluster returns a group that ListClusters told of last, with all its members;
	// CodeNotFound when it told of no such group.
	GetCluster(ctx context.Context, id string) (*heron.Cluster, error)
	// CorrectCluster is CorrectDevice for every member of a group that ListClusters
	// told of last, or for none; CodeNotFound when it told of no such group.
	CorrectCluster(ctx context.Context, actor, id string, c heron.Correction) ([]heron.Device, error)
	// UndoLedger takes back a merge, split, rename or correction; it returns all devices
	// that changed. Undone twice is CodeConflict.
	UndoLedger(ctx context.Context, actor, ledgerID string) ([]heron.Device, error)
}

// Keeper stores what a person changed and tells the stages that hold a copy.
type Keeper interface {
	// PutAlert stores a (Version is checked, as in heron.Store) and lets the
	// detection engine know, so that a refresh does not undo the person's word.
	PutAlert(ctx context.Context, a *heron.Alert) error
	// PutVulnerability stores v's new state and scores its device again.
	PutVulnerability(ctx context.Context, v *heron.Vulnerability) error
	// PutZone stores z and gives devices their zones again.
	PutZone(ctx context.Context, z *heron.Zone) error
	// DeleteZone removes the zone; its devices get the zone that fits next.
	DeleteZone(ctx context.Context, id string) error
}

// ActionRunner moves actions through their states (docs/state-action.md).
type ActionRunner interface {
	// RequestAction plans a and stores it as proposed. Of a, these are set:
	// DeviceID, Operation, Executor, Params, Reason, AlertID, DryRun. confirm
	// is the device's name, typed, where the device is a control device.
	RequestAction(ctx context.Context, actor string, a heron.Action, confirm string) (*heron.Action, error)
	// ApproveAction lets a proposed action run; it returns without waiting for the end.
	ApproveAction(ctx context.Context, actor, id, confirm string) (*heron.Action, error)
	// RejectAction ends a proposed action.
	RejectAction(ctx context.Context, actor, id string) (*heron.Action, error)
	// ReleaseAction undoes a verified action.
	ReleaseAction(ctx context.Context, actor, id, confirm string) (*heron.Action, error)
	// Executors lists the executors and whether this machine can use them.
	Executors(ctx context.Context) []Executor
}

// Knowledge is what the platform knows without having seen anything.
type Knowledge interface {
	Detectors() []Detector
	Controls() []heron.Control
	// Signatures tells what devices are identified with.
	Signatures() Signatures
	// ReloadSignatures reads the user's signatures again and identifies all devices
	// anew. A faulty file stays what it was when it was last good, if ever: the error
	// says what is wrong and where.
	ReloadSignatures(ctx context.Context) (*Signatures, error)
	// TryIdentify says what observations would make of a device.
	TryIdentify(obs []heron.Observation) *heron.Trial
	// IdentityQuality counts how well the devices are known; it may be a minute old.
	IdentityQuality(ctx context.Context) (*heron.IdentityQuality, error)
	// Advisory returns the advisory of a CVE, or CodeNotFound.
	Advisory(ctx context.Context, cve string) (*heron.Advisory, error)
}

// SensorAdmin lets sensors in and out.
type SensorAdmin interface {
	// AddSensor registers a sensor and returns its one-time token, which is
	// shown once and not kept in clear.
	AddSensor(ctx context.Context, actor, name string) (*heron.Sensor, string, error)
	// RemoveSensor forgets the sensor and refuses it from now on.
	RemoveSensor(ctx context.Context, actor, id string) error
	// ConfigureSensor tells a process with sensors what to do, waits a moment for
	// its word, and returns it: Health.Applied and Health.Fault say what became of
	// the Config's version.
	ConfigureSensor(ctx context.Context, actor, id string, c heron.SensorConfig) (*heron.Sensor, error)
}

// Evidence gives the packets behind an alert.
type Evidence interface {
	// AlertPackets returns a pcapng file and its size; CodeNotFound when none of
	// the packets are kept. The caller closes it.
	AlertPackets(ctx context.Context, alertID string) (io.ReadCloser, int64, error)
}

// Receivers are where news of alerts is sent.
type Receivers interface {
	// ListReceivers returns the receivers; secrets in Config are masked.
	ListReceivers(ctx context.Context) ([]Receiver, error)
	// PutReceivers checks and replaces all receivers. A secret that comes back
	// masked stays as it was.
	PutReceivers(ctx context.Context, actor string, list []Receiver) error
	// TestReceiver sends a test message to one receiver and waits for the
	// answer; the error says, in words, what the receiver did.
	TestReceiver(ctx context.Context, actor, name string) error
}

// Check is the state of one part.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"` // why not, and what would mend it
}

// Executor describes one way to carry out actions.
type Executor struct {
	Name       string            `json:"name"`
	Doc        string            `json:"doc"`
	Operations []heron.Operation `json:"operations"`
	Safety     string            `json:"safety"` // read_only, network, device, disruptive
	Available  bool              `json:"available"`
	Reason     string            `json:"reason,omitempty"` // why it is not available
}

// Detector describes one detector.
type Detector struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Severity heron.Severity `json:"severity"`
	Attack   []string       `json:"attack"` // MITRE ATT&CK technique ids
	Doc      string         `json:"doc"`
}

// Signatures tells what devices are identified with.
type Signatures struct {
	Folder string          `json:"folder,omitempty"` // of the user's own
	Packs  []SignaturePack `json:"packs"`            // those that come later stand on top
	Digest string          `json:"digest"`           // the same digest, the same knowledge
	Since  heron.Time      `json:"since"`            // when it was loaded
	// Fault says why the folder as it is now is not what is used: a line for each
	// fault, with its file.
	Fault string `json:"fault,omitempty"`
}

// SignaturePack is one file of signatures.
type SignaturePack struct {
	File       string `json:"file"`
	Name       string `json:"name,omitempty"`
	Version    string `json:"version,omitempty"`
	Licence    string `json:"licence,omitempty"`
	Signatures int    `json:"signatures"`
	Disabled   int    `json:"disabled,omitempty" doc:"Signatures of other packs that it switches off."`
}

// Receiver is one place that news of alerts is sent to.
type Receiver struct {
	Name     string `json:"name" minLength:"1" maxLength:"64"`
	Notifier string `json:"notifier" minLength:"1" maxLength:"64" doc:"Kind of receiver, as webhook."`
	Enabled  bool   `json:"enabled"`
	// MinSeverity is the least severity that is sent.
	MinSeverity heron.Severity `json:"min_severity"`
	// Config is the notifier's own; secrets are masked when read.
	Config json.RawMessage `json:"config"`
}
