// Package detect finds what is wrong. It holds what a detector is and the
// engine that runs them over flows, events and device changes, keeps the open
// alerts, and makes one alert of the same trouble seen again. One folder below
// it holds one detector family; all lists them; detecttest is their suite.
//
// Detection runs on traffic time alone: the same input gives the same alerts,
// live, replayed or split. One engine serves one site, from one goroutine.
package detect

import "github.com/heron-iot/heron"

// Watch says which inputs a detector wants; a set.
type Watch uint8

// The inputs.
const (
	WatchFlow Watch = 1 << iota
	WatchEvent
	WatchChange
	WatchClock  // called as traffic time moves, at most once a second
	WatchSensor // what a sensor counts, with each batch of it
)

// Detector describes one detector: data, and the function that begins it.
type Detector struct {
	ID       string // dotted: family, kind; as "scan.port"
	Title    string
	Severity heron.Severity
	Attack   []string // MITRE ATT&CK technique ids
	Watches  Watch
	// Events are the kinds it wants with WatchEvent; empty means all.
	Events []string
	// Doc says, for people: what it sees, when it fires, what fools it.
	Doc string
	// Start returns an evaluation with fresh state.
	Start func() Evaluate
}

// Evaluate looks at one input, which is lent to it, and signals what it found.
// State that it keeps must be bounded. It must depend on nothing but its inputs.
type Evaluate func(v View, in *Input, out func(Signal))

// Input is one thing that happened. Exactly one pointer is set, or none when
// only the clock moved.
type Input struct {
	Now  heron.Time
	Flow *heron.Flow
	// Still and Answered say what is not new in a report on a flow: nothing was
	// sent since the last one; the server had answered by then.
	Still, Answered bool
	Event           *heron.Event
	Change          *heron.DeviceChange
	Sensor          *Sensor
}

// Sensor is what a sensor counted up to a batch.
type Sensor struct {
	ID string
	// Epoch names its run: with another one the counters begin anew.
	Epoch string
	Seq   uint64 // of the batch in it, from 1
	Stats *heron.Stats
	// Last is set at the end of a capture file.
	Last bool
}

// View is what a detector may ask about the network.
type View interface {
	// DeviceAt returns the device that had the endpoint at that time, or nil.
	// The device must not be changed or kept.
	DeviceAt(e heron.Endpoint, at heron.Time) *heron.Device
	// Device returns the device with that id, or nil.
	Device(id string) *heron.Device
	// Since is the traffic time at which this site was first watched.
	Since() heron.Time
}

// Op says what becomes of an alert.
type Op uint8

// The operations. Raise of an open alert is a refresh.
const (
	Raise Op = iota + 1
	Clear
)

// Signal is what a detector says.
type Signal struct {
	Op Op
	// Key tells apart the troubles of one detector: a device, a pair of addresses.
	Key      string
	DeviceID string // whom the alert is about; may be empty
	Src, Dst string // addresses
	// Severity overrides the detector's when not Info.
	Severity   heron.Severity
	Confidence float64
	Summary    string           // one line: who did what to whom
	Evidence   heron.Attributes // the engine's from then on
	// First is when the trouble began; 0 means now.
	First heron.Time
}
