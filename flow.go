package heron

import "net/netip"

// FlowState says how far a flow came.
type FlowState uint8

// The states of a flow. For UDP and other datagrams, Established means that
// both sides have sent.
const (
	FlowUnknown     FlowState = iota
	FlowAttempt               // asked, not answered yet
	FlowEstablished           // answered
	FlowRejected              // refused: TCP reset to the SYN, or ICMP unreachable
	FlowUnanswered            // nothing came back within the wait
	FlowClosed                // ended in order
	FlowReset                 // ended by reset
	FlowExpired               // idle too long
)

var flowStateNames = [...]string{
	"unknown", "attempt", "established", "rejected", "unanswered", "closed", "reset", "expired",
}

func (s FlowState) String() string { return enumName(flowStateNames[:], int(s)) }

// MarshalText implements encoding.TextMarshaler.
func (s FlowState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *FlowState) UnmarshalText(b []byte) error {
	return parseEnum(s, "flow state", flowStateNames[:], b)
}

// FlowBuckets is how many numbers the histograms of a flow have.
const FlowBuckets = 8

// Flow summarises one conversation: packets of one 5-tuple between a client,
// which sent first, and a server. A flow is reported when it opens, when its
// state changes, every minute of traffic time while it lives, and when it ends,
// at most once in a second of traffic time; each report carries the totals so
// far under the same ID.
type Flow struct {
	ID        FlowID    `json:"id"`
	Transport Transport `json:"transport"`
	Client    Endpoint  `json:"client"`
	Server    Endpoint  `json:"server"`
	// ClientPort and ServerPort are the ports, or ICMP type and code.
	ClientPort uint16 `json:"client_port,omitempty"`
	ServerPort uint16 `json:"server_port,omitempty"`
	Protocol   string `json:"protocol,omitempty"` // as Wireshark's filters spell it; "" = not known
	// Before is the protocol that the flow began with when it turned to Protocol
	// later: STARTTLS, an upgrade, a proxy; or one that Protocol carries inside it.
	Before string    `json:"before,omitempty"`
	State  FlowState `json:"state"`
	First  Time      `json:"first"`
	Last   Time      `json:"last"`
	// Counters from the client and from the server; bytes are those of the IP packets.
	ClientPackets uint64 `json:"client_packets"`
	ServerPackets uint64 `json:"server_packets"`
	ClientBytes   uint64 `json:"client_bytes"`
	ServerBytes   uint64 `json:"server_bytes"`
	// Payload is what was behind the transport headers.
	ClientPayload uint64 `json:"client_payload,omitempty"`
	ServerPayload uint64 `json:"server_payload,omitempty"`
	// Sizes counts packets by the length of the IP packet: below 64 bytes, below
	// 128, 256, 512, 1024, 2048, 4096, and more. Gaps counts them by the time since
	// the one before of the same side: below 128 µs, 1.024 ms, 8.2 ms, 66 ms, 0.52 s,
	// 4.2 s, 34 s, and more. No number goes beyond 65,535.
	ClientSizes [FlowBuckets]uint16 `json:"client_sizes,omitzero"`
	ServerSizes [FlowBuckets]uint16 `json:"server_sizes,omitzero"`
	ClientGaps  [FlowBuckets]uint16 `json:"client_gaps,omitzero"`
	ServerGaps  [FlowBuckets]uint16 `json:"server_gaps,omitzero"`
	// Repeats are TCP segments with nothing that was not sent before, Resets those
	// with RST.
	ClientRepeats uint16 `json:"client_repeats,omitempty"`
	ServerRepeats uint16 `json:"server_repeats,omitempty"`
	Resets        uint16 `json:"resets,omitempty"`
	// Exporter is who told of the flow, by NetFlow or the like, when its packets
	// were not seen.
	Exporter netip.Addr `json:"exporter,omitzero"`
	// Ended is set in the last report of a flow.
	Ended bool `json:"ended,omitempty"`
	// Number is the flow's place in its sensor's table: of flows that live at one
	// time each has another, and the numbers are as few as these flows.
	Number uint32 `json:"-"`
	// ClientDevice and ServerDevice are set by the core, from the inventory.
	ClientDevice string `json:"client_device,omitempty"`
	ServerDevice string `json:"server_device,omitempty"`
}

// Answered reports whether the server took what the client began.
func (f *Flow) Answered() bool {
	switch f.State {
	case FlowEstablished, FlowClosed:
		return true
	case FlowReset, FlowExpired:
		return f.ServerPackets > 0
	}
	return false
}

// FlowRecord is what an exporter says of one direction of a flow: what passed
// it since it said so last.
type FlowRecord struct {
	Exporter         netip.Addr
	Src, Dst         Endpoint
	SrcPort, DstPort uint16
	Protocol         uint8 // IP protocol number
	TCPFlags         uint8 // of all segments together
	Packets, Bytes   uint64
	First, Last      Time
}
