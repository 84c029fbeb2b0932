package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxDepth bounds how many tunnels a packet may come in, one in another.
const maxDepth = 4

// A tunnel's own packets are a flow, named after the tunnel. The packets inside
// are followed as flows of their own: the key has a number made of the kind of
// tunnel, of its two ends, whichever sends, and of the network inside where the
// header names one. It is the same for both directions, so nothing that each
// end chooses for itself (a tunnel endpoint identifier, a label) may go into it.

// enter begins the packet inside a tunnel of the packet at hand. It returns
// false when there are too many, one in another.
func (t *Table) enter(l layer, network int) bool {
	f := &t.frame
	if f.depth >= maxDepth {
		t.unsupported()
		return false
	}
	f.depth++
	f.odd = true
	ends := pair(mix(f.srcIP.hi, f.srcIP.lo), mix(f.dstIP.hi, f.dstIP.lo))
	f.tunnel = mix(f.tunnel^ends, uint64(l)<<32|uint64(network)) | 1
	// The stations of the outer frame are those of the tunnel's ends.
	f.src, f.dst, f.vlan = heron.MAC{}, heron.MAC{}, 0
	f.packets, f.veiled = 1, false
	return true
}

// inside goes on in a tunnel with content of that EtherType.
func (t *Table) inside(r *wire.Reader, l layer, network, etherType int) {
	if etherType == typeControl || !t.enter(l, network) {
		return
	}
	switch etherType {
	case typeDot11:
		t.dot11(r)
	default:
		t.network(r, etherType)
	}
}

// typeDot11 is an 802.11 frame in a tunnel.
const typeDot11 = -16

// overIP reads tunnels that have an IP protocol number of their own.
func (t *Table) overIP(r *wire.Reader, protocol int) {
	t.follow(nil, protocol, 0, 0, hints{})
	switch protocol {
	case protoIPIP:
		t.inside(r, layerIPIP, 0, typeIPv4)
	case protoIPv6:
		t.inside(r, layerIPIP, 0, typeIPv6)
	case protoMPLS: // RFC 4023
		t.inside(r, layerMPLSinIP, 0, typeMPLS)
	case protoEtherIP: // RFC 3378 §3
		if r.U16() != 0x3000 || r.Err() != nil {
			t.fault()
			return
		}
		t.inside(r, layerEtherIP, 0, typeFrame)
	case protoGRE:
		t.gre(r)
	}
}

// authenticated passes over an authentication header (RFC 4302 §2). What is
// behind it is of the same two hosts.
func (t *Table) authenticated(r *wire.Reader) {
	t.inLayer(layerAH, r.Len())
	next := t.extension(r, 4, 8)
	if r.Err() != nil || t.frame.ah {
		t.fault()
		return
	}
	t.frame.ah = true
	t.transport(r, next)
}

// gre reads the header of GRE (RFC 2784, keys and sequence numbers of RFC 2890)
// or of version 1 of it: PPTP's (RFC 2637 §4.1), or the same as MikroTik's routers
// use it for Ethernet.
func (t *Table) gre(r *wire.Reader) {
	const (
		hasChecksum = 0x8000
		hasRouting  = 0x4000
		hasKey      = 0x2000
		hasSequence = 0x1000
		hasAck      = 0x0080
	)
	flags, etherType := r.U16(), r.U16()
	pptp := flags&7 == 1
	eoip := pptp && etherType == typeEoIP && flags&^7 == hasKey
	if r.Err() == nil && (flags&7 > 1 || flags&hasRouting != 0 || pptp && etherType != typePPP && !eoip) {
		t.unsupported()
		return
	}
	if flags&hasChecksum != 0 {
		r.Skip(4)
	}
	key := 0
	if flags&hasKey != 0 {
		key = r.U32()
	}
	if flags&hasSequence != 0 {
		r.Skip(4)
	}
	if pptp && flags&hasAck != 0 {
		r.Skip(4)
	}
	if r.Err() != nil {
		t.fault()
		return
	}
	if eoip { // in the key's place: a length, and the number of the tunnel
		if key>>16 == 0 { // a keep-alive
			return
		}
		*r = r.Sub(min(key>>16, r.Len()))
		etherType, key = typeFrame, key&0xffff<<8
	}
	t.greContent(r, etherType, key, flags&hasSequence != 0)
}

// greContent goes on by the protocol type.
func (t *Table) greContent(r *wire.Reader, etherType, key int, numbered bool) {
	switch etherType {
	case 0: // a keep-alive's answer
	case typeFrame: // NVGRE has a network in the upper part of the key (RFC 7637 §3.2)
		t.inside(r, layerGRE, key>>8, typeFrame)
	case typePPP:
		if r.Len() > 0 { // else it only acknowledges
			t.inside(r, layerGRE, 0, typePPP)
		}
	case typeERSPAN:
		t.inLayer(layerERSPAN, r.Len())
		if numbered { // type I has no header, and no sequence numbers either
			r.Skip(8)
		}
		t.inside(r, layerERSPAN, 0, typeFrame)
	case typeERSPAN3:
		t.inLayer(layerERSPAN, r.Len())
		t.erspan3(r)
	case typeCMD: // here the type of what follows comes first
		t.inLayer(layerCMD, r.Len())
		next := r.U16()
		r.Skip(1)
		if r.Skip(r.U8() * 4); r.Err() != nil {
			t.fault()
			return
		}
		t.inside(r, layerGRE, 0, next)
	case typeWCCP: // redirected packets, since version 2 with a header of their own
		if !looksIPv4(r) {
			r.Skip(4)
		}
		t.inside(r, layerGRE, 0, typeIPv4)
	case typeIPv4, typeIPv6, typeMPLS, typeMPLSUp, typeNSH, typeVLAN, typeQinQ, typeMACsec:
		t.inside(r, layerGRE, 0, etherType)
	default:
		if etherType >= typeAruba && etherType <= typeArubaLast && etherType&0xf == 0 {
			t.inside(r, layerGRE, etherType, typeDot11)
			return
		}
		t.unsupported()
	}
}

// Protocol types of GRE that are no EtherTypes of frames.
const (
	typeERSPAN  = 0x88be // types I and II (draft-foschiano-erspan)
	typeERSPAN3 = 0x22eb
	typeWCCP    = 0x883e
	typeEoIP    = 0x6400 // MikroTik, Ethernet over IP
	// Access points of Aruba send each virtual network of theirs with a type of its
	// own, in steps of 16: 802.11 frames that are decrypted already.
	typeAruba     = 0x8200
	typeArubaLast = 0x8370
)

// erspan3 reads the header of ERSPAN type III (draft-foschiano-erspan §4.3).
func (t *Table) erspan3(r *wire.Reader) {
	r.Skip(10)
	flags := r.U16()
	if flags&1 != 0 {
		r.Skip(8) // what the platform adds
	}
	switch {
	case r.Err() != nil:
		t.fault()
	case flags>>10&0x1f == 0:
		t.inside(r, layerERSPAN, 0, typeFrame)
	case flags>>10&0x1f == 2:
		t.inside(r, layerERSPAN, 0, version(r))
	default:
		t.unsupported()
	}
}
