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
	// Traffic is the sum of all that the device sent and received since Since.
	Traffic Traffic `json:"traffic"`
}

// Traffic is what a device sent and received.
type Traffic struct {
	BytesOut    uint64 `json:"bytes_out"`
	BytesIn     uint64 `json:"bytes_in"`
	PacketsOut  uint64 `json:"packets_out"`
	PacketsIn   uint64 `json:"packets_in"`
	ClientFlows uint64 `json:"client_flows"` // that it began
	ServerFlows uint64 `json:"server_flows"` // that others began with it
	// Of the bytes both ways, those of protocols that encrypt and of protocols
	// that do not; the rest is of protocols that are not known or may do either.
	BytesEncrypted uint64 `json:"bytes_encrypted"`
	BytesClear     uint64 `json:"bytes_clear"`
	// Packets by size and by the time since the one before of the same flow and
	// side, in the classes of Flow. What goes beyond a counter is not counted.
	SizesOut [FlowBuckets]uint32 `json:"sizes_out"`
	SizesIn  [FlowBuckets]uint32 `json:"sizes_in"`
	GapsOut  [FlowBuckets]uint32 `json:"gaps_out"`
	GapsIn   [FlowBuckets]uint32 `json:"gaps_in"`
	// Used and Offered are the services that it asked others for and that it
	// answered on, most flows first, at most 16 of each.
	Used    []ServiceUse `json:"used,omitempty"`
	Offered []ServiceUse `json:"offered,omitempty"`
}

// EncryptedShare returns how much of the traffic whose protocols tell is
// encrypted; not ok when none tells.
func (t *Traffic) EncryptedShare() (share float64, ok bool) {
	told := t.BytesEncrypted + t.BytesClear
	return float64(t.BytesEncrypted) / float64(max(told, 1)), told > 0
}

// ServiceUse is a service as traffic shows it.
type ServiceUse struct {
	Transport Transport `json:"transport"`
	Port      uint16    `json:"port,omitempty"` // absent where the transport has none
	Protocol  string    `json:"protocol,omitempty"`
	Flows     uint64    `json:"flows"`
	Last      Time      `json:"last_seen"` // to the second
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
	// Title is what the device is called, Zone and Purdue are where it stands; filled
	// in when peers are listed.
	Title    string `json:"title,omitempty"`
	Zone     string `json:"zone,omitempty"`
	Purdue   string `json:"purdue_level,omitempty"`
	Name     string `json:"name,omitempty"` // domain name, when known
	Address  string `json:"address"`
	Protocol string `json:"protocol,omitempty"`
	Port     uint16 `json:"port,omitempty"`
	BytesOut uint64 `json:"bytes_out"`
	BytesIn  uint64 `json:"bytes_in"`
	Flows    uint64 `json:"flows"`
	First    Time   `json:"first_seen"`
	Last     Time   `json:"last_seen"`
}
