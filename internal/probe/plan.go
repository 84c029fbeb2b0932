package probe

import (
	"context"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// What a step sends.
const (
	SendARP     = "arp who-has" // to the whole link
	SendEcho    = "icmp echo"
	SendConnect = "tcp connect" // a full handshake, closed in order
	SendTLS     = "tls hello"   // over the connection
	SendRequest = "request"     // over the connection, or a datagram
)

// Step is something that a scan would send to a host. The last packets of a
// connection, which the system sends, go with SendConnect.
type Step struct {
	Host  netip.Addr `json:"host"`
	Send  string     `json:"send"`
	Port  uint16     `json:"port,omitempty"`
	Probe string     `json:"probe,omitempty"`
	// Bytes are the payload, in the printable form of Go; requests that depend on
	// an answer are shown as they would be after the imaginary one.
	Bytes []byte `json:"bytes,omitempty"`
	// Times is how often it is sent at most.
	Times int `json:"at_most"`
	// If says on what it depends; empty is on nothing.
	If string `json:"if,omitempty"`
}

// On what a step depends.
const (
	IfSilent = "nothing else tells whether the host is there"
	IfThere  = "the host is there"
	IfOpen   = "the port is open, and it is not known yet what the host is"
	IfUnsure = "the host is there, and it is not known yet what it is"
	IfMaker  = "the host's network card is of a maker of such devices, and it is not known yet what it is"
	IfPrint  = "the port is open, other answers show that the host is a printer, and it is not known yet which"
	IfSafe   = "the port is open, the host is no control device, and it is not known yet what it is"
)

// Plan lists all that a scan of hosts would send at most, in order. Where answers
// lead (see Follow) is not in it: that is known only then.
func (s *Scanner) Plan(ctx context.Context, area Area, fn func(Step)) error {
	near := s.o.Links
	if near == nil {
		var err error
		if near, err = Links(); err != nil {
			return err
		}
	}
	for _, h := range area.Hosts {
		if s.skip(h) {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s.planSearch(near, h, fn)
		s.planHost(ctx, h, fn)
	}
	return nil
}

// planSearch plans how a host is found.
func (s *Scanner) planSearch(near []netip.Prefix, h Host, fn func(Step)) {
	switch {
	case h.Addr.IsLoopback():
	case h.Addr.Is4() && slices.ContainsFunc(near, func(n netip.Prefix) bool { return n.Contains(h.Addr) }):
		fn(Step{Host: h.Addr, Send: SendARP, Times: len(rounds)})
	default:
		fn(Step{Host: h.Addr, Send: SendEcho, Bytes: echoMessage(h.Addr.Is6(), 1), Times: len(farRounds)})
		for _, port := range knockPorts {
			fn(Step{Host: h.Addr, Send: SendConnect, Port: port, Times: 1, If: IfSilent})
		}
	}
}

// planHost plans what a host is asked.
func (s *Scanner) planHost(ctx context.Context, h Host, fn func(Step)) {
	h.Control = h.Control || s.o.Careful || controlMaker(h.MAC)
	h.anyMaker = h.MAC == heron.MAC{}
	var doors []door
	if !h.Control {
		doors = s.controlDoors()
	}
	for _, stage := range s.stages(h) {
		for _, d := range stage {
			if !slices.ContainsFunc(doors, func(x door) bool { return x.key() == d.key() }) {
				doors = append(doors, d)
			}
		}
	}
	for _, d := range doors {
		s.planDoor(ctx, h, d, fn)
	}
}

func (s *Scanner) planDoor(ctx context.Context, h Host, d door, fn func(Step)) {
	h.Printer = silentPort(d.transport, d.port) // it may turn out to be one
	list := s.questions(h, d)
	if d.transport == heron.TCP {
		when := IfUnsure
		if d.always && !s.o.Hasty {
			when = IfThere
		}
		// One more where it is silent, or one for each probe that is left.
		fn(Step{Host: h.Addr, Send: SendConnect, Port: d.port, Times: max(2, len(list)), If: when})
	}
	for _, q := range list {
		when, times := IfOpen, 1
		switch {
		case d.transport == heron.UDP && len(q.probe.Makers) > 0 && !s.o.Thorough:
			when, times = IfMaker, 2
		case d.transport == heron.UDP:
			when, times = IfUnsure, 2
			if q.probe.Once {
				times = 1
			}
			if d.always && !s.o.Hasty {
				when = IfThere
			}
		case q.probe.Printers:
			when = IfPrint
		case !q.probe.Control:
			when = IfSafe
		}
		if q.target.TLS {
			fn(Step{Host: h.Addr, Send: SendTLS, Port: d.port, Probe: q.probe.Name, Times: 1, If: when})
		}
		for _, b := range q.probe.Requests(ctx, q.target) {
			fn(Step{Host: h.Addr, Send: SendRequest, Port: d.port, Probe: q.probe.Name, Bytes: b, Times: times, If: when})
		}
	}
}
