package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxHeaders bounds the headers between a link, or the start of a tunnel, and IP.
const maxHeaders = 8

func (t *Table) link(r *wire.Reader, link heron.LinkType) {
	switch link {
	case heron.LinkEthernet:
		t.ethernet(r)
	case heron.LinkRadiotap:
		t.radiotap(r)
	case heron.Link80211:
		t.dot11(r)
	case heron.LinkWPAN, heron.LinkWPANNoFCS, heron.LinkWPANNonASK:
		t.wpan(r, link)
	case heron.LinkWPANTAP:
		t.wpanTAP(r)
	case heron.LinkPPI:
		t.ppi(r)
	case heron.LinkPrism, heron.LinkAVS:
		t.monitor(r)
	case heron.LinkNetAnalyzer, heron.LinkNetAnalyzerRaw:
		t.netAnalyzer(r, link)
	default:
		etherType, src := begin(r, link)
		t.frame.src = src
		t.network(r, etherType)
	}
}

// ethernet reads an Ethernet header and what follows.
func (t *Table) ethernet(r *wire.Reader) {
	h := r.View14()
	if h == nil {
		t.fault()
		return
	}
	t.frame.dst, t.frame.src = heron.MAC(h[0:6]), heron.MAC(h[6:12])
	t.network(r, int(binary.BigEndian.Uint16(h[12:14])))
}

func mac(r *wire.Reader) heron.MAC {
	var m heron.MAC
	copy(m[:], r.Bytes(len(m)))
	return m
}

// network goes on by EtherType, through what stands before IP.
func (t *Table) network(r *wire.Reader, etherType int) {
	for range maxHeaders {
		switch etherType {
		case typeIPv4:
			t.ipv4(r)
			return
		case typeIPv6:
			t.ipv6(r)
			return
		}
		h, ok := peel(r, etherType)
		if !ok {
			t.plain(r, h.next)
			return
		}
		t.pass(&h, r.Len())
		etherType = h.next
	}
	t.unsupported()
}

// pass notes a header that was peeled off. Of VLAN tags the innermost counts.
func (t *Table) pass(h *header, left int) {
	f := &t.frame
	switch h.layer {
	case layerNone:
		if h.frame { // another Ethernet frame in this one, with VLANs of its own
			f.dst, f.src, f.vlan = h.dst, h.src, 0
		}
		return
	case layerVLAN:
		if h.vlan != 0 {
			f.vlan = h.vlan
		}
	case layerMPLS, layerPPPoE, layerPPP:
		// The stations are routers: their addresses are not those of the hosts.
		f.dst, f.src = heron.MAC{}, heron.MAC{}
	}
	t.inLayer(h.layer, left)
}

// plain takes what is not IP, behind all headers that are known.
func (t *Table) plain(r *wire.Reader, etherType int) {
	switch {
	case r.Err() != nil:
		t.fault()
		return
	case etherType == typeOther:
		t.unsupported()
		return
	case etherType == typeControl:
		return
	case etherType == typeMACsec:
		t.opaque(layerMACsec, r)
	case etherType == typeTRILL:
		t.opaque(layerTRILL, r)
	case etherType == typeNSH:
		t.opaque(layerNSH, r)
	case etherType == typePPPoED:
		t.inLayer(layerPPPoED, r.Len())
	case t.frame.src.IsZero() && t.frame.depth > 0:
		t.unsupported() // nothing that stations say to one another
		return
	}
	t.linkMessage(etherType, r.Rest())
}

// opaque counts an encapsulation whose content cannot be read.
func (t *Table) opaque(l layer, r *wire.Reader) {
	t.inLayer(l, r.Len())
	t.unsupported()
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
