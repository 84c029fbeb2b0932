package inventory

import (
	"bytes"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// Limits beyond which a MAC is taken for a forwarder of other hosts' packets.
const (
	maxAliases = 4 // addresses that a MAC only sent from
	maxClaims  = 8 // IPv4 addresses that a MAC claimed: more is proxy ARP (RFC 1027)
)

// unheard is how long a host that is there may go without an observation: what
// is known already is sent again once an hour.
const unheard = heron.Hour + 5*heron.Minute

// segment is an IPv4 /24 or an IPv6 /64: the part of the network in which one
// host on the link makes it likely that the others are too.
type segment struct {
	onLink bool
	ends   []*endpoint // in it, while it is not on the link
}

// privateRanges are the networks that nobody has on the Internet: RFC 1918,
// RFC 3927, RFC 4193, RFC 4291 §2.4, RFC 6598 and loopback.
func privateRanges() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
		"::1/128", "fc00::/7", "fe80::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// isLocal reports whether an address is on a network that we watch.
func (v *Inventory) isLocal(ip netip.Addr) bool {
	if v.isOurs(ip) {
		return true
	}
	s := v.segments[segmentOf(ip)]
	return s != nil && s.onLink
}

// isLocal is that of an address that has a node.
func (n *node) isLocal() bool { return n.ours || n.segment.onLink }

// isOurs reports whether an address is local whatever is seen of its segment.
func (v *Inventory) isOurs(ip netip.Addr) bool {
	return ip.IsLinkLocalUnicast() || slices.ContainsFunc(v.local, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// segmentOf returns the segment that ip is in.
func segmentOf(ip netip.Addr) netip.Prefix {
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	p, _ := ip.Prefix(bits) // bits is always right for the family
	return p
}

// joinSegment files an endpoint under its segment. An IPv6 segment is on the
// link when an address in it is made from the MAC (RFC 4291 §2.5.1), or when
// two MACs send from it: what lies beyond a router comes through one.
func (v *Inventory) joinSegment(end *endpoint) {
	ip := end.ip.ip
	s := end.ip.segment
	if s.onLink {
		return
	}
	s.ends = append(s.ends, end)
	if end.mac == nil || isVirtualRouter(end.mac.mac) || ip.Is4() {
		return
	}
	another := slices.ContainsFunc(s.ends, func(o *endpoint) bool {
		return o.mac != nil && o.mac != end.mac && !isVirtualRouter(o.mac.mac)
	})
	if another || isEUI64(ip, end.mac.mac) {
		v.onLink(ip)
	}
}

// segment finds or makes the segment of an address.
func (v *Inventory) segment(ip netip.Addr) *segment {
	key := segmentOf(ip)
	s := v.segments[key]
	if s == nil {
		s = &segment{}
		v.segments[key] = s
	}
	return s
}

// onLink records that a segment is on the link, and lets everything in it be
// judged again.
func (v *Inventory) onLink(ip netip.Addr) {
	s := v.segment(ip)
	if s.onLink {
		return
	}
	s.onLink = true
	for _, e := range s.ends {
		v.dirty.node(e.ip)
		if e.mac != nil {
			v.dirty.mac(e.mac)
		}
	}
	s.ends = nil
}

// isEUI64 reports whether the interface identifier of ip is made from mac.
func isEUI64(ip netip.Addr, mac heron.MAC) bool {
	if !ip.Is6() {
		return false
	}
	a := ip.As16()
	return bytes.Equal(a[8:], []byte{mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]})
}

// isVirtualRouter reports whether a MAC is shared by the routers of a group:
// VRRP and CARP (RFC 9568 §7.3), HSRP 1 and 2, GLBP. It belongs to whichever
// of them is active, so it says nothing of who sent.
func isVirtualRouter(m heron.MAC) bool {
	switch [3]byte(m[:3]) {
	case [3]byte{0x00, 0x00, 0x5e}:
		return m[3] == 0 && (m[4] == 1 || m[4] == 2)
	case [3]byte{0x00, 0x00, 0x0c}:
		return (m[3] == 0x07 && m[4] == 0xac) || (m[3] == 0x9f && m[4]&0xf0 == 0xf0)
	case [3]byte{0x00, 0x05, 0x73}:
		return m[3] == 0xa0 && m[4]&0xf0 == 0
	case [3]byte{0x00, 0x07, 0xb4}:
		return m[3] == 0
	}
	return false
}

// passesOn reports whether a MAC carries packets of hosts behind it.
func (n *node) passesOn() bool {
	if n.overflow {
		return true
	}
	for _, e := range n.endpoints {
		if e.ip != nil && e.frames != unseen && !e.own {
			return true
		}
	}
	return false
}

// classify decides which of a MAC's addresses are its own, and marks as dirty
// the addresses for which that changed.
func (v *Inventory) classify(n *node) {
	c := v.census(n)
	for _, e := range n.endpoints {
		own := e.ip != nil && v.isOwn(n, e, c)
		if own == e.own {
			continue
		}
		e.own = own
		v.owned(e)
		v.dirty.node(e.ip)
		v.dirty.node(n)
	}
	if routes := n.passesOn(); routes != n.routes {
		n.routes = routes
		v.dirty.node(n)
	}
}

// census counts what a MAC was seen with.
type census struct {
	claims   int // IPv4 addresses claimed
	claimed  *endpoint
	aliases  int // unclaimed addresses on a link we know
	strange  int // unclaimed local addresses of no known link
	direct   int // addresses elsewhere that no router passed on
	forwards bool
}

// census counts the addresses of a MAC by what speaks for them.
func (v *Inventory) census(n *node) census {
	c := census{forwards: n.overflow}
	for _, e := range n.endpoints {
		switch {
		case e.ip == nil:
		case e.claimed && e.ip.ip.Is4():
			c.claims++
			if c.claimed == nil || e.first < c.claimed.first {
				c.claimed = e
			}
		case e.claimed, e.ip.ip.IsLinkLocalUnicast(), isEUI64(e.ip.ip, n.mac):
		case !e.ip.isLocal() && e.frames == direct:
			c.direct++
		case !e.ip.isLocal():
			c.forwards = c.forwards || e.frames != unseen
		case e.ip.segment.onLink:
			if e.ip.ip.Is4() && e.frames != unseen {
				c.aliases++
			}
		case e.ip.ip.Is4() && e.frames != unseen:
			c.strange++
		}
	}
	if c.direct > maxAliases || c.direct > 0 && c.claims+c.aliases+c.strange > 0 {
		c.forwards = true // who has an address here passes on those of elsewhere
	}
	return c
}

// isOwn reports whether the address of e belongs to its MAC, by what the MAC
// alone shows. Who of several has it at a time is for its contest to say.
func (v *Inventory) isOwn(n *node, e *endpoint, c census) bool {
	ip := e.ip.ip
	switch {
	case e.leased != 0:
		return true
	case e.claimed && ip.Is4() && c.claims > maxClaims:
		return e == c.claimed // proxy ARP: its own is what it claimed first
	case e.claimed:
		return true
	case isVirtualRouter(n.mac):
		return false
	case !e.ip.isLocal():
		return e.frames == direct && !c.forwards
	case ip.IsLinkLocalUnicast(), isEUI64(ip, n.mac):
		return true
	case ip.Is6():
		return e.ip.segment.onLink || !c.forwards
	case e.ip.segment.onLink:
		return c.aliases <= maxAliases && !e.claimedByOther
	case c.claims > 0:
		return false // it has an address on a link, and this one is elsewhere
	}
	if c.forwards {
		return c.strange == 0 || (c.strange == 1 && e.frames != unseen)
	}
	return c.strange <= 2
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
