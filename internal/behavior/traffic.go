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
	fewServices = 4
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
	flows     uint32
	last      uint32 // seconds
	protocol  uint16
	port      uint16
	transport heron.Transport
	role      role
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
func (s *state) serve(k *known, r role, f *heron.Flow, u use) {
	if !u.counts {
		return
	}
	v := service{protocol: k.protocol, last: uint32(f.Last / heron.Second), port: servicePort(f), transport: f.Transport, role: r}
	if v.port == 0 && v.protocol == 0 {
		return
	}
	i := int(k.services[r])
	if i >= int(s.services) || !s.service(i).is(&v) {
		i = s.lookUp(&v)
	}
	if i < 0 {
		k.services[r] = s.list(v)
		return
	}
	k.services[r] = uint8(i)
	q := s.service(i)
	q.flows += min(u.first, math.MaxUint32-q.flows)
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
func (s *state) lookUp(v *service) int {
	for i := range int(s.services) {
		if s.service(i).is(v) {
			return i
		}
	}
	return -1
}

// is reports whether two are one service.
func (s *service) is(o *service) bool {
	return s.port == o.port && s.transport == o.transport && s.role == o.role && (s.port != 0 || s.protocol == o.protocol)
}

// list adds a service and returns its place. When there is no room, that with
// the fewest flows makes it, the one of them that was quiet longest.
func (s *state) list(v service) uint8 {
	v.flows = 1 // at least the one that shows it, though it may have begun long before
	least, count := -1, 0
	for i := range int(s.services) {
		q := s.service(i)
		if q.role != v.role {
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
	return heron.Traffic{
		BytesOut: s.total(bytesOut), BytesIn: s.total(bytesIn), PacketsOut: s.total(packetsOut), PacketsIn: s.total(packetsIn),
		ClientFlows: s.flows[asClient], ServerFlows: s.flows[asServer],
		BytesEncrypted: s.bytes[encrypted-1], BytesClear: s.bytes[inClear-1],
		SizesOut: *s.histogram(sizesOut), SizesIn: *s.histogram(sizesIn),
		GapsOut: *s.histogram(gapsOut), GapsIn: *s.histogram(gapsIn),
		Used: t.servicesOf(s, asClient), Offered: t.servicesOf(s, asServer),
	}
}

// servicesOf returns the services of a device in a role, most flows first.
func (t *Tracker) servicesOf(s *state, r role) []heron.ServiceUse {
	var out []heron.ServiceUse
	for i := range int(s.services) {
		q := s.service(i)
		if q.role != r {
			continue
		}
		out = append(out, heron.ServiceUse{
			Transport: q.transport, Port: q.port, Protocol: t.protocols.text(uint32(q.protocol)),
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
	s.lanes, s.packets = [histograms]lanes{}, [histograms]histogram{n.SizesOut, n.SizesIn, n.GapsOut, n.GapsIn}
	s.services, s.more = 0, nil
	for r, list := range [roles][]heron.ServiceUse{n.Used, n.Offered} {
		for _, u := range list[:min(len(list), maxServices)] {
			s.enlist(service{
				protocol: uint16(t.protocols.number(u.Protocol)), flows: uint32(min(u.Flows, math.MaxUint32)),
				last: uint32(u.Last / heron.Second), port: u.Port, transport: u.Transport, role: role(r),
			})
		}
	}
}
