package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// MaxAhead is how many frames Ahead looks at, and how many entries are fetched at
// once: as many as a processor can wait for at the same time.
const MaxAhead = 32

// ahead is what was seen of the frames to come.
type ahead struct {
	glances [MaxAhead]glance
	n, next int    // how many there are, and which comes next
	own     glance // at a frame that was not announced
	other   glance // at a packet that is not plain
	// fetched keeps the compiler from leaving out reads whose results nobody
	// needs: they are there to bring memory near.
	fetched uint64
}

// glance is what a look at a frame tells of its flow.
type glance struct {
	head      *[38]byte // of the frame
	packet    *[26]byte // of a plain frame: the type of its content, the IP header and the ports
	key       key       // of a plain frame nothing but its IPv4 addresses, ports, protocol and VLAN
	hash      uint32
	entry     uint32 // the flow, when it is known already; 0: perhaps not
	length    int    // of a plain frame's IP packet
	body      int    // where what follows the IP header begins
	senderIsA bool
	// plain frames are TCP or UDP in IPv4 in Ethernet, with at most one VLAN tag, and
	// nothing else.
	plain bool
}

// Ahead looks at the first MaxAhead of frames that are given to Packet next, in
// that order, one for one; their bytes may not change until then. Nothing is
// decided by it, but that Packet need not wait for memory: the flows of all of
// them are fetched at once.
func (t *Table) Ahead(ps []*heron.Packet) {
	a := &t.ahead
	a.n, a.next = min(len(ps), MaxAhead), 0
	glances := a.glances[:a.n]
	for i := range glances {
		glances[i].look(ps[i], &t.index.seed)
	}
	if t.slab.used == 0 {
		return
	}
	sum := uint64(0)
	for i := range glances {
		sum += t.index.home(glances[i].hash)
	}
	for i := range glances {
		g := &glances[i]
		if !g.plain {
			continue
		}
		g.entry = t.index.likely(g.hash)
		e := t.slab.at(g.entry) // of number 0 there is one too
		sum += uint64(e.hash) + uint64(e.touched) + uint64(e.streams[0].next)
	}
	for i := range glances {
		g := &glances[i]
		e := t.slab.at(g.entry)
		sum += e.halves[e.direction(g.senderIsA)].packets
	}
	a.fetched += sum
}

// glanceOf returns the look at the frame whose turn it is.
func (t *Table) glanceOf(p *heron.Packet) *glance {
	a := &t.ahead
	if a.next < a.n {
		g := &a.glances[a.next]
		a.next++
		if h, _ := wire.Head38(p.Data); g.head == h {
			return g
		}
		a.n = 0 // not those that were announced
	}
	a.own.look(p, &t.index.seed)
	return &a.own
}

// look reads the headers of a frame as far as its flow, if it is a plain one.
func (g *glance) look(p *heron.Packet, seed *[2]uint64) {
	head, rest := wire.Head38(p.Data)
	g.head, g.entry, g.plain = head, 0, false
	if head == nil || p.Link != heron.LinkEthernet {
		return
	}
	h := (*[26]byte)(head[12:38])
	g.key.vlan, g.body = 0, untagged
	if binary.BigEndian.Uint16(h[0:2]) == typeVLAN {
		g.key.vlan, g.body = binary.BigEndian.Uint16(h[2:4])&0xfff, tagged
		_, tail, _ := wire.Cut(p.Data, 12+tagged-untagged)
		if h, rest = wire.Head26(tail); h == nil {
			return
		}
	}
	length := int(binary.BigEndian.Uint16(h[4:6]))
	fragment := binary.BigEndian.Uint16(h[8:10])&0x3fff != 0
	if binary.BigEndian.Uint32(h[0:4])>>8 != typeIPv4<<8|0x45 || fragment ||
		length < 20 || length > len(rest)+24 || h[11] != protoTCP && h[11] != protoUDP {
		return
	}
	// With the ports behind them addresses are in the order of key.order.
	ports := binary.BigEndian.Uint32(h[22:26])
	a, b := uint64(binary.BigEndian.Uint32(h[14:18]))<<16|uint64(ports>>16), uint64(binary.BigEndian.Uint32(h[18:22]))<<16|uint64(ports&0xffff)
	g.senderIsA = a <= b
	a, b = min(a, b), max(a, b)
	g.key.a.lo, g.key.b.lo, g.key.ports, g.key.proto = a>>16, b>>16, uint32(a&0xffff)<<16|uint32(b&0xffff), h[11]
	g.hash = uint32(g.key.hash4(seed) >> 32)
	g.packet, g.length = h, length
	g.plain = true
}

// Where what follows the IP header begins in a plain frame without a VLAN tag, and
// in one with it.
const (
	untagged = 14 + 20
	tagged   = untagged + 4
)

// plainPacket goes on with a plain frame, as ethernet and what follows do with
// any.
func (t *Table) plainPacket(p *heron.Packet, g *glance, at heron.Time) {
	f, h := &t.frame, g.packet
	if f.odd {
		*f = frame{}
	}
	f.time, f.cut, f.packets, f.vlan = at, len(p.Data) < p.OrigLen, 1, g.key.vlan
	f.dst = heron.MAC(g.head[0:6])
	f.src = heron.MAC(g.head[6:12])
	f.srcIP.lo = uint64(binary.BigEndian.Uint32(h[14:18]))
	f.dstIP.lo = uint64(binary.BigEndian.Uint32(h[18:22]))
	f.bytes = g.length
	f.length = f.bytes - 20
	f.payload = f.length
	packet, _, _ := wire.Cut(p.Data, g.body+f.length)
	_, body, _ := wire.Cut(packet, g.body)
	if g.body == tagged {
		t.inLayer(layerVLAN, len(p.Data)-tagged+20)
		f.odd = true
	}
	if g.key.proto == protoTCP {
		t.tcp(g, body)
	} else {
		t.udp(g, body)
	}
}

// opens reads what of a plain frame's header only handshakes tell.
func (f *frame) opens(g *glance) {
	h := g.packet
	f.ttl, f.tos, f.df, f.id = h[10], h[3], h[8]&0x40 != 0, uint32(binary.BigEndian.Uint16(h[6:8]))
}

// found returns the look at the packet at hand with its flow, if there is one. g
// is the look at a plain frame, else nil.
func (t *Table) found(g *glance, protocol, src, dst int) *glance {
	if g == nil {
		g = &t.ahead.other
		g.senderIsA = t.setKey(&g.key, protocol, src, dst)
		g.hash = uint32(g.key.hash(t.index.seed) >> 32)
	}
	g.entry = t.index.find(&t.slab, &g.key, g.hash)
	return g
}
