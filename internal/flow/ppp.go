package flow

import "github.com/heron-iot/heron/internal/wire"

// maxLabels bounds an MPLS label stack.
const maxLabels = 16

// mpls reads a label stack (RFC 3032 §2.1) and finds out what is under it, for
// that is not told: IP by its version, and Ethernet behind a control word (RFC
// 4385 §3), or with none where it looks like it.
func mpls(r *wire.Reader) int {
	for n := 0; ; n++ {
		label := r.View4()
		if label == nil || n == maxLabels {
			return typeOther
		}
		if label[2]&1 != 0 { // the bottom
			return underLabels(r)
		}
	}
}

func underLabels(r *wire.Reader) int {
	head := wire.NewReader(r.Peek(4))
	first := head.U8()
	switch {
	case head.Err() != nil:
		return typeOther
	case looksIPv4(r):
		return typeIPv4
	case looksIPv6(r):
		return typeIPv6
	case first>>4 == 1: // an associated channel (RFC 4385 §5)
		return typeControl
	}
	behind := *r
	if first>>4 == 0 {
		behind.Skip(4)
	}
	switch with, without := frameGrade(&behind), frameGrade(r); {
	case with == 0 && without == 0:
		return typeOther
	case with >= without:
		*r = behind
	}
	return typeFrame
}

// looksIPv4 reports whether an IPv4 header can stand here.
func looksIPv4(r *wire.Reader) bool {
	head := wire.NewReader(r.Peek(20))
	first, _, total := head.U8(), head.U8(), head.U16()
	return head.Err() == nil && first>>4 == 4 && first&0xf >= 5 && (total >= first&0xf*4 || total == 0)
}

// looksIPv6 reports whether an IPv6 header can stand here.
func looksIPv6(r *wire.Reader) bool {
	head := wire.NewReader(r.Peek(40))
	return head.U8()>>4 == 6 && head.Err() == nil
}

// frameGrade tells how much it looks as if an Ethernet frame stands here: 2 when
// its type is one that stations use and what follows agrees, 1 when it has a
// length that fits, 0 when there can be none.
func frameGrade(r *wire.Reader) int {
	body := *r
	body.Skip(12)
	etherType := body.U16()
	if body.Err() != nil {
		return 0
	}
	good := false
	switch etherType {
	case typeIPv4:
		good = looksIPv4(&body)
	case typeIPv6:
		good = looksIPv6(&body)
	case typeARP:
		good = body.U32() == 0x00010800
	case typeVLAN, typeQinQ, typeMPLS, typeMPLSUp, typePPPoE, typePPPoED, typeLLDP:
		good = body.Len() >= 4
	}
	switch {
	case good:
		return 2
	case etherType >= 3 && etherType < minEtherType && body.Len() >= etherType:
		return 1
	}
	return 0
}

// pppoe reads the header of a PPPoE session (RFC 2516 §4).
func pppoe(r *wire.Reader) int {
	kind, code := r.U8(), r.U8()
	r.Skip(2) // session
	length := r.U16()
	if r.Err() != nil {
		return typeOther
	}
	if kind != 0x11 || code != 0 {
		return typeOther
	}
	*r = r.Sub(min(length, r.Len()))
	return typePPP
}

// ppp reads the protocol field of PPP (RFC 1661 §2), with or without the
// address and control fields of HDLC (RFC 1662 §3.1); both may be compressed.
func ppp(r *wire.Reader) int {
	protocol := r.U8()
	if protocol == 0xff {
		r.Skip(1)
		protocol = r.U8()
	}
	if protocol&1 == 0 {
		protocol = protocol<<8 | r.U8()
	}
	switch {
	case protocol == 0x21:
		return typeIPv4
	case protocol == 0x57:
		return typeIPv6
	case protocol == 0x281, protocol == 0x283:
		return typeMPLS
	case protocol == 0x31: // bridging (RFC 3518 §4.2): flags, then an Ethernet frame
		if flags, kind := r.U8(), r.U8(); kind == 1 && flags&0x80 == 0 {
			return typeFrame
		}
	case protocol >= 0x8000: // negotiation of the link and of what it carries
		return typeControl
	}
	return typeOther
}

// serial reads the header of PPP in HDLC framing, or Cisco's own (RFC 1547 §4.3.1).
func serial(r *wire.Reader) int {
	head := wire.NewReader(r.Peek(4))
	address, _, etherType := head.U8(), head.U8(), head.U16()
	switch {
	case head.Err() != nil:
		r.Skip(4) // fails
	case address != 0x0f && address != 0x8f:
		return typePPP
	default:
		r.Skip(4)
		switch etherType {
		case typeIPv4, typeIPv6, typeMPLS, typeMPLSUp:
			return etherType
		case 0x8035, 0x2000: // keep-alive and discovery
			return typeControl
		}
	}
	return typeOther
}
