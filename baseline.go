package heron

// Baseline is what is normal for a device, learned in traffic time.
type Baseline struct {
	DeviceID string `json:"device_id"`
	Since    Time   `json:"since"`
	Until    Time   `json:"until"`
	// Maturity goes from 0 (just begun) to 1 (seven days with enough activity).
	Maturity float64 `json:"maturity"`
	// Features by name: bytes_out, bytes_in, packets_out, packets_in, peers.
	Features map[string]Tail `json:"features"`
	Peers    []Peer          `json:"peers"` // busiest first, at most 64
	// Hours is the share of traffic by hour of the day, UTC.
	Hours [24]float64 `json:"hours"`
}

// Tail summarises one feature over one-minute windows: enough to say which
// value would be out of the ordinary, and to draw it.
type Tail struct {
	Windows   uint64  `json:"windows"`
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
	Max       float64 `json:"max"`
	Threshold float64 `json:"threshold"` // above it is unusual; 0 while learning
	Last      float64 `json:"last"`
}

// Peer is another party that a device talks to.
type Peer struct {
	DeviceID string `json:"device_id,omitempty"`
	Title    string `json:"title,omitempty"` // what the device is called; filled in when peers are listed
	Name     string `json:"name,omitempty"`  // domain name, when known
	Address  string `json:"address"`
	Protocol string `json:"protocol,omitempty"`
	Port     uint16 `json:"port,omitempty"`
	BytesOut uint64 `json:"bytes_out"`
	BytesIn  uint64 `json:"bytes_in"`
	Flows    uint64 `json:"flows"`
	First    Time   `json:"first_seen"`
	Last     Time   `json:"last_seen"`
}
