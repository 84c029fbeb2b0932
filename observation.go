package heron

// Observation is one fact about something on the network, with where and when
// it was learned. Observations are immutable but for Last and Count: the same
// fact seen again only moves those.
type Observation struct {
	Subject
	Key    string `json:"key"`    // dotted: protocol, field, sub-field; see docs/observation-keys.md
	Value  string `json:"value"`  // at most MaxObservationValue bytes, valid UTF-8
	Source string `json:"source"` // dissector or probe that says so
	Sensor string `json:"sensor,omitempty"`
	First  Time   `json:"first"`
	Last   Time   `json:"last"`
	Count  uint64 `json:"count"`
}

// Limits on what one device may cost (architecture: at most 64 values a device and key).
const (
	MaxObservationValue = 1024
	MaxValuesPerKey     = 64
)

// Keys that stages agree on, beside those that dissectors document.
const (
	// KeyFrame: a frame from Subject.MAC carried Subject.IP as its source. Weak:
	// the MAC is a router's when the IP is not on the link. Value is the IP.
	KeyFrame = "link.frame"
	// KeyDirect: a frame from Subject.MAC with Subject.IP, an IPv4 address of the
	// Internet, to another such or to a group had a hop limit that systems begin with: no
	// router had passed it on. Value is the hop limit.
	KeyDirect = "link.direct"
	// KeyMAC: a frame came from Subject.MAC, with no IP. Value is the MAC.
	KeyMAC = "link.mac"
	// KeyARP: Subject.MAC claims Subject.IP in ARP (RFC 826) or NDP. Strong.
	KeyARP = "arp.sender"
	// KeyDHCPAddress: a server leased Value (an IP) to Subject.MAC. Strong.
	KeyDHCPAddress = "dhcp.address"
	// KeyService: Subject answers on Subject.Port. Value is "tcp/80" or "udp/53".
	KeyService = "service.open"
	// KeyServiceProtocol: the protocol spoken at Subject.Port. Value is "tcp/80/http".
	KeyServiceProtocol = "service.protocol"
	// KeyClientProtocol: Subject speaks Value (a protocol name) as a client.
	KeyClientProtocol = "client.protocol"
	// KeyClientPort: Subject contacts a port that says what it is. Value is "udp/123".
	KeyClientPort = "client.port"
	// KeyBanner: how a service greets that speaks no protocol known here, or what
	// Subject calls out to all. Value is the text at the start of its payload.
	KeyBanner = "banner"
	// KeyHostname: a name that Subject gave itself, whatever the protocol.
	KeyHostname = "host.name"
	// KeyContact: a name that Subject asked for or connected to (DNS or SNI).
	KeyContact = "contact.name"
)

// Keys that the sensor derives from flows.
const (
	// KeyInbound: a host on the Internet reached Subject.Port. Value is "tcp/80".
	KeyInbound = "flow.inbound"
	// KeyClearLogin: a login to Subject crossed the network in clear. Value is how:
	// basic, telnet, ftp …; never who, never the password.
	KeyClearLogin = "auth.cleartext"
	// KeyOutbound: Subject opened a connection to the Internet. Value is the
	// transport and server port, "tcp/443".
	KeyOutbound = "flow.outbound"
	// KeyTCPSyn and KeyTCPSynAck: how Subject's TCP opens connections, and answers.
	KeyTCPSyn    = "tcp.syn"
	KeyTCPSynAck = "tcp.synack"
	// KeyTTL: the hop limit that Subject's packets most likely begin with.
	KeyTTL = "ip.ttl"
)
