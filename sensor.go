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
}

// Stats counts what a sensor did since it started. Loss is data: every counter
// of it is here.
type Stats struct {
	Packets        uint64  `json:"packets"`
	Bytes          uint64  `json:"bytes"`
	Flows          uint64  `json:"flows"`
	Malformed      uint64  `json:"malformed"`
	Undecoded      uint64  `json:"undecoded,omitempty"`       // link or network type not known
	Unsupported    uint64  `json:"unsupported,omitempty"`     // of those, in an encapsulation that cannot be read
	KernelDrops    uint64  `json:"kernel_drops,omitempty"`    // frames the kernel had no room for
	TableEvictions uint64  `json:"table_evictions,omitempty"` // flows ended for want of room
	StreamGaps     uint64  `json:"stream_gaps,omitempty"`     // TCP bytes never seen
	StreamDrops    uint64  `json:"stream_drops,omitempty"`    // TCP bytes dropped for want of memory
	Late           uint64  `json:"late,omitempty"`            // packets older than the reordering window
	Panics         uint64  `json:"dissector_faults,omitempty"`
	Observations   uint64  `json:"observations,omitempty"` // distinct
	DroppedValues  uint64  `json:"dropped_values,omitempty"` // sightings beyond MaxValuesPerKey
	DroppedFacts   uint64  `json:"dropped_facts,omitempty"`  // sightings beyond what a second of traffic may tell
	DroppedEvents  uint64  `json:"dropped_events,omitempty"`
	CaptureSeconds float64 `json:"capture_seconds"`        // traffic time from first to last packet
	ElapsedSeconds float64 `json:"elapsed_seconds"`        // wall clock
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
	s.StreamDrops += o.StreamDrops
	s.Late += o.Late
	s.Panics += o.Panics
	s.Observations += o.Observations
	s.DroppedValues += o.DroppedValues
	s.DroppedFacts += o.DroppedFacts
	s.DroppedEvents += o.DroppedEvents
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
