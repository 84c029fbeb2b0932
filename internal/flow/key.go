package flow

import (
	"encoding/binary"
	"math/bits"

	"github.com/heron-iot/heron"
)

// key names a flow whichever way a packet goes. It is short, for each packet is
// looked for by it: of two IPv4 hosts in no tunnel it says all there is to know;
// others go on in a far.
type key struct {
	hosts uint64 // both IPv4 addresses, the lower end's first; or what stands for a far
	rest  uint64 // the ports of either end, the VLAN, the protocol, and bits of those below
}

// The lowest bits of a key.
const (
	keyFar = 1 << iota // it goes on in a far
	keyV6
	keySet // of every key, so that none is zero
)

// far is what else there is to a key.
type far struct {
	a, b   addr
	tunnel uint64 // see enter; 0 = in none
}

// ports are those of the lower end and of the other.
func (k *key) ports() (a, b uint16) { return uint16(k.rest >> 48), uint16(k.rest >> 32) }
func (k *key) vlan() uint16         { return uint16(k.rest >> 16) }
func (k *key) proto() uint8         { return uint8(k.rest >> 8) }
func (k *key) v6() bool             { return k.rest&keyV6 != 0 }

// hash mixes the key with a seed.
func (k *key) hash(seed *[2]uint64) uint32 { return uint32(mix(k.hosts^seed[0], k.rest^seed[1]) >> 32) }

// pairing is what a key is made of: a is the lower end.
type pairing struct {
	far
	ports uint32 // a's, then b's; for ICMP type and code, for other protocols 0
	vlan  uint16
	proto uint8
	v6    bool
}

// The two ends of a key.
const (
	lower = 0
	upper = 1
)

// order puts the lower end of a packet first, whose ends are in a and b; it
// returns which of them is the sender.
func (p *pairing) order(src, dst int) (sender uint8) {
	if p.b.less(p.a) || p.a == p.b && dst < src {
		p.a, p.b = p.b, p.a
		p.ports = uint32(dst)<<16 | uint32(src)
		return upper
	}
	p.ports = uint32(src)<<16 | uint32(dst)
	return lower
}

// key is that of the pairing.
func (p *pairing) key(seed *[2]uint64) key {
	k := key{
		hosts: p.a.lo<<32 | p.b.lo,
		rest:  uint64(p.ports)<<32 | uint64(p.vlan)<<16 | uint64(p.proto)<<8 | keySet,
	}
	if p.v6 {
		k.rest |= keyV6
	}
	if p.v6 || p.tunnel != 0 {
		k.rest |= keyFar
		k.hosts = mix(mix(p.a.lo^seed[0], p.b.lo^seed[1])^p.tunnel, mix(p.a.hi^seed[1], p.b.hi^seed[0]))
	}
	return k
}

// id names the flow by what it is and when it began, and by nothing else.
func (e *entry) id() (id heron.FlowID) {
	binary.BigEndian.PutUint64(id[:8], e.idHalf(0x243f6a8885a308d3))
	binary.BigEndian.PutUint64(id[8:], e.idHalf(0x13198a2e03707344))
	return id
}

func (e *entry) idHalf(seed uint64) uint64 {
	first, rest := uint64(e.first), e.key.rest&^(keyV6|keySet)
	var h uint64
	if f := &e.far; rest&keyFar == 0 {
		h = mix(e.key.hosts>>32^seed, e.key.hosts&0xffffffff^first)
	} else {
		h = mix(f.a.lo^seed, f.b.lo^first)
		h = mix(h^f.a.hi, f.b.hi^seed)
		h = mix(h^f.tunnel, first)
	}
	return mix(h^rest, first^0x9e3779b97f4a7c15)
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0xa0761d6478bd642f, b^0xe7037ed1a0b428db)
	return hi ^ lo
}
