package flow

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

// isInternet reports whether an IPv4 address is neither private, nor shared, nor of
// this link, nor of a group: RFC 1918, RFC 6598, RFC 3927, RFC 1122 §3.2.1.3.
func (a addr) isInternet() bool {
	switch n := uint32(a.lo); {
	case n>>24 == 0, n>>24 == 10, n>>24 == 127, n>>28 >= 0xe:
		return false
	case n>>20 == 172<<4|1, n>>16 == 192<<8|168, n>>16 == 169<<8|254, n>>22 == 100<<2|1:
		return false
	}
	return true
}
