package flow

import "net/netip"

// direct tells the sink of a frame that came straight from whom its source address
// names: no router had counted its hop limit down. It is told of IPv4 addresses of
// the Internet alone, whose place nothing else shows without ARP, and of what they
// send to another such or to a group: what talks to a private address from outside
// comes through a translator, which may begin hop limits anew.
func (t *Table) direct(g *glance) {
	f := &t.frame
	if f.v6 || f.tunnel != 0 || f.src == f.dst || !f.srcIP.isInternet() || !f.dstIP.isInternet() && !f.dst.IsMulticast() {
		return
	}
	if g.plain {
		f.opens(g)
	}
	if isFirstHop(f.ttl, (f.srcIP.lo^f.dstIP.lo)>>8 == 0) {
		t.sink.Direct(t.sender(f.srcIP, true), f.ttl, f.time)
	}
}

// isFirstHop reports whether systems begin with that hop limit. Some begin with 60,
// which is also what is left of 64 after four routers: within a network it counts.
func isFirstHop(ttl uint8, adjacent bool) bool {
	switch ttl {
	case 30, 32, 64, 128, 255:
		return true
	}
	return ttl == 60 && adjacent
}

// shared are the addresses between subscribers and the translator of their provider (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// isInternet reports whether an IPv4 address is neither private, nor shared, nor of
// this link or host, nor of a group.
func (a addr) isInternet() bool {
	ip := a.netip(false)
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !shared.Contains(ip)
}
