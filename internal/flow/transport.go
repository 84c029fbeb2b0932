package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// transport goes on by IP protocol.
func (t *Table) transport(r *wire.Reader, protocol int) {
	if t.frame.quoting && protocol != protoICMP && protocol != protoICMPv6 {
		return
	}
	t.frame.payload = max(t.frame.length, 0)
	switch protocol {
	case protoTCP:
		t.tcp(nil, r.Rest())
	case protoUDP:
		t.udp(nil, r.Rest())
	case protoICMP, protoICMPv6:
		t.icmp(r, protocol)
	case protoSCTP:
		t.sctp(r)
	case protoGRE, protoIPIP, protoIPv6, protoMPLS, protoEtherIP:
		t.overIP(r, protocol)
	case protoAH:
		t.authenticated(r)
	default:
		t.other(protocol, r.Rest())
	}
}

// other follows what has no ports, by the number of its IP protocol.
func (t *Table) other(protocol int, payload []byte) {
	_, e, dir := t.follow(nil, protocol, 0, 0, hints{})
	if !e.settled && len(payload) > 0 {
		t.datagram(e, dir, heron.OtherIP, uint16(protocol), uint16(protocol), payload)
	}
}

// udp reads a UDP header (RFC 768). look is the look at a plain frame, else nil.
func (t *Table) udp(look *glance, packet []byte) {
	h, payload := wire.Head8(packet)
	if h == nil {
		t.fault()
		return
	}
	src, dst := binary.BigEndian.Uint16(h[0:2]), binary.BigEndian.Uint16(h[2:4])
	length := int(binary.BigEndian.Uint16(h[4:6]))
	if length < 8 && length != 0 {
		t.fault()
		return
	}
	if length != 0 { // 0 stands for a jumbogram (RFC 2675 §4)
		payload, _, _ = wire.Cut(payload, min(length-8, len(payload)))
	}
	t.frame.payload = max(t.frame.payload-8, 0)
	var dir int
	e := t.known(look)
	if e == nil {
		_, e, dir = t.follow(look, protoUDP, int(src), int(dst), hints{awaits: true})
	} else {
		t.fresh = false
		t.count(e, look)
		if dir = e.direction(look.sender); dir == fromServer {
			t.answered(look.entry, e)
		}
	}
	if len(payload) == 0 || e.settled && (e.bare || e.carries == layerNone) {
		return
	}
	if !e.bare {
		if look != nil {
			t.frame.hosts(look)
		}
		if t.carried(e, src, dst, payload) {
			return
		}
	}
	if !e.settled {
		t.datagram(e, dir, heron.UDP, src, dst, payload)
	}
}

// sctp reads the common header (RFC 9260 §3.1); chunks are not looked into.
func (t *Table) sctp(r *wire.Reader) {
	src, dst := r.U16(), r.U16()
	if r.Err() != nil {
		t.fault()
		return
	}
	t.follow(nil, protoSCTP, src, dst, hints{awaits: true})
}

// ICMP types (IANA) that ask or answer, or say that a packet could not be delivered.
const (
	icmpEchoReply    = 0
	icmpUnreachable  = 3
	icmpEcho         = 8
	icmp6Unreachable = 1
	icmp6Echo        = 128
	icmp6EchoReply   = 129
)

// icmp reads an ICMP message (RFC 792, RFC 4443). Echo requests and their
// answers are one flow.
func (t *Table) icmp(r *wire.Reader, protocol int) {
	whole := *r
	kind, code := r.U8(), r.U8()
	r.Skip(6)
	if whole.Len() < 4 {
		t.fault()
		return
	}
	if !t.frame.quoting {
		t.icmpMessage(&whole, protocol, kind, code)
	}
	// Where the headers are not plain Share does not see that it is an error.
	if t.frame.veiled && t.frame.tunnel == 0 {
		return
	}
	// Code 4 of ICMPv4 asks for smaller packets: no refusal.
	if protocol == protoICMP && kind == icmpUnreachable && code != 4 ||
		protocol == protoICMPv6 && kind == icmp6Unreachable {
		t.rejected(r)
	}
}

// icmpMessage follows the message's own flow and tells it.
func (t *Table) icmpMessage(whole *wire.Reader, protocol, kind, code int) {
	h := hints{}
	flowKind := kind
	switch {
	case protocol == protoICMP && kind == icmpEcho, protocol == protoICMPv6 && kind == icmp6Echo:
		h.awaits, h.client = true, sideSender
	case protocol == protoICMP && kind == icmpEchoReply:
		flowKind, h.client = icmpEcho, sideReceiver
	case protocol == protoICMPv6 && kind == icmp6EchoReply:
		flowKind, h.client = icmp6Echo, sideReceiver
	}
	_, e, dir := t.follow(nil, protocol, flowKind, code, h)
	if !e.settled {
		t.datagram(e, dir, heron.ICMP, uint16(kind), uint16(code), whole.Rest())
	}
}

// rejected marks the flow of the packet that an ICMP error brings back.
func (t *Table) rejected(r *wire.Reader) {
	k := pairing{far: far{tunnel: t.frame.tunnel}, vlan: t.frame.vlan, v6: t.frame.v6}
	if k.v6 {
		r.Skip(6)
		k.proto = uint8(r.U8())
		r.Skip(1)
		k.a, k.b = addr{r.U64(), r.U64()}, addr{r.U64(), r.U64()}
	} else {
		header := r.U8() & 0xf * 4
		r.Skip(8)
		k.proto = uint8(r.U8())
		r.Skip(2)
		k.a, k.b = addr{lo: uint64(r.U32())}, addr{lo: uint64(r.U32())}
		r.Skip(header - 20)
	}
	src, dst := r.U16(), r.U16()
	if r.Err() != nil {
		return
	}
	switch k.proto {
	case protoTCP, protoUDP, protoSCTP:
	default:
		return
	}
	sender := k.order(src, dst)
	name := k.key(&t.index.seed)
	i := t.index.find(&t.slab, &name, &k.far, name.hash(&t.index.seed))
	if i == 0 {
		return
	}
	e := t.slab.at(i)
	if e.client == sender && (e.state == heron.FlowAttempt || e.state == heron.FlowUnanswered) {
		t.change(i, e, heron.FlowRejected)
	}
}
