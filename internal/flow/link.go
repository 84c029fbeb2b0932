package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// EtherTypes that the decoder looks into (IANA, IEEE 802 numbers).
const (
	typeIPv4 = 0x0800
	typeVLAN = 0x8100
	typeIPv6 = 0x86dd
	typeQinQ = 0x88a8
	// Two more service tags, from before 802.1ad.
	typeOldQinQ  = 0x9100
	typeOldQinQ2 = 0x9200
	// minEtherType is the least EtherType; below it the field is a length (IEEE
	// 802.3 §3.2.6).
	minEtherType = 0x600
)

// maxTags bounds the VLAN tags of a frame.
const maxTags = 4

func (t *Table) link(r *wire.Reader, link heron.LinkType) {
	switch link {
	case heron.LinkEthernet:
		t.frame.dst, t.frame.src = mac(r), mac(r)
		t.network(r, r.U16())
	case heron.LinkRaw:
		t.rawIP(r)
	case heron.LinkIPv4:
		t.ipv4(r)
	case heron.LinkIPv6:
		t.ipv6(r)
	case heron.LinkLinuxSLL:
		t.cooked(r)
	case heron.LinkLinuxSLL2:
		t.cooked2(r)
	case heron.LinkNull, heron.LinkLoop:
		t.loopback(r)
	case heron.LinkRadiotap:
		t.radiotap(r)
	case heron.Link80211:
		t.dot11(r)
	default:
		t.undecoded()
	}
}

func mac(r *wire.Reader) heron.MAC {
	var m heron.MAC
	copy(m[:], r.Bytes(len(m)))
	return m
}

// network goes on by EtherType, through VLAN tags: the innermost one counts.
func (t *Table) network(r *wire.Reader, etherType int) {
	tagged := false
	for range maxTags {
		switch etherType {
		case typeIPv4:
			t.ipv4(r)
			return
		case typeIPv6:
			t.ipv6(r)
			return
		case typeVLAN, typeQinQ, typeOldQinQ, typeOldQinQ2:
			if id := uint16(r.U16() & 0xfff); id != 0 {
				t.frame.vlan = id
			}
			etherType = r.U16()
			if !tagged {
				tagged = true
				t.inLayer(layerVLAN, r.Len())
			}
			continue
		}
		break
	}
	switch {
	case r.Err() != nil:
		t.fault()
	case etherType < minEtherType:
		body := r.Sub(min(etherType, r.Len()))
		t.llc(&body, etherType)
	default:
		t.linkMessage(etherType, r.Rest())
	}
}

// llc reads an IEEE 802.2 header. SNAP in the name of Ethernet (RFC 1042) or of
// bridges (802.1H) carries an EtherType; anything else is told as it is.
func (t *Table) llc(r *wire.Reader, length int) {
	head := wire.NewReader(r.Peek(8))
	saps, control, oui, etherType := head.U16(), head.U8(), head.U24(), head.U16()
	if saps == 0xaaaa && control == 3 && (oui == 0 || oui == 0xf8) && etherType >= minEtherType && head.Err() == nil {
		r.Skip(8)
		t.network(r, etherType)
		return
	}
	t.linkMessage(length, r.Rest())
}

// linkMessage tells a frame that is not IP.
func (t *Table) linkMessage(etherType int, payload []byte) {
	f := &t.frame
	if f.quoting {
		return
	}
	t.sight(addr{}, false)
	t.msg = heron.Message{
		Time: f.time, Transport: heron.Link, EtherType: uint16(etherType),
		Src:        heron.Endpoint{MAC: f.src, VLAN: f.vlan},
		Dst:        heron.Endpoint{MAC: f.dst, VLAN: f.vlan},
		FromClient: true, Payload: payload,
	}
	t.sink.Message(&t.msg)
}

// rawIP reads IP with no link header; the version says which.
func (t *Table) rawIP(r *wire.Reader) {
	head := wire.NewReader(r.Peek(1))
	switch head.U8() >> 4 {
	case 4:
		t.ipv4(r)
	case 6:
		t.ipv6(r)
	default:
		t.fault()
	}
}

// loopback reads the header of BSD loopback interfaces: an address family in
// the byte order of whoever captured, or in network order.
func (t *Table) loopback(r *wire.Reader) {
	family := r.U32()
	if family > 0xffff {
		family >>= 24
	}
	switch family {
	case 2:
		t.ipv4(r)
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD, FreeBSD and macOS
		t.ipv6(r)
	default:
		if r.Err() != nil {
			t.fault()
			return
		}
		t.undecoded()
	}
}

// cooked reads a Linux cooked header, version 1 (pcap LINKTYPE_LINUX_SLL).
func (t *Table) cooked(r *wire.Reader) {
	r.Skip(4) // direction, hardware type
	n := r.U16()
	t.cookedSource(r, n)
	t.cookedNetwork(r, r.U16())
}

// cooked2 reads a Linux cooked header, version 2 (pcap LINKTYPE_LINUX_SLL2).
func (t *Table) cooked2(r *wire.Reader) {
	protocol := r.U16()
	r.Skip(9) // reserved, interface, hardware type, direction
	n := r.U8()
	t.cookedSource(r, n)
	t.cookedNetwork(r, protocol)
}

func (t *Table) cookedSource(r *wire.Reader, n int) {
	m := mac(r)
	r.Skip(2)
	if n == len(m) {
		t.frame.src = m
	}
}

func (t *Table) cookedNetwork(r *wire.Reader, protocol int) {
	const linuxLLC = 4
	if protocol == linuxLLC {
		t.llc(r, r.Len())
		return
	}
	if protocol < minEtherType && r.Err() == nil {
		t.undecoded()
		return
	}
	t.network(r, protocol)
}
