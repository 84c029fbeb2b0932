package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Share returns a number by which frames may be spread over several tables: it
// is the same for all frames between two hosts, in both directions, so that each
// flow and each datagram's fragments are in one table. It goes by the outermost
// IP addresses; frames without any go by their MAC addresses.
//
// An ICMP error also concerns the flow of the packet that it brings back:
// quoted is that one's number, and ok tells that there is one. The table of
// that share is told with Quote.
func Share(p *heron.Packet) (of, quoted uint64, ok bool) {
	if h, _ := wire.Head34(p.Data); h != nil && p.Link == heron.LinkEthernet &&
		binary.BigEndian.Uint16(h[12:14]) == typeIPv4 && h[14] == 0x45 && h[23] != protoICMP {
		return pair(uint64(binary.BigEndian.Uint32(h[26:30])), uint64(binary.BigEndian.Uint32(h[30:34]))), 0, false
	}
	r := wire.NewReader(p.Data)
	etherType := typeOther
	switch p.Link {
	case heron.LinkEthernet:
		r.Skip(12)
		etherType = r.U16()
	case heron.Link80211, heron.LinkRadiotap: // addresses are deep inside: all to one table
	default:
		etherType, _ = begin(&r, p.Link)
	}
	for range maxHeaders {
		if etherType == typeIPv4 || etherType == typeIPv6 {
			if of, quoted, ok = shareIP(&r, etherType == typeIPv6); r.Err() == nil {
				return of, quoted, ok
			}
			break
		}
		h, more := peel(&r, etherType)
		if !more {
			break
		}
		etherType = h.next
	}
	if p.Link != heron.LinkEthernet {
		return 0, 0, false
	}
	r = wire.NewReader(p.Data)
	dst, src := r.U16()<<32|r.U32(), r.U16()<<32|r.U32()
	return pair(uint64(dst), uint64(src)), 0, false
}

// MayQuote reports whether Share must be asked if a frame is an ICMP error: most
// frames tell at a glance that they are none.
func MayQuote(p *heron.Packet) bool {
	h, _ := wire.Head34(p.Data)
	if h == nil || p.Link != heron.LinkEthernet {
		return true
	}
	switch binary.BigEndian.Uint16(h[12:14]) {
	case typeIPv4:
		return h[23] == protoICMP
	case typeIPv6:
		return h[20] == protoICMPv6
	}
	return true
}

// shareIP is Share for the IP packet at hand.
func shareIP(r *wire.Reader, v6 bool) (of, quoted uint64, ok bool) {
	of, protocol := hosts(r, v6)
	kind := 0
	switch {
	case protocol == protoICMP && !v6, protocol == protoICMPv6 && v6:
		head := wire.NewReader(r.Peek(1))
		kind = head.U8()
	}
	if protocol == protoICMP && kind == icmpUnreachable || protocol == protoICMPv6 && kind == icmp6Unreachable {
		inner := *r
		inner.Skip(8)
		quoted, _ = hosts(&inner, v6)
		ok = inner.Err() == nil && quoted != of
	}
	return of, quoted, ok
}

// hosts reads an IP header and returns the number of its two addresses.
func hosts(r *wire.Reader, v6 bool) (of uint64, protocol int) {
	if v6 {
		r.Skip(6)
		protocol = r.U8()
		r.Skip(1)
		a, b, c, d := r.U64(), r.U64(), r.U64(), r.U64()
		return pair(mix(a, b), mix(c, d)), protocol
	}
	header := r.U8() & 0xf * 4
	r.Skip(8)
	protocol = r.U8()
	r.Skip(2)
	of = pair(uint64(r.U32()), uint64(r.U32()))
	r.Skip(header - 20)
	return of, protocol
}

// pair is the same for two numbers in either order.
func pair(a, b uint64) uint64 {
	if a > b {
		a, b = b, a
	}
	return mix(a+1, b+0x9e3779b97f4a7c15)
}

// Quote takes a frame that another table was given, for the flow of this one
// that the ICMP error in it is about. Nothing of the frame itself is counted.
func (t *Table) Quote(p *heron.Packet) {
	kept := t.stats
	t.frame = frame{time: p.Time, quoting: true, faulty: true, packets: 1, odd: true}
	r := wire.NewReader(p.Data)
	t.link(&r, p.Link)
	t.stats = kept
}
