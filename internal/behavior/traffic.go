package behavior

import (
	"cmp"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// maxServices bounds the services of a device in one role.
const maxServices = 16

// role is the part that a device has in a flow.
type role uint8

const (
	asClient role = iota
	asServer
	roles
)

// secrecy is whether the protocol of a flow hides what it carries.
type secrecy uint8

const (
	untold secrecy = iota // the protocol is not known, or may do either
	inClear
	encrypted
	secrecies
)

func secrecyOf(protocol string) secrecy {
	switch protocol {
	case "dtls", "esp", "isakmp", "miio", "openvpn", "quic", "ssh", "tls", "tuya", "wg":
		return encrypted
	case "", "bittorrent", "gtp", "opcua", "rdp", "rtp", "s7comm_plus", "smb", "snmp", "socks":
		return untold
	}
	return inClear
}

// traffic is what a device did beside what is summed up by windows.
type traffic struct {
	bytes             [secrecies]uint64 // both ways; that of untold is left out
	flows             [roles]uint64
	sizesOut, sizesIn histogram
	gapsOut, gapsIn   histogram
}

// histogram counts packets in the classes of a flow.
type histogram [heron.FlowBuckets]uint32

func (h *histogram) add(more *[heron.FlowBuckets]uint16) {
	for i, n := range more {
		h[i] = min(h[i], math.MaxUint32-uint32(n)) + uint32(n)
	}
}

// service is one that a device uses or offers, without pointers.
type service struct {
	protocol, flows uint32
	last            uint32 // seconds
	port            uint16
	transport       heron.Transport
}

// servicePort is the port of the server, 0 where the transport has none.
func servicePort(f *heron.Flow) uint16 {
	switch f.Transport {
	case heron.TCP, heron.UDP, heron.SCTP:
		return f.ServerPort
	}
	return 0
}

// serve counts a flow for the service that it is of. A port is one service
// whatever it speaks; without one, the protocol tells.
func (s *state) serve(p *place, r role, f *heron.Flow, protocol uint32, u use) {
	if !u.counts {
		return
	}
	v := service{protocol: protocol, last: uint32(f.Last / heron.Second), port: servicePort(f), transport: f.Transport}
	if v.port == 0 && v.protocol == 0 {
		return
	}
	list := s.services[r]
	i := int(p.service)
	if i >= len(list) || !list[i].is(&v) {
		i = slices.IndexFunc(list, func(q service) bool { return q.is(&v) })
	}
	if i < 0 {
		p.service = s.begin(r, v)
		return
	}
	p.service = uint8(i)
	q := &list[i]
	q.flows += min(u.first, math.MaxUint32-q.flows)
	q.last = max(q.last, v.last)
	q.protocol = cmp.Or(v.protocol, q.protocol)
}

// is reports whether two are one service.
func (s *service) is(o *service) bool {
	return s.port == o.port && s.transport == o.transport && (s.port != 0 || s.protocol == o.protocol)
}

// begin lists a service and returns its place. When there is no room, that with
// the fewest flows makes it, the one of them that was quiet longest.
func (s *state) begin(r role, v service) uint8 {
	v.flows = 1 // at least the one that shows it, though it may have begun long before
	list := s.services[r]
	if n := len(list); n < maxServices {
		s.services[r] = append(list, v)
		return uint8(n)
	}
	least := 0
	for i := range list {
		if cmp.Or(cmp.Compare(list[i].flows, list[least].flows), cmp.Compare(list[i].last, list[least].last)) < 0 {
			least = i
		}
	}
	list[least] = v
	return uint8(least)
}

// trafficOf makes the noun out of the sums.
func (t *Tracker) trafficOf(s *state) heron.Traffic {
	return heron.Traffic{
		BytesOut: s.total(bytesOut), BytesIn: s.total(bytesIn), PacketsOut: s.total(packetsOut), PacketsIn: s.total(packetsIn),
		ClientFlows: s.flows[asClient], ServerFlows: s.flows[asServer],
		BytesEncrypted: s.bytes[encrypted], BytesClear: s.bytes[inClear],
		SizesOut: s.sizesOut, SizesIn: s.sizesIn, GapsOut: s.gapsOut, GapsIn: s.gapsIn,
		Used: t.servicesOf(s.services[asClient]), Offered: t.servicesOf(s.services[asServer]),
	}
}

// servicesOf returns services, most flows first.
func (t *Tracker) servicesOf(list []service) []heron.ServiceUse {
	var out []heron.ServiceUse
	for _, s := range list {
		out = append(out, heron.ServiceUse{
			Transport: s.transport, Port: s.port, Protocol: t.words.text(s.protocol),
			Flows: uint64(s.flows), Last: heron.Time(s.last) * heron.Second,
		})
	}
	slices.SortFunc(out, func(a, b heron.ServiceUse) int {
		return cmp.Or(cmp.Compare(b.Flows, a.Flows), cmp.Compare(a.Transport, b.Transport),
			cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol))
	})
	return out
}

// restoreTraffic takes back stored sums.
func (t *Tracker) restoreTraffic(s *state, n *heron.Traffic) {
	s.past = [peers]uint64{n.BytesOut, n.BytesIn, n.PacketsOut, n.PacketsIn}
	s.traffic = traffic{
		flows:    [roles]uint64{n.ClientFlows, n.ServerFlows},
		bytes:    [secrecies]uint64{inClear: n.BytesClear, encrypted: n.BytesEncrypted},
		sizesOut: n.SizesOut, sizesIn: n.SizesIn, gapsOut: n.GapsOut, gapsIn: n.GapsIn,
	}
	for r, list := range [roles][]heron.ServiceUse{n.Used, n.Offered} {
		s.services[r] = nil
		for _, u := range list[:min(len(list), maxServices)] {
			s.services[r] = append(s.services[r], service{
				protocol: t.words.number(u.Protocol), flows: uint32(min(u.Flows, math.MaxUint32)),
				last: uint32(u.Last / heron.Second), port: u.Port, transport: u.Transport,
			})
		}
	}
}
