package flow

import (
	"math/bits"

	"github.com/heron-iot/heron"
)

// side is one end of a packet.
type side uint8

const (
	sideUnknown side = iota
	sideSender
	sideReceiver
)

// hints are what the transport header says of a new flow.
type hints struct {
	client side // who began; unknown leaves it to the ports
	awaits bool // an answer is expected
	// begins tells of a TCP SYN with this sequence number.
	begins bool
	seq    uint32
}

// order puts the lower end of a packet first, whose ends are in a and b; it
// reports whether that is the sender.
func (k *key) order(src, dst int) bool {
	if k.b.less(k.a) || k.a == k.b && dst < src {
		k.a, k.b = k.b, k.a
		k.ports = uint32(dst)<<16 | uint32(src)
		return false
	}
	k.ports = uint32(src)<<16 | uint32(dst)
	return true
}

// follow finds or opens the flow of the packet at hand and counts it there. It
// returns the flow and the packet's direction. TCP flows that open are told by
// the caller, who knows their state.
func (t *Table) follow(look *glance, protocol, src, dst int, h hints) (uint32, *entry, int) {
	g := t.found(look, protocol, src, dst)
	i := g.entry
	if i == 0 {
		return t.begin(g, protocol, src, dst, h)
	}
	e := t.slab.at(i)
	dir := e.direction(g.senderIsA)
	if h.begins && e.over(dir, h.seq) {
		t.end(i, e)
		return t.begin(g, protocol, src, dst, h)
	}
	t.fresh = false
	t.count(e, dir)
	e.used = true
	if dir == fromServer && protocol != protoTCP {
		t.answered(i, e)
	}
	return i, e, dir
}

// again is follow for a plain frame that the look at it found the flow of: nearly
// always so. e is nil where follow must be asked, which knows what may begin.
func (t *Table) again(look *glance) (i uint32, e *entry, dir int) {
	if look == nil || look.entry == 0 {
		return 0, nil, 0
	}
	i = look.entry
	e = t.slab.at(i)
	if !e.live || !e.key.is4(&look.key) {
		return 0, nil, 0
	}
	dir = e.direction(look.senderIsA)
	t.fresh, e.used = false, true
	t.count(e, dir)
	return i, e, dir
}

// begin is follow for a packet that opens a flow.
func (t *Table) begin(g *glance, protocol, src, dst int, h hints) (uint32, *entry, int) {
	t.fresh = true
	i := t.open(g, src, dst, h)
	e := t.slab.at(i)
	if protocol != protoTCP {
		t.tell(i, e)
	}
	return i, e, e.direction(g.senderIsA)
}

// direction is that of a packet from one end or the other.
func (e *entry) direction(senderIsA bool) int {
	dir := fromClient // no branch: which it is changes all the time
	if senderIsA != e.clientIsA {
		dir = fromServer
	}
	return dir
}

// setKey makes the key of the packet at hand, and reports whether its sender is
// the lower end. The ports of ICMP are its type and code, the same both ways.
func (t *Table) setKey(k *key, protocol, src, dst int) (senderIsA bool) {
	f := &t.frame
	k.a, k.b, k.tunnel, k.vlan, k.proto, k.v6 = f.srcIP, f.dstIP, f.tunnel, f.vlan, uint8(protocol), f.v6
	if protocol == protoICMP || protocol == protoICMPv6 {
		senderIsA = k.order(0, 0)
		k.ports = uint32(src)<<16 | uint32(dst)
		return senderIsA
	}
	return k.order(src, dst)
}

// open starts a flow with the packet at hand.
func (t *Table) open(g *glance, src, dst int, h hints) uint32 {
	if t.slab.live >= t.cfg.MaxFlows {
		t.evict()
	}
	f := &t.frame
	i, e := t.slab.alloc()
	t.stats.Flows++
	e.key, e.hash, e.live = g.key, g.hash, true
	e.first = f.time
	e.state = heron.FlowAttempt
	senderIsClient := h.client == sideSender ||
		h.client == sideUnknown && t.portRank(src) >= t.portRank(dst)
	e.clientIsA = senderIsClient == g.senderIsA
	e.awaits = h.awaits && senderIsClient && !f.dstIP.isGroup(f.v6) && f.dst != broadcast()
	dir := e.direction(g.senderIsA)
	t.count(e, dir)
	e.ends[1-dir].mac = f.dst
	t.index.insert(g.hash, i)
	e.reported = t.now
	t.schedule(i, e, e.deadline(t.now))
	return i
}

func broadcast() heron.MAC { return heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} }

// count adds the packet at hand to its flow.
func (t *Table) count(e *entry, dir int) {
	f, h := &t.frame, &e.halves[dir&1]
	if f.packets == 1 { // those that came in pieces, or were told of, have no one size
		if h.packets > 0 {
			bump(&h.gaps[gapBucket(f.time-h.last)%heron.FlowBuckets])
		}
		bump(&h.sizes[sizeBucket(f.bytes)%heron.FlowBuckets])
	}
	h.packets += uint64(f.packets)
	h.bytes += uint64(f.bytes)
	h.payload += uint64(f.payload)
	h.last = max(h.last, f.time)
	e.touched = t.now
	e.changed = true
	if o := &e.ends[dir&1]; t.minute >= o.sight || o.mac != f.src {
		o.sight = t.sight(f.srcIP, true)
		o.mac = f.src
	}
}

// bump adds one, as far as it goes.
func bump(n *uint16) {
	if v := *n + 1; v != 0 {
		*n = v
	}
}

// sizeBucket and gapBucket are the places of a packet in the histograms of
// heron.Flow.
func sizeBucket(bytes int) uint { return min(uint(bits.Len(uint(bytes)|63)-6), heron.FlowBuckets-1) }

func gapBucket(d heron.Time) uint {
	return min(uint(bits.Len64(uint64(max(d, 0))|63)-5)/3, heron.FlowBuckets-1)
}

// evict ends a flow that was quiet for long, to make room: each flow has a
// second chance if it had packets since the search passed it last.
func (t *Table) evict() {
	for {
		t.hand++
		if int(t.hand) >= t.slab.len() {
			t.hand = 1
		}
		e := t.slab.at(t.hand)
		if !e.live {
			continue
		}
		if e.used {
			e.used = false
			continue
		}
		t.stats.TableEvictions++
		t.end(t.hand, e)
		return
	}
}

// end tells the last of a flow and forgets it.
func (t *Table) end(i uint32, e *entry) {
	t.drain(i, e)
	if e.oneWay() {
		t.stats.OneWay++
	}
	t.emit(i, e, true)
	t.unschedule(e)
	t.index.remove(e.hash, i)
	t.slab.release(i, e)
}

// oneWay tells of a TCP connection with payload of which one side was never seen.
func (e *entry) oneWay() bool {
	c, s := &e.halves[fromClient], &e.halves[fromServer]
	return e.key.proto == protoTCP && (c.packets == 0 || s.packets == 0) && c.payload+s.payload > 0
}

// portRank orders ports by how likely a server has them, the likeliest lowest.
func (t *Table) portRank(port int) int {
	switch {
	case port < 1024:
		return 0
	case isServerPort(port), t.cfg.ServerPort != nil && t.cfg.ServerPort(uint16(port)):
		return 1
	case port < 32768:
		return 2
	}
	return 3 // ephemeral on Linux and by IANA
}

// isServerPort knows registered ports of services that devices offer.
func isServerPort(port int) bool {
	switch port {
	case 1080, 1433, 1521, 1723, 1812, 1813, 1883, 1900, 1911, 1962, 2000, 2049, 2222, 2323, 2375, 2404, 2455,
		3000, 3128, 3260, 3306, 3389, 3478, 3671, 3702, 4840, 4843, 4911, 5000, 5001, 5006, 5007, 5060, 5061, 5094,
		5222, 5353, 5355, 5357, 5432, 5555, 5671, 5672, 5683, 5684, 5900, 5985, 5986, 6379, 6667, 7000, 7547,
		8000, 8008, 8009, 8060, 8080, 8081, 8086, 8088, 8123, 8291, 8443, 8554, 8883, 8888, 9000, 9090, 9100, 9200,
		9600, 10001, 10554, 11211, 11112, 17500, 18245, 18246, 20000, 20547, 27017, 30718:
		return true
	case 34962, 34963, 34964, 34980, 37215, 37777, 41794, 44818, 47808, 48101, 50000, 52869, 55443, 62078:
		return true
	}
	return false
}
