package heron

// Sensor is a process that captures or probes.
type Sensor struct {
	ID       string   `json:"id"`
	SiteID   string   `json:"site_id,omitempty"`
	Name     string   `json:"name"`
	Version  string   `json:"version,omitempty"`
	Sources  []string `json:"sources,omitempty"` // interfaces or files
	State    string   `json:"state"`             // online, offline, never
	Created  Time     `json:"created"`
	LastSeen Time     `json:"last_seen,omitempty"` // wall clock
	// TrafficTime is the newest packet's time.
	TrafficTime Time  `json:"traffic_time,omitempty"`
	Stats       Stats `json:"stats"`
	// LastSeq is the last batch applied; batches are applied once.
	LastSeq uint64 `json:"last_seq"`
	// Of names the process that a source belongs to. That process is a sensor of
	// its own here, with Health, Config and the sums of its sources.
	Of     string        `json:"of,omitempty"`
	Health *SensorHealth `json:"health,omitempty"`
	// Config is what the process was told to do; Health says what became of it.
	Config *SensorConfig `json:"config,omitempty"`
}

// SensorHealth is what a process with sensors tells of itself, traffic or not.
type SensorHealth struct {
	Version string `json:"version,omitempty"`
	Started Time   `json:"started"`
	Sent    Time   `json:"sent"` // by the sensor's clock
	// ClockOffset is how far the core's clock is ahead of the sensor's, and
	// RoundTrip how long a report and its answer took: half of it is the error.
	ClockOffset float64        `json:"clock_offset_seconds"`
	RoundTrip   float64        `json:"round_trip_seconds"`
	CPU         float64        `json:"cpu"` // processors in use, since the last report
	Memory      uint64         `json:"memory_bytes"`
	Queue       int            `json:"queue"` // batches made that are not on disk yet
	Spool       SpoolHealth    `json:"spool"`
	Sources     []SourceHealth `json:"sources" nullable:"false"`
	// Applied is the version of the Config that is in force, Tried the last one
	// that came, and Fault why that is not in force.
	Applied int64  `json:"config_applied"`
	Tried   int64  `json:"config_tried,omitempty"`
	Fault   string `json:"config_fault,omitempty"`
	// Scanner is nil where the process makes no scans for others: it is the core's own,
	// or older than scans of sensors are.
	Scanner *ScannerHealth `json:"scanner,omitempty"`
}

// SpoolHealth is what waits on a sensor's disk for the core, and what was given
// up for want of room since the process began.
type SpoolHealth struct {
	Batches          uint64 `json:"batches"`
	Bytes            uint64 `json:"bytes"`
	MaxBytes         int64  `json:"max_bytes"`
	ShedFlows        uint64 `json:"shed_flows"`
	ShedObservations uint64 `json:"shed_observations"`
	ShedBatches      uint64 `json:"shed_batches"`
}

// SourceHealth is the state of one source.
type SourceHealth struct {
	ID          string `json:"id"`     // of the sensor that it is
	Source      string `json:"source"` // interface or address
	Packets     uint64 `json:"packets"`
	Bytes       uint64 `json:"bytes"`
	KernelDrops uint64 `json:"kernel_drops"`
	// Evidence is the ring of packets on disk; nil where none is kept.
	Evidence *EvidenceHealth `json:"evidence,omitempty"`
}

// EvidenceHealth is the state of a ring of packets.
type EvidenceHealth struct {
	Bytes   int64  `json:"bytes"`
	Packets uint64 `json:"packets"` // written since the process began
	Dropped uint64 `json:"dropped"` // not written: the disk was too slow, or full
	Oldest  Time   `json:"oldest,omitempty"`
}

// SensorConfig is what the core tells a process with sensors to do. What is not
// set stays as the process's own configuration says.
type SensorConfig struct {
	Version int64 `json:"version,omitempty" readOnly:"true"` // counts the changes
	// Filter is a capture filter in the language of pcap-filter; "" takes all.
	Filter *string `json:"filter,omitempty" maxLength:"4096"`
	// Local are networks of ours beside the private ranges.
	Local *[]string `json:"local,omitempty" maxItems:"256"`
	// Sources are the interfaces and addresses that are captured.
	Sources *[]string `json:"sources,omitempty" maxItems:"64"`
	// MaxFlows bounds the flows kept at once, of each source.
	MaxFlows *int `json:"max_flows,omitempty" minimum:"1024"`
	// SpoolBytes bounds what waits on disk for the core.
	SpoolBytes *int64 `json:"spool_bytes,omitempty" minimum:"16777216"`
	// EvidenceBytes bounds the ring of packets of each source; 0 keeps none.
	EvidenceBytes *int64 `json:"evidence_bytes,omitempty" minimum:"0"`
}

// SensorOrder is the core's answer to a report.
type SensorOrder struct {
	// Received and Now are when the report came and the answer went, by the core's clock.
	Received Time `json:"received"`
	Now      Time `json:"now"`
	// Config is sent until the process has tried it.
	Config *SensorConfig `json:"config,omitempty"`
	// Scans are all that the process shall make.
	Scans []ScanOrder `json:"scans,omitempty"`
}

// Stats counts what a sensor did since it started. Loss is data: every counter
// of it is here.
type Stats struct {
	Packets        uint64  `json:"packets"`
	Bytes          uint64  `json:"bytes"`
	Flows          uint64  `json:"flows"`
	Malformed      uint64  `json:"malformed"`
	Undecoded      uint64  `json:"undecoded,omitempty"`         // link or network type not known
	Unsupported    uint64  `json:"unsupported,omitempty"`       // of those, in an encapsulation that cannot be read
	KernelDrops    uint64  `json:"kernel_drops,omitempty"`      // frames the kernel had no room for
	TableEvictions uint64  `json:"table_evictions,omitempty"`   // flows ended for want of room
	StreamGaps     uint64  `json:"stream_gaps,omitempty"`       // TCP bytes never seen
	Gaps           uint64  `json:"gaps,omitempty"`              // holes in TCP streams, each at least one packet never seen
	StreamDrops    uint64  `json:"stream_drops,omitempty"`      // TCP bytes dropped for want of memory
	Fragments      uint64  `json:"fragments_dropped,omitempty"` // IP fragments that never became a datagram
	OneWay         uint64  `json:"one_way_flows,omitempty"`     // TCP flows that carried payload, seen of one side only
	ClockJumps     uint64  `json:"clock_jumps,omitempty"`       // back by more than the reordering window, or ahead by more than an hour
	Late           uint64  `json:"late,omitempty"`              // packets older than the reordering window
	Panics         uint64  `json:"dissector_faults,omitempty"`
	Observations   uint64  `json:"observations,omitempty"`   // distinct
	DroppedValues  uint64  `json:"dropped_values,omitempty"` // sightings beyond MaxValuesPerKey
	DroppedFacts   uint64  `json:"dropped_facts,omitempty"`  // sightings beyond what a second of traffic may tell
	DroppedEvents  uint64  `json:"dropped_events,omitempty"`
	Unplaced       uint64  `json:"unplaced_observations,omitempty"` // the inventory had no room for them or whom they are about
	ShedFlows      uint64  `json:"shed_flows,omitempty"`            // reports left out for want of room on the way to the core
	ShedFacts      uint64  `json:"shed_observations,omitempty"`
	CaptureSeconds float64 `json:"capture_seconds"` // traffic time from first to last packet
	ElapsedSeconds float64 `json:"elapsed_seconds"` // wall clock
}

// Add adds what another part of the same sensor counted. Times are left alone.
func (s *Stats) Add(o *Stats) {
	s.Packets += o.Packets
	s.Bytes += o.Bytes
	s.Flows += o.Flows
	s.Malformed += o.Malformed
	s.Undecoded += o.Undecoded
	s.Unsupported += o.Unsupported
	s.KernelDrops += o.KernelDrops
	s.TableEvictions += o.TableEvictions
	s.StreamGaps += o.StreamGaps
	s.Gaps += o.Gaps
	s.StreamDrops += o.StreamDrops
	s.Fragments += o.Fragments
	s.OneWay += o.OneWay
	s.ClockJumps += o.ClockJumps
	s.Late += o.Late
	s.Panics += o.Panics
	s.Observations += o.Observations
	s.DroppedValues += o.DroppedValues
	s.DroppedFacts += o.DroppedFacts
	s.DroppedEvents += o.DroppedEvents
	s.Unplaced += o.Unplaced
	s.ShedFlows += o.ShedFlows
	s.ShedFacts += o.ShedFacts
}

// Batch is what a sensor sends: what it learned since the last one, in traffic
// order. Seq grows by one from batch to batch of one sensor's Epoch.
type Batch struct {
	SensorID string `json:"sensor_id"`
	SiteID   string `json:"site_id"`
	// Epoch names the sensor's run: a restarted sensor begins a new one.
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
	// Part numbers the pieces of a batch that was too large to send whole; 0 is
	// the first or only one.
	Part uint16 `json:"part,omitempty"`
	// Now is the traffic time that the sensor has reached.
	Now          Time          `json:"now"`
	Observations []Observation `json:"observations,omitempty"`
	Flows        []Flow        `json:"flows,omitempty"`
	Events       []Event       `json:"events,omitempty"`
	// Layers counts what flows cannot: protocols of the link, and encapsulations.
	Layers []ProtocolCount `json:"layers,omitempty"`
	Stats  Stats           `json:"stats"`
	// Last is set on the batch that ends a capture file.
	Last bool `json:"last,omitempty"`
	// Scan is set on the news of a scan: there is nothing else in it but observations.
	Scan *ScanNews `json:"scan,omitempty"`
}

// ProtocolCount counts the traffic of one protocol.
type ProtocolCount struct {
	Name    string `json:"name"`
	Flows   uint64 `json:"flows"` // 0 for what has none: ARP, VLAN tags …
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// ID is the batch's identity on the bus: the same batch sent twice is applied once.
func (b *Batch) ID() string {
	if b.Part > 0 {
		return DeriveID(b.SiteID, b.SensorID, b.Epoch, uitoa(b.Seq), uitoa(uint64(b.Part)))
	}
	return DeriveID(b.SiteID, b.SensorID, b.Epoch, uitoa(b.Seq))
}

func uitoa(v uint64) string {
	var b [20]byte
	i := len(b)
	for {
		i--
		b[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			return string(b[i:])
		}
	}
}

// Upload is a capture file given to the server to read.
type Upload struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	State   string `json:"state"` // waiting, reading, done, failed
	Done    int64  `json:"bytes_done"`
	Packets uint64 `json:"packets"`
	Devices int    `json:"devices"` // of our networks, that it told something new of
	Error   string `json:"error,omitempty"`
	By      string `json:"by"`
	Created Time   `json:"created"`
	Ended   Time   `json:"ended,omitempty"`
}

// Import is what the server took from a file of another system: DHCP leases, an
// inventory.
type Import struct {
	Format   string          `json:"format"`   // as it was read
	Hosts    int             `json:"hosts"`    // that were taken
	Devices  int             `json:"devices"`  // that are new, or changed
	Skipped  int             `json:"skipped"`  // lines or objects that were not taken
	Problems []ImportProblem `json:"problems"` // the first hundred of those
}

// ImportProblem is why one line or object of an import was not taken.
type ImportProblem struct {
	Line int    `json:"line"` // of the file, or the number of the object; from 1
	Why  string `json:"why"`
}
