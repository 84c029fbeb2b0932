package flow

import (
	"encoding/binary"
	"math/bits"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// MaxAhead is how many frames Ahead looks at, and how many entries are fetched at
// once: as many as a processor can wait for at the same time.
const MaxAhead = 32

// ahead is what was seen of the frames to come.
type ahead struct {
	packets []*heron.Packet // to come, and before them those that came
	next    int             // which comes next
	glances [MaxAhead]glance
	own     glance // at a frame that was not announced
	other   glance // at a packet that is not plain
	far     far    // of that, where its key goes on
	// fetched keeps the compiler from leaving out reads whose results nobody
	// needs: they are there to bring memory near.
	fetched uint64
}

// glance is what a look at a frame tells of its flow.
type glance struct {
	key   key
	hash  uint32
	entry uint32 // the flow, when it is known already; 0: perhaps not
	// word is a plain frame's IP header from the length to the protocol.
	word   uint64
	tos    uint8
	sender uint8 // which end of the key
	// plain frames are TCP or UDP in IPv4 in Ethernet, with at most one VLAN tag, and
	// nothing else.
	plain, tagged bool
}

// Ahead looks at the first MaxAhead of frames that are given to Packet next, in
// that order, one for one; they may not change until then. Nothing is decided by
// it, but that Packet need not wait for memory: the flows of all of them are fetched
// at once.
func (t *Table) Ahead(ps []*heron.Packet) {
	a := &t.ahead
	a.packets, a.next = ps[:min(len(ps), MaxAhead)], 0
	glances := a.glances[:len(a.packets)]
	for i, p := range a.packets {
		glances[i].look(p, &t.index.seed)
	}
	if t.slab.used == 0 {
		return
	}
	sum := uint64(0)
	for i := range glances {
		sum += t.index.home(glances[i].hash)
	}
	for i := range glances {
		if g := &glances[i]; g.plain {
			g.entry = t.index.likely(g.hash)
			e := t.slab.at(g.entry) // of number 0 there is one too
			sum += uint64(e.touched) + e.halves[g.sender&1].packets + uint64(e.streams[0].next)
		}
	}
	a.fetched += sum
}

// turn is the look at a frame whose turn it is; nil if another was announced.
func (a *ahead) turn(p *heron.Packet) *glance {
	if n := a.next; n < len(a.packets) && a.packets[n] == p {
		a.next++
		return &a.glances[n%MaxAhead]
	}
	return nil
}

// unannounced looks at a frame now.
func (t *Table) unannounced(p *heron.Packet) *glance {
	a := &t.ahead
	a.packets = nil
	a.own.look(p, &t.index.seed)
	return &a.own
}

// look reads the headers of a frame as far as its flow, if it is a plain one.
func (g *glance) look(p *heron.Packet, seed *[2]uint64) {
	g.plain, g.entry = false, 0
	head, rest := wire.Head38(p.Data)
	if head == nil || p.Link != heron.LinkEthernet {
		return
	}
	h, vlan := (*[26]byte)(head[12:38]), uint64(0)
	g.tagged = binary.BigEndian.Uint16(h[0:2]) == typeVLAN
	if g.tagged {
		vlan = uint64(binary.BigEndian.Uint16(h[2:4]) & 0xfff)
		_, tail, _ := wire.Cut(p.Data, 12+tagged-untagged)
		if h, rest = wire.Head26(tail); h == nil {
			return
		}
	}
	// Length, number, flags and place of a fragment, hop limit, protocol.
	word := binary.BigEndian.Uint64(h[4:12])
	length, proto := int(word>>48), word&0xff
	if binary.BigEndian.Uint32(h[0:4])>>8 != typeIPv4<<8|0x45 || word&0x3fff_0000 != 0 ||
		length < 20 || length > len(rest)+24 || proto != protoTCP && proto != protoUDP {
		return
	}
	// The same two addresses either way, and of equal ones the ports.
	hosts, ports := binary.BigEndian.Uint64(h[14:22]), binary.BigEndian.Uint32(h[22:26])
	g.sender = lower
	if back := bits.RotateLeft64(hosts, 32); back < hosts || back == hosts && ports>>16 > ports&0xffff {
		g.sender, hosts, ports = upper, back, bits.RotateLeft32(ports, 16)
	}
	g.key = key{hosts, uint64(ports)<<32 | vlan<<16 | proto<<8 | keySet}
	g.hash = g.key.hash(seed)
	g.word, g.tos, g.plain = word, h[3], true
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
	f := &t.frame
	if f.odd {
		*f = frame{packets: 1}
	}
	head, _ := wire.Head38(p.Data)
	f.dst = heron.MAC(head[0:6])
	f.src = heron.MAC(head[6:12])
	from, length := untagged, int(g.word>>48)
	if g.tagged {
		from = tagged
		t.inLayer(layerVLAN, len(p.Data)-tagged+20)
		f.odd = true
	}
	f.time, f.cut = at, len(p.Data) < p.OrigLen
	f.bytes, f.length, f.payload = length, length-20, length-20
	body := wire.Part(p.Data, from, from-20+length)
	if g.key.proto() == protoTCP {
		t.tcp(g, body)
	} else {
		t.udp(g, body)
	}
}

// hosts notes who a plain frame is between.
func (f *frame) hosts(g *glance) {
	a, b := addr{lo: g.key.hosts >> 32}, addr{lo: g.key.hosts & 0xffffffff}
	if g.sender == upper {
		a, b = b, a
	}
	f.srcIP, f.dstIP, f.vlan = a, b, g.key.vlan()
}

// opens reads what of a plain frame's header only handshakes tell.
func (f *frame) opens(g *glance) {
	f.ttl, f.tos, f.df, f.id = uint8(g.word>>8), g.tos, g.word&0x4000_0000 != 0, uint32(g.word>>32)&0xffff
}

// found returns the look at the packet at hand with its flow, if there is one. g
// is the look at a plain frame, else nil.
func (t *Table) found(g *glance, protocol, src, dst int) *glance {
	a := &t.ahead
	if g == nil {
		g = &a.other
		var p pairing
		g.sender = t.pair(&p, protocol, src, dst)
		g.key, a.far = p.key(&t.index.seed), p.far
		g.hash = g.key.hash(&t.index.seed)
	} else {
		t.frame.hosts(g)
	}
	g.entry = t.index.find(&t.slab, &g.key, &a.far, g.hash)
	return g
}
