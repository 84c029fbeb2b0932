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

// traffic is the sum of all that a device sent and received.
type traffic struct {
	bytesOut, bytesIn     uint64
	packetsOut, packetsIn uint64
	bytes                 [secrecies]uint64 // both ways; that of untold is left out
	flows                 [roles]uint64
	sizesOut, sizesIn     histogram
	gapsOut, gapsIn       histogram
	services              [roles][]service
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

// add counts what a flow did, d being seen from the side of the device.
func (x *traffic) add(d *growth, f *heron.Flow, protocol uint32) {
	if d.secrecy != untold {
		rest := x.bytesOut + x.bytesIn - x.bytes[inClear] - x.bytes[encrypted]
		x.bytes[d.secrecy] += d.out.bytes + d.in.bytes + min(d.earlier, rest)
	}
	x.bytesOut += d.out.bytes
	x.bytesIn += d.in.bytes
	x.packetsOut += d.out.packets
	x.packetsIn += d.in.packets
	x.flows[d.role] += uint64(d.begun)
	x.sizesOut.add(&d.out.sizes)
	x.sizesIn.add(&d.in.sizes)
	x.gapsOut.add(&d.out.gaps)
	x.gapsIn.add(&d.in.gaps)
	if u := d.uses[d.role]; u.counts {
		x.serve(d.role, u.first, service{
			protocol: protocol, last: uint32(f.Last / heron.Second), port: servicePort(f), transport: f.Transport,
		})
	}
}

// servicePort is the port of the server, 0 where the transport has none.
func servicePort(f *heron.Flow) uint16 {
	switch f.Transport {
	case heron.TCP, heron.UDP, heron.SCTP:
		return f.ServerPort
	}
	return 0
}

// serve counts a service. A port is one service whatever it speaks; without
// one, the protocol tells. When there is no room, that with the fewest flows
// makes it, the one of them that was quiet longest.
func (x *traffic) serve(r role, first uint32, s service) {
	if s.port == 0 && s.protocol == 0 {
		return
	}
	list := x.services[r]
	least := 0
	for i := range list {
		q := &list[i]
		if q.port == s.port && q.transport == s.transport && (s.port != 0 || q.protocol == s.protocol) {
			q.flows += min(first, math.MaxUint32-q.flows)
			q.last = max(q.last, s.last)
			q.protocol = cmp.Or(s.protocol, q.protocol)
			return
		}
		if cmp.Or(cmp.Compare(q.flows, list[least].flows), cmp.Compare(q.last, list[least].last)) < 0 {
			least = i
		}
	}
	s.flows = 1 // at least the one that shows it, though it may have begun long before
	if len(list) < maxServices {
		x.services[r] = append(list, s)
		return
	}
	list[least] = s
}

// traffic makes the noun out of the sums.
func (t *Tracker) traffic(x *traffic) heron.Traffic {
	return heron.Traffic{
		BytesOut: x.bytesOut, BytesIn: x.bytesIn, PacketsOut: x.packetsOut, PacketsIn: x.packetsIn,
		ClientFlows: x.flows[asClient], ServerFlows: x.flows[asServer],
		BytesEncrypted: x.bytes[encrypted], BytesClear: x.bytes[inClear],
		SizesOut: x.sizesOut, SizesIn: x.sizesIn, GapsOut: x.gapsOut, GapsIn: x.gapsIn,
		Used: t.services(x.services[asClient]), Offered: t.services(x.services[asServer]),
	}
}

// services returns services, most flows first.
func (t *Tracker) services(list []service) []heron.ServiceUse {
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
func (t *Tracker) restoreTraffic(x *traffic, n *heron.Traffic) {
	*x = traffic{
		bytesOut: n.BytesOut, bytesIn: n.BytesIn, packetsOut: n.PacketsOut, packetsIn: n.PacketsIn,
		flows:    [roles]uint64{n.ClientFlows, n.ServerFlows},
		bytes:    [secrecies]uint64{inClear: n.BytesClear, encrypted: n.BytesEncrypted},
		sizesOut: n.SizesOut, sizesIn: n.SizesIn, gapsOut: n.GapsOut, gapsIn: n.GapsIn,
	}
	for r, list := range [roles][]heron.ServiceUse{n.Used, n.Offered} {
		for _, u := range list[:min(len(list), maxServices)] {
			x.services[r] = append(x.services[r], service{
				protocol: t.words.number(u.Protocol), flows: uint32(min(u.Flows, math.MaxUint32)),
				last: uint32(u.Last / heron.Second), port: u.Port, transport: u.Transport,
			})
		}
	}
}
