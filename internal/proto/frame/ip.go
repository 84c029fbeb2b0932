package frame

import (
	"encoding/binary"
	"net/netip"
)

// IP protocol numbers that the builders write (IANA).
const (
	ProtoICMP   = 1
	ProtoIGMP   = 2
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
)

// IP is the header of an IPv4 (RFC 791) or IPv6 (RFC 8200) packet: which of the
// two follows from Src. Both addresses must be of one family.
type IP struct {
	Src, Dst netip.Addr
	// Protocol is filled in by the functions that know it.
	Protocol uint8
	// TTL is the time to live or hop limit; 0 stands for 64.
	TTL uint8
	// TOS is the type of service or traffic class.
	TOS uint8
	// ID numbers the datagram for reassembly.
	ID uint32
	// Offset (in bytes, a multiple of 8) and More make the packet a fragment.
	Offset int
	More   bool
	// Options are IPv4 options, padded here to a multiple of four octets.
	Options []byte
	// Extensions are whole IPv6 extension headers, chained: the first one's type
	// is ExtensionType, and the last one names Protocol itself.
	Extensions    []byte
	ExtensionType uint8
}

// AppendIP appends an IP packet with no link header before it.
func AppendIP(b []byte, ip IP, payload []byte) []byte {
	return append(ip.appendHeader(b, len(payload)), payload...)
}

// AppendEthernetIP appends a frame that carries an IP packet.
func AppendEthernetIP(b []byte, e Ethernet, ip IP, payload []byte) []byte {
	b = e.appendHeader(b, ip.etherType())
	n := len(b)
	b = AppendIP(b, ip, payload)
	return pad(b, len(b)-n)
}

func (ip IP) etherType() uint16 {
	if ip.Src.Is4() {
		return TypeIPv4
	}
	return TypeIPv6
}

func (ip IP) ttl() byte {
	if ip.TTL == 0 {
		return 64
	}
	return ip.TTL
}

func (ip IP) appendHeader(b []byte, payload int) []byte {
	if ip.Src.Is4() {
		return ip.appendHeader4(b, payload)
	}
	return ip.appendHeader6(b, payload)
}

func (ip IP) appendHeader4(b []byte, payload int) []byte {
	at := len(b)
	options := (len(ip.Options) + 3) &^ 3
	flags := uint16(ip.Offset / 8)
	if ip.More {
		flags |= 0x2000
	}
	b = append(b, byte(0x45+options/4), ip.TOS)
	b = binary.BigEndian.AppendUint16(b, uint16(20+options+payload))
	b = binary.BigEndian.AppendUint16(b, uint16(ip.ID))
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, ip.ttl(), ip.Protocol, 0, 0)
	b = append(b, ip.Src.AsSlice()...)
	b = append(b, ip.Dst.AsSlice()...)
	b = append(b, ip.Options...)
	for range options - len(ip.Options) {
		b = append(b, 0)
	}
	binary.BigEndian.PutUint16(b[at+10:], Checksum(0, b[at:]))
	return b
}

func (ip IP) appendHeader6(b []byte, payload int) []byte {
	next, fragment := ip.Protocol, ip.More || ip.Offset > 0
	length := payload + len(ip.Extensions)
	if len(ip.Extensions) > 0 {
		next = ip.ExtensionType
	}
	inner := next
	if fragment {
		next, length = 44, length+8
	}
	b = append(b, 0x60|ip.TOS>>4, ip.TOS<<4, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, next, ip.ttl())
	b = append(b, ip.Src.AsSlice()...)
	b = append(b, ip.Dst.AsSlice()...)
	if fragment {
		b = append(b, inner, 0)
		offset := uint16(ip.Offset)
		if ip.More {
			offset |= 1
		}
		b = binary.BigEndian.AppendUint16(b, offset)
		b = binary.BigEndian.AppendUint32(b, ip.ID)
	}
	return append(b, ip.Extensions...)
}

// pseudoSum is the sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1).
func (ip IP) pseudoSum(protocol uint8, length int) uint32 {
	sum := uint32(protocol) + uint32(length>>16) + uint32(length&0xffff)
	for _, a := range [2]netip.Addr{ip.Src, ip.Dst} {
		for b := a.AsSlice(); len(b) >= 2; b = b[2:] {
			sum += uint32(binary.BigEndian.Uint16(b))
		}
	}
	return sum
}

// Fragments cuts a transport segment into IP fragments whose payloads are at
// most size bytes (rounded down to a multiple of 8), each an IP packet with no
// link header.
func Fragments(ip IP, segment []byte, size int) [][]byte {
	size = max(size&^7, 8)
	var out [][]byte
	for at := 0; at < len(segment); at += size {
		end := min(at+size, len(segment))
		ip.Offset, ip.More = at, end < len(segment)
		out = append(out, AppendIP(nil, ip, segment[at:end]))
	}
	return out
}
