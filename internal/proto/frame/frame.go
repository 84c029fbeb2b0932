// Package frame builds frames: Ethernet with 802.1Q tags, IPv4, IPv6, TCP,
// UDP, ICMP and ARP, with lengths and checksums right. The lab makes its
// traffic with it, and tests their input. It decodes nothing: reading frames is
// for package flow, which trusts none of them.
//
// Every function appends to a slice and returns it, as append does, so that a
// writer of millions of frames can use one buffer again and again.
package frame

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
)

// EtherTypes that the builders write (IEEE 802 numbers, IANA).
const (
	TypeIPv4 = 0x0800
	TypeARP  = 0x0806
	TypeVLAN = 0x8100
	TypeIPv6 = 0x86dd
	TypeQinQ = 0x88a8
)

// minPayload is the least an Ethernet frame carries (IEEE 802.3 §3.2.7).
const minPayload = 46

// Broadcast is the address of every station.
func Broadcast() heron.MAC { return heron.MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff} }

// Ethernet is the link header of a frame. VLAN, when not 0, adds an 802.1Q tag;
// Outer, when not 0, adds a service tag (802.1ad) before that.
type Ethernet struct {
	Src, Dst heron.MAC
	VLAN     uint16
	Outer    uint16
}

func (e Ethernet) appendHeader(b []byte, etherType uint16) []byte {
	b = append(append(b, e.Dst[:]...), e.Src[:]...)
	if e.Outer != 0 {
		b = binary.BigEndian.AppendUint16(b, TypeQinQ)
		b = binary.BigEndian.AppendUint16(b, e.Outer)
	}
	if e.VLAN != 0 {
		b = binary.BigEndian.AppendUint16(b, TypeVLAN)
		b = binary.BigEndian.AppendUint16(b, e.VLAN)
	}
	return binary.BigEndian.AppendUint16(b, etherType)
}

// AppendEthernet appends a frame with the given EtherType, padded to the least
// length of Ethernet.
func AppendEthernet(b []byte, e Ethernet, etherType uint16, payload []byte) []byte {
	b = append(e.appendHeader(b, etherType), payload...)
	return pad(b, len(payload))
}

// AppendLLC appends an 802.3 frame: a length in place of the EtherType, then an
// LLC header (IEEE 802.2) of three octets.
func AppendLLC(b []byte, e Ethernet, dsap, ssap, control byte, payload []byte) []byte {
	b = e.appendHeader(b, uint16(len(payload)+3))
	b = append(append(b, dsap, ssap, control), payload...)
	return pad(b, len(payload)+3)
}

// AppendSNAP appends an 802.3 frame with an LLC SNAP header: organisation code
// and protocol number (IEEE 802 §9.2).
func AppendSNAP(b []byte, e Ethernet, oui [3]byte, protocol uint16, payload []byte) []byte {
	n := len(payload) + 8
	b = e.appendHeader(b, uint16(n))
	b = append(b, 0xaa, 0xaa, 3, oui[0], oui[1], oui[2])
	b = binary.BigEndian.AppendUint16(b, protocol)
	return pad(append(b, payload...), n)
}

func pad(b []byte, payload int) []byte {
	for ; payload < minPayload; payload++ {
		b = append(b, 0)
	}
	return b
}

// Checksum is the Internet checksum (RFC 1071) of b; sum carries a partial sum
// such as that of a pseudo-header.
func Checksum(sum uint32, b []byte) uint16 {
	for len(b) >= 2 {
		sum += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
