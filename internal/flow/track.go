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
	dir := e.direction(g.sender)
	if h.begins && e.over(dir, h.seq) {
		t.end(i, e)
		return t.begin(g, protocol, src, dst, h)
	}
	t.fresh = false
	t.count(e, g)
	if dir == fromServer && protocol != protoTCP {
		t.answered(i, e)
	}
	return i, e, dir
}

// known is the flow of a plain frame that the look at it found: nearly always so.
// It is nil where follow must be asked.
func (t *Table) known(g *glance) *entry {
	if g == nil || g.entry == 0 {
		return nil
	}
	if e := t.slab.at(g.entry); e.key == g.key {
		return e
	}
	return nil
}

// begin is follow for a packet that opens a flow.
func (t *Table) begin(g *glance, protocol, src, dst int, h hints) (uint32, *entry, int) {
	t.fresh = true
	i := t.open(g, src, dst, h)
	e := t.slab.at(i)
	if protocol != protoTCP {
		t.tell(i, e)
	}
	return i, e, e.direction(g.sender)
}

// pair makes the pairing of the packet at hand, and returns which end is its sender.
// The ports of ICMP are its type and code, the same both ways.
func (t *Table) pair(p *pairing, protocol, src, dst int) (sender uint8) {
	f := &t.frame
	p.a, p.b, p.tunnel, p.vlan, p.proto, p.v6 = f.srcIP, f.dstIP, f.tunnel, f.vlan, uint8(protocol), f.v6
	if protocol == protoICMP || protocol == protoICMPv6 {
		sender = p.order(0, 0)
		p.ports = uint32(src)<<16 | uint32(dst)
		return sender
	}
	return p.order(src, dst)
}

// open starts a flow with the packet at hand.
func (t *Table) open(g *glance, src, dst int, h hints) uint32 {
	if t.slab.live >= t.cfg.MaxFlows {
		t.evict()
	}
	f := &t.frame
	i, e := t.slab.alloc()
	t.stats.Flows++
	e.key, e.serial = g.key, uint32(t.stats.Flows)
	if g.key.rest&keyFar != 0 {
		e.far = t.ahead.far
	}
	e.first = f.time
	e.state = heron.FlowAttempt
	senderIsClient := h.client == sideSender ||
		h.client == sideUnknown && t.portRank(src) >= t.portRank(dst)
	e.client = g.sender
	if !senderIsClient {
		e.client ^= upper
	}
	e.awaits = h.awaits && senderIsClient && !f.dstIP.isGroup(f.v6) && f.dst != broadcast()
	t.count(e, g)
	e.news = newsSinceReport
	e.ends[(g.sender^upper)&1].mac = f.dst
	t.index.insert(g.hash, i)
	e.reported = t.now
	t.schedule(i, e, e.deadline(t.now))
	return i
}

func broadcast() heron.MAC { return heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} }

// count adds the packet at hand to its flow.
func (t *Table) count(e *entry, g *glance) {
	f, h := &t.frame, &e.halves[g.sender&1]
	gap, size := uint(0), sizeBucket(f.bytes)
	if d := f.time - h.last; d > 0 {
		h.last, gap = f.time, gapBucket(d)
	}
	if f.packets == 1 { // those that came in pieces, or were told of, have no one size
		if h.packets > 0 {
			bump(&h.gaps[gap%heron.FlowBuckets])
		}
		bump(&h.sizes[size%heron.FlowBuckets])
	}
	h.packets += uint64(f.packets)
	h.bytes += uint64(f.bytes)
	h.payload += uint64(f.payload)
	e.touched = t.now
	e.news = newsSinceReport | newsSincePassed
	if o := &e.ends[g.sender&1]; o.seen != t.seen || o.mac != f.src {
		o.seen, o.mac = t.seen, f.src
		if g.plain {
			f.hosts(g)
		}
		t.sight(f.srcIP, true)
		t.direct(g)
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
	return min(uint(bits.Len64(uint64(d)|63)-5)/3, heron.FlowBuckets-1)
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
		if !e.live() {
			continue
		}
		if e.news&newsSincePassed != 0 {
			e.news &^= newsSincePassed
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
	t.index.remove(e.key.hash(&t.index.seed), i)
	t.slab.release(i, e)
}

// oneWay tells of a TCP connection with payload of which one side was never seen.
func (e *entry) oneWay() bool {
	c, s := &e.halves[lower], &e.halves[upper]
	return e.key.proto() == protoTCP && (c.packets == 0 || s.packets == 0) && c.payload+s.payload > 0
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
