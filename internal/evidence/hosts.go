package evidence

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxEnds bounds the hosts of one frame: four of a link and IP, and of what is
// carried inside of tunnels.
const maxEnds = 12

// maxTunnels is how deep a frame is looked into.
const maxTunnels = 2

// ends are the hosts of one frame, by number: those of its link, of ARP, and of
// each IP header.
type ends struct {
	n    int
	host [maxEnds]uint64
}

func (e *ends) add(b []byte) {
	if len(b) > 0 && e.n < maxEnds {
		e.host[e.n] = number(b)
		e.n++
	}
}

func (e *ends) has(list []uint64) bool {
	for i := range e.n {
		for _, h := range list {
			if e.host[i] == h {
				return true
			}
		}
	}
	return false
}

// number makes a number of an address, the same in every run (FNV-1a). The
// lengths of addresses keep MACs and IPs apart.
func number(b []byte) uint64 {
	h := uint64(0xcbf29ce484222325) ^ uint64(len(b))
	for _, c := range b {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return h ^ h>>32
}

// pairOf is the number of two hosts in either order.
func pairOf(a, b uint64) uint64 {
	if a > b {
		a, b = b, a
	}
	h := (a ^ b>>29 ^ b<<35) * 0x9e3779b97f4a7c15
	return h ^ h>>31
}

// Numbers of protocols that the decoder goes through (IEEE 802, IANA).
const (
	etherIPv4, etherARP, etherIPv6       = 0x0800, 0x0806, 0x86dd
	etherVLAN, etherQinQ, etherOldQinQ   = 0x8100, 0x88a8, 0x9100
	greEthernet, greERSPAN2, greERSPAN3  = 0x6558, 0x88be, 0x22eb
	ipUDP, ipGRE                         = 17, 47
	vxlanPort                            = 4789
	greChecksum, greKey, greSequence     = 0x8000, 0x2000, 0x1000
	erspan2Header, erspan3Header         = 8, 12
	vxlanHeader, udpHeader, sllAddresses = 8, 8, 14
)

// decode finds the hosts of a frame. What it does not know tells none.
func decode(p *heron.Packet, e *ends) {
	e.n = 0
	r := wire.NewReader(p.Data)
	switch p.Link {
	case heron.LinkEthernet:
		ethernet(&r, e, 0)
	case heron.LinkRaw, heron.LinkIPv4, heron.LinkIPv6:
		ip(&r, e, 0)
	case heron.LinkNull, heron.LinkLoop:
		r.Skip(4)
		ip(&r, e, 0)
	case heron.LinkLinuxSLL:
		r.Skip(sllAddresses)
		behind(&r, r.U16(), e, 0)
	case heron.LinkLinuxSLL2:
		kind := r.U16()
		r.Skip(18)
		behind(&r, kind, e, 0)
	}
}

func ethernet(r *wire.Reader, e *ends, depth int) {
	e.add(r.Bytes(6))
	e.add(r.Bytes(6))
	kind := r.U16()
	for range 3 {
		if kind != etherVLAN && kind != etherQinQ && kind != etherOldQinQ {
			break
		}
		r.Skip(2)
		kind = r.U16()
	}
	behind(r, kind, e, depth)
}

// behind reads what an EtherType announces.
func behind(r *wire.Reader, kind int, e *ends, depth int) {
	switch kind {
	case etherIPv4, etherIPv6:
		ip(r, e, depth)
	case etherARP:
		r.Skip(8)
		for _, n := range []int{6, 4, 6, 4} {
			e.add(r.Bytes(n))
		}
	}
}

// ip reads an IP header, and what a tunnel carries behind it.
func ip(r *wire.Reader, e *ends, depth int) {
	first := wire.NewReader(r.Peek(1))
	var protocol int
	if head := first.U8(); head>>4 == 6 {
		r.Skip(6)
		protocol = r.U8()
		r.Skip(1)
		e.add(r.Bytes(16))
		e.add(r.Bytes(16))
	} else {
		r.Skip(9)
		protocol = r.U8()
		r.Skip(2)
		e.add(r.Bytes(4))
		e.add(r.Bytes(4))
		r.Skip(head&0xf*4 - 20)
	}
	if depth >= maxTunnels || r.Err() != nil {
		return
	}
	switch protocol {
	case ipGRE:
		gre(r, e, depth+1)
	case ipUDP:
		r.Skip(2)
		if r.U16() == vxlanPort {
			r.Skip(udpHeader - 4 + vxlanHeader)
			ethernet(r, e, depth+1)
		}
	}
}

// gre reads a GRE header (RFC 2784, RFC 2890), and ERSPAN's behind it.
func gre(r *wire.Reader, e *ends, depth int) {
	flags, kind := r.U16(), r.U16()
	for _, f := range []int{greChecksum, greKey, greSequence} {
		if flags&f != 0 {
			r.Skip(4)
		}
	}
	switch kind {
	case greEthernet:
		ethernet(r, e, depth)
	case greERSPAN2:
		// Type I has no sequence number and no header of its own.
		if flags&greSequence != 0 {
			r.Skip(erspan2Header)
		}
		ethernet(r, e, depth)
	case greERSPAN3:
		r.Skip(erspan3Header)
		ethernet(r, e, depth)
	default:
		behind(r, kind, e, depth)
	}
}

// numbers reads addresses, MACs and IPs, as people write them.
func numbers(list []string) ([]uint64, error) {
	out := make([]uint64, 0, len(list))
	for _, s := range list {
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, number(a.Unmap().WithZone("").AsSlice()))
			continue
		}
		m, err := heron.ParseMAC(s)
		if err != nil {
			return nil, heron.Errorf(heron.CodeInvalid, "address %.64q: want an IP or a MAC address", s)
		}
		out = append(out, number(m[:]))
	}
	return out, nil
}
