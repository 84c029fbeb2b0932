package behavior

import (
	"cmp"
	"math"
	"slices"

	"github.com/heron-iot/heron"
)

// maxServices bounds the services of a device in one role; fewServices, which
// are of either, are kept where they are soon found.
const (
	maxServices = 16
	fewServices = 3
)

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

// service is one that a device uses or offers, without pointers.
type service struct {
	flows    uint32
	last     uint32 // seconds
	kind     uint32 // port, transport and role, from the highest octets on
	protocol uint16
}

func (v *service) port() uint16 { return uint16(v.kind >> 16) }

func (v *service) transport() heron.Transport { return heron.Transport(v.kind >> 8) }

func (v *service) role() role { return role(v.kind) }

// kindOf is what a service is told from others by, if it has a port.
func kindOf(port uint16, transport heron.Transport, r role) uint32 {
	return uint32(port)<<16 | uint32(transport)<<8 | uint32(r)
}

// serviceOf returns the service that a flow is of, for its client. Where the
// transport has no ports, it has none.
func serviceOf(f *heron.Flow, protocol uint16) service {
	v := service{protocol: protocol, last: uint32(f.Last / heron.Second), kind: kindOf(0, f.Transport, asClient)}
	switch f.Transport {
	case heron.TCP, heron.UDP, heron.SCTP:
		v.kind |= kindOf(f.ServerPort, 0, 0)
	}
	return v
}

// serve counts a flow for the service that it is of. A port is one service
// whatever it speaks; without one, the protocol tells.
func (s *state) serve(e *end, g *gain, r role, v service) {
	if !g.counts || v.port() == 0 && v.protocol == 0 {
		return
	}
	v.kind |= kindOf(0, 0, r)
	i := int(e.service)
	if i >= int(s.services) || !s.service(i).is(v) {
		i = s.lookUp(v)
	}
	if i < 0 {
		e.service = s.list(v)
		return
	}
	e.service = uint8(i)
	q := s.service(i)
	q.flows += min(g.first, math.MaxUint32-q.flows)
	q.last = max(q.last, v.last)
	q.protocol = cmp.Or(v.protocol, q.protocol)
}

// service returns the service at a place.
func (s *state) service(i int) *service {
	if i < fewServices {
		return &s.few[i]
	}
	return &s.more[i-fewServices]
}

// lookUp returns the place of a service, negative for none.
func (s *state) lookUp(v service) int {
	for i := range int(s.services) {
		if s.service(i).is(v) {
			return i
		}
	}
	return -1
}

// is reports whether two are one service.
func (v *service) is(o service) bool {
	return v.kind == o.kind && (v.port() != 0 || v.protocol == o.protocol)
}

// list adds a service and returns its place. When there is no room, that with
// the fewest flows makes it, the one of them that was quiet longest.
func (s *state) list(v service) uint8 {
	v.flows = 1 // at least the one that shows it, though it may have begun long before
	least, count := -1, 0
	for i := range int(s.services) {
		q := s.service(i)
		if q.role() != v.role() {
			continue
		}
		count++
		if least < 0 || cmp.Or(cmp.Compare(q.flows, s.service(least).flows), cmp.Compare(q.last, s.service(least).last)) < 0 {
			least = i
		}
	}
	if count >= maxServices {
		*s.service(least) = v
		return uint8(least)
	}
	return s.enlist(v)
}

// enlist adds a service where there is room.
func (s *state) enlist(v service) uint8 {
	i := s.services
	if s.services++; i < fewServices {
		s.few[i] = v
	} else {
		s.more = append(s.more, v)
	}
	return i
}

// trafficOf makes the noun out of the sums.
func (t *Tracker) trafficOf(s *state) heron.Traffic {
	s.out.settle(&s.sent)
	s.in.settle(&s.received)
	return heron.Traffic{
		BytesOut: s.total(bytesOut), BytesIn: s.total(bytesIn), PacketsOut: s.total(packetsOut), PacketsIn: s.total(packetsIn),
		ClientFlows: s.flows[asClient], ServerFlows: s.flows[asServer],
		BytesEncrypted: s.bytes[encrypted-1], BytesClear: s.bytes[inClear-1],
		SizesOut: s.sent.sizes, SizesIn: s.received.sizes, GapsOut: s.sent.gaps, GapsIn: s.received.gaps,
		Used: t.servicesOf(s, asClient), Offered: t.servicesOf(s, asServer),
	}
}

// servicesOf returns the services of a device in a role, most flows first.
func (t *Tracker) servicesOf(s *state, r role) []heron.ServiceUse {
	var out []heron.ServiceUse
	for i := range int(s.services) {
		q := s.service(i)
		if q.role() != r {
			continue
		}
		out = append(out, heron.ServiceUse{
			Transport: q.transport(), Port: q.port(), Protocol: t.protocols.text(uint32(q.protocol)),
			Flows: uint64(q.flows), Last: heron.Time(q.last) * heron.Second,
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
	s.flows = [roles]uint64{n.ClientFlows, n.ServerFlows}
	s.bytes = [secrecies - 1]uint64{n.BytesClear, n.BytesEncrypted}
	s.timed = s.traffic()
	s.out, s.in = classes{}, classes{}
	s.sent, s.received = tally{n.SizesOut, n.GapsOut}, tally{n.SizesIn, n.GapsIn}
	s.services, s.more = 0, nil
	for r, list := range [roles][]heron.ServiceUse{n.Used, n.Offered} {
		for _, u := range list[:min(len(list), maxServices)] {
			s.enlist(service{
				protocol: uint16(t.protocols.number(u.Protocol)), flows: uint32(min(u.Flows, math.MaxUint32)),
				last: uint32(u.Last / heron.Second), kind: kindOf(u.Port, u.Transport, role(r)),
			})
		}
	}
}
