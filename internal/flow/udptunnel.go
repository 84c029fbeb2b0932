package flow

import "github.com/heron-iot/heron/internal/wire"

// tunnelPort returns the tunnel whose port that is.
func tunnelPort(port uint16) layer {
	switch port {
	case 4789, 8472:
		return layerVXLAN
	case 4790:
		return layerVXLANGPE
	case 6081:
		return layerGeneve
	case 2152:
		return layerGTP
	case 3544:
		return layerTeredo
	case 1701:
		return layerL2TP
	case 5247:
		return layerCAPWAP
	case 37008:
		return layerTZSP
	}
	return layerNone
}

// carried goes on inside a datagram of a tunnel. It returns false when it is none.
func (t *Table) carried(e *entry, src, dst uint16, payload []byte) bool {
	l := e.carriesOf(src, dst, payload, t.fresh)
	if l == layerNone {
		e.bare = true // by its ports, which are the same for all that follow
		return false
	}
	return t.udpTunnel(e, l, payload)
}

// carriesOf decides what tunnel a datagram belongs to: that of its flow, or of its
// port. On other ports VXLAN is known by the first datagram of a flow.
func (e *entry) carriesOf(src, dst uint16, payload []byte, fresh bool) layer {
	if e.carries != layerNone {
		return e.carries
	}
	if l := tunnelPort(dst); l != layerNone {
		return l
	}
	if l := tunnelPort(src); l != layerNone {
		return l
	}
	if fresh && looksVXLAN(payload) {
		return layerVXLAN
	}
	return layerNone
}

// looksVXLAN reports whether a datagram can be nothing but VXLAN: all that is
// reserved is zero, and a frame follows.
func looksVXLAN(payload []byte) bool {
	r := wire.NewReader(payload)
	flags := r.U32()
	if flags != 0x08000000 {
		return false
	}
	network := r.U32()
	return network&0xff == 0 && frameGrade(&r) == 2
}

// udpTunnel goes on inside a datagram of a tunnel. It returns false when the
// datagram is none of it: a control message, or another protocol.
func (t *Table) udpTunnel(e *entry, l layer, payload []byte) bool {
	r := wire.NewReader(payload)
	etherType, network, ok := openTunnel(l, &r)
	if !ok || r.Err() != nil {
		return false
	}
	e.carries, e.scratch.Settled, e.settled = l, true, true
	t.inside(&r, l, network, etherType)
	return true
}

// openTunnel reads a tunnel's header: what follows, the network inside where
// there are several, and whether it is such a header at all.
func openTunnel(l layer, r *wire.Reader) (etherType, network int, ok bool) {
	switch l {
	case layerVXLAN:
		return vxlan(r)
	case layerVXLANGPE:
		return vxlanGPE(r)
	case layerGeneve:
		return geneve(r)
	case layerGTP:
		return gtp(r)
	case layerTeredo:
		return teredo(r)
	case layerL2TP:
		return l2tp(r)
	case layerCAPWAP:
		return capwap(r)
	case layerTZSP:
		return tzsp(r)
	}
	return 0, 0, false
}

// vxlan reads the header of RFC 7348 §5, with the group policy that some add.
func vxlan(r *wire.Reader) (etherType, network int, ok bool) {
	flags, network := r.U32(), r.U32()
	const (
		valid  = 0x08000000
		policy = 0x80480000 // draft-smith-vxlan-group-policy: and a group
	)
	plain := flags == valid
	group := flags&0xff000000 == 0x88000000 && flags&^(valid|policy|0xffff) == 0
	return typeFrame, network >> 8, (plain || group) && network&0xff == 0 && r.Len() >= 14
}

// vxlanGPE reads the header of draft-ietf-nvo3-vxlan-gpe §3.
func vxlanGPE(r *wire.Reader) (etherType, network int, ok bool) {
	flags, _, next := r.U8(), r.U16(), r.U8()
	network = r.U32()
	switch next {
	case 1:
		etherType = typeIPv4
	case 2:
		etherType = typeIPv6
	case 3:
		etherType = typeFrame
	case 4:
		etherType = typeNSH
	case 5:
		etherType = typeMPLS
	default:
		return 0, 0, false
	}
	return etherType, network >> 8, flags&0xfe == 0x0c && network&0xff == 0
}

// geneve reads the header of RFC 8926 §3.4.
func geneve(r *wire.Reader) (etherType, network int, ok bool) {
	first, flags, etherType := r.U8(), r.U8(), r.U16()
	network = r.U32()
	r.Skip(first & 0x3f * 4)
	if first>>6 != 0 || flags&0x3f != 0 || network&0xff != 0 {
		return 0, 0, false
	}
	if flags&0x80 != 0 { // a control packet
		etherType = typeControl
	}
	return etherType, network >> 8, true
}

// gtp reads the header of a message in the user's plane (3GPP TS 29.281 §5.1,
// §5.2 and §6.1): a user's packet, or what keeps the tunnel.
func gtp(r *wire.Reader) (etherType, network int, ok bool) {
	first, kind, length := r.U8(), r.U8(), r.U16()
	r.Skip(4) // the receiver's number for the tunnel
	if first>>4 != 3 || length != r.Len() {
		return 0, 0, false
	}
	switch kind {
	case 255:
	case 1, 2, 26, 31, 254: // echo, error, extensions, end
		return typeControl, 0, true
	default:
		return 0, 0, false
	}
	if first&7 != 0 {
		r.Skip(3)
		next := r.U8()
		for n := 0; next != 0 && n < maxHeaders && first&4 != 0; n++ {
			r.Skip(r.U8()*4 - 2)
			next = r.U8()
		}
	}
	if !looksIPv4(r) && !looksIPv6(r) {
		return 0, 0, false
	}
	return version(r), 0, true
}

// teredo reads what may stand before an IPv6 packet (RFC 4380 §5.1.1), whose
// addresses must be of Teredo or link-local.
func teredo(r *wire.Reader) (etherType, network int, ok bool) {
	head := wire.NewReader(r.Peek(4))
	if head.U16() == 1 { // authentication
		r.Skip(4 + head.U8() + head.U8() + 9)
		head = wire.NewReader(r.Peek(2))
		if head.U16() == 0 {
			r.Skip(8)
		}
	} else if head = wire.NewReader(r.Peek(2)); head.U16() == 0 { // where it comes from
		r.Skip(8)
	}
	packet := wire.NewReader(r.Peek(40))
	version, length := packet.U32()>>28, packet.U16()
	packet.Skip(2)
	src := packet.U32()
	packet.Skip(12)
	dst := packet.U32()
	const teredoPrefix, linkLocal = 0x20010000, 0xfe800000
	mine := src == teredoPrefix || dst == teredoPrefix || src == linkLocal
	return typeIPv6, 0, mine && version == 6 && packet.Err() == nil && length <= r.Len()-40
}

// l2tp reads a message of version 2 (RFC 2661 §3.1): control messages say
// nothing here, the others carry PPP.
func l2tp(r *wire.Reader) (etherType, network int, ok bool) {
	const (
		control     = 0x8000
		hasLength   = 0x4000
		hasSequence = 0x0800
		hasOffset   = 0x0200
		reserved    = 0x34f0
	)
	whole := r.Len()
	flags := r.U16()
	if flags&0xf != 2 || flags&reserved != 0 {
		return 0, 0, false
	}
	if flags&hasLength != 0 && r.U16() != whole {
		return 0, 0, false
	}
	r.Skip(4) // tunnel and session, as the receiver numbers them
	if flags&hasSequence != 0 {
		r.Skip(4)
	}
	if flags&control != 0 {
		return typeControl, 0, flags&(hasLength|hasSequence) == hasLength|hasSequence
	}
	if flags&hasOffset != 0 {
		r.Skip(r.U16())
	}
	return typePPP, 0, r.Len() > 0
}

// capwap reads the header of a data message (RFC 5415 §4.3): a frame of
// Ethernet, or of 802.11 (RFC 5416 §3).
func capwap(r *wire.Reader) (etherType, network int, ok bool) {
	const (
		native    = 0x000100 // else 802.3
		fragment  = 0x000080
		keepAlive = 0x000008
		reserved  = 0x000007
	)
	first, head := r.U8(), r.U24()
	r.Skip(4) // of fragments
	length := head >> 19 * 4
	r.Skip(length - 8)
	if first != 0 || head&reserved != 0 || length < 8 {
		return 0, 0, false
	}
	switch {
	case head&keepAlive != 0:
		return typeControl, 0, true
	case head&fragment != 0:
		return typeOther, 0, true
	case head&native == 0:
		return typeFrame, 0, frameGrade(r) > 0
	case head>>9&0x1f == 1:
		return typeDot11, 0, true
	}
	return 0, 0, false
}

// tzsp reads the header of the TaZmen Sniffer Protocol: its tags, then a frame.
func tzsp(r *wire.Reader) (etherType, network int, ok bool) {
	version, kind, content := r.U8(), r.U8(), r.U16()
	if version != 1 || kind > 5 {
		return 0, 0, false
	}
	if kind > 1 { // it configures, or keeps alive
		return typeControl, 0, true
	}
	for r.Err() == nil {
		switch tag := r.U8(); tag {
		case 0: // padding
		case 1: // the end
			switch content {
			case 0x01:
				return typeFrame, 0, true
			case 0x12:
				return typeDot11, 0, true
			}
			return typeOther, 0, true
		default:
			r.Skip(r.U8())
		}
	}
	return 0, 0, false
}
