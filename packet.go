package heron

import "net/netip"

// LinkType is the link-layer header type of a capture, with the numbers of the
// pcap file format (draft-ietf-opsawg-pcaplinktype).
type LinkType uint16

// The link types that the decoder knows.
const (
	LinkNull           LinkType = 0   // BSD loopback, family in host order
	LinkEthernet       LinkType = 1   // IEEE 802.3, with 802.1Q and QinQ
	LinkPPP            LinkType = 9   // PPP, with or without its HDLC header
	LinkPPPSerial      LinkType = 50  // PPP in HDLC-like framing, or Cisco HDLC
	LinkPPPoE          LinkType = 51  // PPPoE session, with no Ethernet before it
	LinkRaw            LinkType = 101 // raw IPv4 or IPv6
	LinkCiscoHDLC      LinkType = 104 // Cisco HDLC
	Link80211          LinkType = 105 // IEEE 802.11
	LinkLoop           LinkType = 108 // OpenBSD loopback, family in network order
	LinkENC            LinkType = 109 // OpenBSD IPsec, then IP
	LinkLinuxSLL       LinkType = 113 // Linux cooked v1
	LinkPFLog          LinkType = 117 // log of the OpenBSD packet filter, then IP
	LinkPrism          LinkType = 119 // Prism header, then 802.11
	LinkRadiotap       LinkType = 127 // radiotap, then 802.11
	LinkAVS            LinkType = 163 // AVS header, then 802.11
	LinkPPI            LinkType = 192 // per-packet information, then another link type
	LinkWPAN           LinkType = 195 // IEEE 802.15.4 with its check sequence
	LinkWPANNonASK     LinkType = 215 // the same behind the preamble of the air
	LinkIPv4           LinkType = 228
	LinkIPv6           LinkType = 229
	LinkWPANNoFCS      LinkType = 230 // IEEE 802.15.4 without check sequence
	LinkNFLog          LinkType = 239 // log of the Linux firewall, then IP
	LinkNetAnalyzer    LinkType = 240 // Hilscher netANALYZER, then Ethernet
	LinkNetAnalyzerRaw LinkType = 241 // the same with the preamble of the wire
	LinkLinuxSLL2      LinkType = 276 // Linux cooked v2
	LinkWPANTAP        LinkType = 283 // IEEE 802.15.4 behind what the radio tells
)

// Known reports whether the decoder knows the link type.
func (l LinkType) Known() bool {
	switch l {
	case LinkNull, LinkEthernet, LinkPPP, LinkPPPSerial, LinkPPPoE, LinkRaw, LinkCiscoHDLC, Link80211, LinkLoop,
		LinkLinuxSLL, LinkRadiotap, LinkWPAN, LinkWPANNonASK, LinkIPv4, LinkIPv6, LinkWPANNoFCS, LinkLinuxSLL2,
		LinkENC, LinkPFLog, LinkPrism, LinkAVS, LinkPPI, LinkNFLog, LinkNetAnalyzer, LinkNetAnalyzerRaw, LinkWPANTAP:
		return true
	}
	return false
}

// Packet is one captured frame. Data is borrowed: it is valid only until the
// source is asked for the next packet.
type Packet struct {
	Time    Time
	Data    []byte // what was captured
	OrigLen int    // length on the wire, at least len(Data)
	Link    LinkType
	// Interface numbers the interface within its source; -1 where unknown.
	Interface int
}

// Transport says what carried a message.
type Transport uint8

// The transports.
const (
	TransportUnknown Transport = iota
	Link                       // a frame that is not IP: ARP, LLDP …
	TCP
	UDP
	ICMP // ICMPv4 and ICMPv6
	SCTP
	OtherIP
)

var transportNames = [...]string{"", "link", "tcp", "udp", "icmp", "sctp", "ip"}

// String returns the lower-case name, "" for TransportUnknown.
func (t Transport) String() string {
	if int(t) < len(transportNames) {
		return transportNames[t]
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (t Transport) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Transport) UnmarshalText(b []byte) error {
	for i, n := range transportNames {
		if n == string(b) {
			*t = Transport(i)
			return nil
		}
	}
	return Errorf(CodeInvalid, "transport %q: want link, tcp, udp, icmp, sctp or ip", b)
}

// Endpoint is one end of traffic as the wire showed it. Either address may be
// missing: MAC on captures without a link layer, IP on frames that are not IP.
// The MAC of a routed packet is the router's; who owns it is for the inventory
// to say.
type Endpoint struct {
	MAC  MAC        `json:"mac,omitzero"`
	IP   netip.Addr `json:"ip,omitzero"`
	VLAN uint16     `json:"vlan,omitempty"`
}

// Message is application payload on its way to a dissector: one datagram, one
// frame, or the not yet consumed bytes of one direction of a TCP stream. All of
// it is borrowed and re-used: copy what must outlive the call.
type Message struct {
	Time      Time
	Transport Transport
	EtherType uint16 // for Link; an LLC frame has its 802.3 length here (< 0x600)
	Src, Dst  Endpoint
	SrcPort   uint16
	DstPort   uint16
	// FromClient tells the direction: true from the side that began the flow.
	FromClient bool
	// Sequence counts the calls for this direction of this flow, from 0.
	Sequence uint32
	// Payload starts with the first byte not yet consumed.
	Payload []byte
	// Gap tells that bytes of the stream before Payload were never seen: the
	// capture began in its middle, or lost some. Payload may start anywhere.
	Gap bool
	// Flow is the flow's scratch space; nil for Link messages.
	Flow *FlowScratch
}

// FlowScratch is the part of a flow-table entry that belongs to dissection. It
// holds no pointers and is zero when the flow begins.
type FlowScratch struct {
	Protocol  uint16 // index into the dispatcher's list plus one; 0 = not known
	Before    uint16 // the same, of the protocol that the flow began with, when it turned to another, or of one that it carries
	Candidate uint16 // the same, of the protocol that Data is kept for while it is undecided
	Tries     uint8
	Settled   bool
	Told      uint8     // which facts about the flow itself were stated; a set of bits
	Quiet     bool      // the dissector knows messages of it that tell nothing at a glance
	Skip      [2]uint32 // stream bytes still to pass over, from the client and from the server
	Data      [12]byte  // the dissector's own
}

// Verdict is what a dissector wants next of a flow.
type Verdict struct {
	// Consumed is how many bytes of the payload are done with (TCP only; a
	// datagram is always consumed whole). The rest is offered again with more.
	Consumed int
	// Done says that this flow has nothing more to tell: from now on it is
	// only counted.
	Done bool
	// Undecided says that a datagram of a flow of no known protocol may be the
	// dissector's, which tells only from the next ones: it is asked first then,
	// and finds what it put into FlowScratch.Data.
	Undecided bool
	// Carries names a protocol that the message carried inside the dissector's own:
	// the flow is counted for that as well. "" when there is none.
	Carries string
	// WebSocket says that what follows on both streams is frames of WebSocket.
	WebSocket bool
}

// Subject is what an observation is about: an endpoint, and the port when the
// fact belongs to one service of it rather than to the whole.
type Subject struct {
	Endpoint
	Transport Transport `json:"transport,omitempty"`
	Port      uint16    `json:"port,omitempty"`
}

// Sender is the subject for facts about whoever sent m. The port is set only
// when the sender is the server, for a client's port says nothing.
func (m *Message) Sender() Subject {
	if m.FromClient || m.Transport == Link {
		return Subject{Endpoint: m.Src}
	}
	return Subject{Endpoint: m.Src, Transport: m.Transport, Port: m.SrcPort}
}

// Receiver is the subject for facts about whoever m was sent to.
func (m *Message) Receiver() Subject {
	if !m.FromClient || m.Transport == Link {
		return Subject{Endpoint: m.Dst}
	}
	return Subject{Endpoint: m.Dst, Transport: m.Transport, Port: m.DstPort}
}

// PacketQuery asks for packets that were kept: those between two times, of any
// of the hosts and, where there are peers, between a host and a peer. Addresses
// are IP or MAC addresses; no host means all packets of the time.
type PacketQuery struct {
	From  Time     `json:"from"`
	To    Time     `json:"to"`
	Hosts []string `json:"hosts,omitempty"`
	Peers []string `json:"peers,omitempty"`
	// MaxBytes bounds the answer.
	MaxBytes int64 `json:"max_bytes"`
}
