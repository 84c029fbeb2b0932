package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// EtherTypes that the decoder looks into (IANA, IEEE 802 numbers).
const (
	typeIPv4   = 0x0800
	typeVLAN   = 0x8100
	typeIPv6   = 0x86dd
	typeQinQ   = 0x88a8
	typeMPLS   = 0x8847
	typeMPLSUp = 0x8848 // with an upstream-assigned label
	typePPPoED = 0x8863
	typePPPoE  = 0x8864
	typePPP    = 0x880b
	typeFrame  = 0x6558 // an Ethernet frame
	typePBB    = 0x88e7
	typeHSR    = 0x892f
	typeVNTag  = 0x8926
	typeCMD    = 0x8909
	typeMACsec = 0x88e5
	typeTRILL  = 0x22f3
	typeNSH    = 0x894f
	typeARP    = 0x0806
	typeLLDP   = 0x88cc
	// Two more service tags, from before 802.1ad.
	typeOldQinQ  = 0x9100
	typeOldQinQ2 = 0x9200
	// minEtherType is the least EtherType; below it the field is a length (IEEE
	// 802.3 §3.2.6).
	minEtherType = 0x600
)

// What is no EtherType, but may follow a header.
const (
	typeOther   = -1 - iota // content that nothing here can read
	typeControl             // something that links say to each other
	typeLLC                 // IEEE 802.2 with no length before it
)

// header is what one header says of the frame.
type header struct {
	next     int   // EtherType of what follows
	layer    layer // to be counted for; none of Ethernet and LLC
	vlan     uint16
	frame    bool // an Ethernet frame with these two ends follows
	dst, src heron.MAC
}

// peel reads one header that stands before IP: the decoder and Share go by it,
// so that they agree on which IP header is the outermost. It returns false, and
// the type as it is, at what it does not know; a header that is cut short leaves
// the reader failed.
func peel(r *wire.Reader, etherType int) (header, bool) {
	switch etherType {
	case typeVLAN, typeQinQ, typeOldQinQ, typeOldQinQ2:
		tag := r.U16() & 0xfff
		return header{layer: layerVLAN, vlan: uint16(tag), next: r.U16()}, r.Err() == nil
	case typeMPLS, typeMPLSUp:
		return header{layer: layerMPLS, next: mpls(r)}, r.Err() == nil
	case typePPPoE:
		return header{layer: layerPPPoE, next: pppoe(r)}, r.Err() == nil
	case typePPP:
		return header{layer: layerPPP, next: ppp(r)}, r.Err() == nil
	case typeFrame:
		return innerFrame(r)
	case typeHSR, typeVNTag: // IEC 62439-3 §5.7; IEEE 802.1BR
		r.Skip(4)
		l := layerHSR
		if etherType == typeVNTag {
			l = layerVNTag
		}
		return header{layer: l, next: r.U16()}, r.Err() == nil
	case typePBB: // IEEE 802.1Q §9.7: the I-TAG, then the customer's frame
		r.Skip(4)
		return header{layer: layerPBB, next: typeFrame}, r.Err() == nil
	case typeCMD:
		r.Skip(6)
		return header{layer: layerCMD, next: r.U16()}, r.Err() == nil
	case typeMACsec:
		return macsec(r)
	}
	if etherType == typeLLC || etherType >= 0 && etherType < minEtherType {
		return llc(r, etherType)
	}
	return header{next: etherType}, false
}

// innerFrame reads an Ethernet header inside something else.
func innerFrame(r *wire.Reader) (header, bool) {
	b := r.View14()
	if b == nil {
		return header{}, false
	}
	return header{
		frame: true, dst: heron.MAC(b[0:6]), src: heron.MAC(b[6:12]), next: int(binary.BigEndian.Uint16(b[12:14])),
	}, true
}

// llc reads an IEEE 802.2 header. SNAP in the name of Ethernet (RFC 1042) or of
// bridges (802.1H) carries an EtherType; anything else is told as it is, with
// its length in place of the EtherType.
func llc(r *wire.Reader, length int) (header, bool) {
	if length == typeLLC {
		length = min(r.Len(), minEtherType-1)
	} else if r.Err() == nil {
		*r = r.Sub(min(length, r.Len()))
	}
	head := wire.NewReader(r.Peek(8))
	saps, control, oui, etherType := head.U16(), head.U8(), head.U24(), head.U16()
	if saps == 0xaaaa && control == 3 && (oui == 0 || oui == 0xf8) && etherType >= minEtherType && head.Err() == nil {
		r.Skip(8)
		return header{next: etherType}, true
	}
	return header{next: length}, false
}

// macsec reads a security tag (IEEE 802.1AE §9.3). What is only signed can be
// read; what is encrypted cannot.
func macsec(r *wire.Reader) (header, bool) {
	head := wire.NewReader(r.Peek(1))
	tag := head.U8()
	if head.Err() != nil || tag&0x8c != 0 { // another version, encrypted, or changed
		return header{next: typeMACsec}, false
	}
	r.Skip(6)
	if tag&0x20 != 0 {
		r.Skip(8) // the secure channel
	}
	return header{layer: layerMACsec, next: r.U16()}, r.Err() == nil
}

// begin reads the headers of links that have no Ethernet: what follows, and who
// sent it where that is told.
func begin(r *wire.Reader, link heron.LinkType) (etherType int, src heron.MAC) {
	switch link {
	case heron.LinkRaw:
		return version(r), src
	case heron.LinkIPv4:
		return typeIPv4, src
	case heron.LinkIPv6:
		return typeIPv6, src
	case heron.LinkLinuxSLL:
		return cooked(r)
	case heron.LinkLinuxSLL2:
		return cooked2(r)
	case heron.LinkNull, heron.LinkLoop:
		return loopback(r), src
	case heron.LinkPPP:
		return typePPP, src
	case heron.LinkNFLog:
		return nflog(r)
	case heron.LinkPFLog:
		return pflog(r), src
	case heron.LinkENC:
		r.Skip(12) // family, index, flags
		return version(r), src
	case heron.LinkPPPoE:
		return typePPPoE, src
	case heron.LinkPPPSerial, heron.LinkCiscoHDLC:
		return serial(r), src
	}
	return typeOther, src
}

// version is the type of an IP packet, by its first bits.
func version(r *wire.Reader) int {
	head := wire.NewReader(r.Peek(1))
	if head.U8()>>4 == 6 {
		return typeIPv6
	}
	return typeIPv4
}

// loopback reads the header of BSD loopback interfaces: an address family in
// the byte order of whoever captured, or in network order.
func loopback(r *wire.Reader) int {
	family := r.U32()
	if family > 0xffff {
		family >>= 24
	}
	switch family {
	case 2:
		return typeIPv4
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD, FreeBSD and macOS
		return typeIPv6
	}
	return typeOther
}

// cooked reads a Linux cooked header, version 1 (pcap LINKTYPE_LINUX_SLL).
func cooked(r *wire.Reader) (int, heron.MAC) {
	r.Skip(4) // direction, hardware type
	n := r.U16()
	src := cookedSource(r, n)
	return cookedType(r.U16()), src
}

// cooked2 reads a Linux cooked header, version 2 (pcap LINKTYPE_LINUX_SLL2).
func cooked2(r *wire.Reader) (int, heron.MAC) {
	protocol := r.U16()
	r.Skip(9) // reserved, interface, hardware type, direction
	n := r.U8()
	return cookedType(protocol), cookedSource(r, n)
}

func cookedSource(r *wire.Reader, n int) heron.MAC {
	m := mac(r)
	r.Skip(2)
	if n == len(m) {
		return m
	}
	return heron.MAC{}
}

func cookedType(protocol int) int {
	const linuxLLC = 4
	switch {
	case protocol == linuxLLC:
		return typeLLC
	case protocol < minEtherType:
		return typeOther
	}
	return protocol
}
