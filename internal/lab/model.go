package lab

import (
	"net/netip"
	"time"

	"github.com/heron-iot/heron"
)

// Model is one product that the lab emulates: facts as its vendor ships them,
// the services it answers on, and what it does all day.
type Model struct {
	Name     string // unique, lower case with dashes
	Vendor   string
	Product  string
	Type     string // as heron.DeviceType.Name
	OS       string
	Firmware string
	// OUI begins the MAC address; "" for one made up at random, as phones do.
	OUI      string
	Hostname string // may hold {short}, the end of the serial number
	Zone     string // name of a zone of the site
	Stack    Stack
	// DHCP is what it says when it asks for an address; zero for one set by hand.
	DHCP     DHCPClient
	Services []Service
	Habits   []Habit
	// Adverts are announced by multicast DNS, UPnP by SSDP; NetBIOS is the name
	// it answers to, LLDP what it tells its neighbours. Each adds the service
	// and the habit that goes with it.
	Adverts []Advert
	UPnP    *UPnP
	NetBIOS string
	LLDP    *LLDP
	// Weak names weaknesses published for products of that line and age, as
	// CVE ids.
	Weak []string
	// Count is how many a site has; 0 is one.
	Count int
	// Role is how other models find it: gateway, broker, hl7 …
	Role string
}

// DHCPClient is how a device asks for an address (RFC 2132).
type DHCPClient struct {
	VendorClass string
	Params      []byte // parameter request list, in order
}

// Stack says whose TCP/IP it is, which shows in hop limits and options.
type Stack uint8

// The stacks.
const (
	Linux Stack = iota
	Windows
	Apple
	LWIP
	VxWorks
)

// Service is what a device answers on one port.
type Service struct {
	Protocol  string // as Wireshark's display filters spell it
	Transport heron.Transport
	Port      uint16
	// TLS wraps it (TCP only).
	TLS bool
	// Groups are multicast groups it listens to; ToGroup sends answers there.
	Groups  []netip.Addr
	ToGroup bool
	// Greeting is what the server says first; may be nil.
	Greeting func(h *Host) []byte
	// Answer reads one request from the start of q.Bytes; nil never answers.
	Answer func(h *Host, q Query) Reply
}

// Query is what a service was sent.
type Query struct {
	From    netip.AddrPort
	Bytes   []byte // a datagram, or what a stream brought and nobody used yet
	Session *Session
}

// Session is what a service remembers of one connection.
type Session struct {
	Step int
	User string

	// push sends unasked, where the player can; nil on tape. gone is called
	// when the connection ends.
	push func([]byte) bool
	gone []func()
}

func (s *Session) end() {
	for _, fn := range s.gone {
		fn()
	}
}

// Reply is what a service does about a query. Used of 0 with no Bytes waits
// for more of the stream.
type Reply struct {
	Used  int
	Bytes []byte
	Close bool
	// Broken tells that the protocol has no room for what came: see Config.Fragile.
	Broken bool
}

// Habit is something a device does again and again.
type Habit struct {
	Name string
	// First is when it begins, and Every how often it comes again, each with a
	// quarter of jitter; Every of 0 is once.
	First, Every time.Duration
	// Day keeps it to working hours (06:00 to 22:00, traffic time).
	Day bool
	Do  func(a *actor)
}

// Host is one emulated device at its place.
type Host struct {
	Name   string // unique in the site
	Model  *Model
	Index  int
	Serial string // twelve hex digits
	MAC    heron.MAC
	IP     netip.Addr
	// Here is where it answers, and says that it does: IP, but in a network on loopback.
	Here netip.Addr
	IPv6 netip.Addr // link-local
	site *Site

	retained retained // of an MQTT broker
}

// service returns what the host answers on a port, or nil.
func (h *Host) service(t heron.Transport, port uint16) *Service {
	for i := range h.Model.Services {
		s := &h.Model.Services[i]
		if s.Transport == t && s.Port == port {
			return s
		}
	}
	return nil
}

// ttl is the hop limit that the stack starts with.
func (s Stack) ttl() uint8 {
	switch s {
	case Windows:
		return 128
	case LWIP:
		return 255
	}
	return 64
}

// synOptions are the TCP options of its SYN, and its window.
func (s Stack) synOptions() ([]byte, uint16) {
	switch s {
	case Windows:
		return []byte{2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}, 64240
	case Apple:
		return []byte{2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 4, 2}, 65535
	case LWIP:
		return []byte{2, 4, 5, 0xb4}, 5744
	case VxWorks:
		return []byte{2, 4, 5, 0xb4, 1, 3, 3, 0}, 8192
	}
	return []byte{2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7}, 64240
}
