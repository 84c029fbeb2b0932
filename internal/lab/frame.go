package lab

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// typeLLDP is the EtherType of IEEE 802.1AB.
const typeLLDP = 0x88cc

// arpFrame is one ARP message.
func arpFrame(dst heron.MAC, op uint16, sha heron.MAC, spa netip.Addr, tha heron.MAC, tpa netip.Addr) []byte {
	return frame.AppendARP(nil, frame.Ethernet{Src: sha, Dst: dst}, frame.ARP{
		Operation: op, SenderMAC: sha, SenderIP: spa, TargetMAC: tha, TargetIP: tpa,
	})
}

// packet says how one IP packet is addressed.
type packet struct {
	srcMAC, dstMAC heron.MAC
	src, dst       netip.Addr
	ttl            uint8
	id             uint16 // IPv4 identification
}

func (p packet) link() frame.Ethernet { return frame.Ethernet{Src: p.srcMAC, Dst: p.dstMAC} }

func (p packet) ip() frame.IP {
	return frame.IP{Src: p.src, Dst: p.dst, TTL: p.ttl, ID: uint32(p.id)}
}

// udpFrame is one datagram.
func udpFrame(p packet, srcPort, dstPort uint16, payload []byte) []byte {
	return frame.AppendUDP(nil, p.link(), p.ip(), frame.UDP{SrcPort: srcPort, DstPort: dstPort}, payload)
}

// icmpFrame is one ICMP message.
func icmpFrame(p packet, c frame.ICMP, payload []byte) []byte {
	return frame.AppendICMP(nil, p.link(), p.ip(), c, payload)
}

// multicastMAC is the link address of an IP group (RFC 1112 §6.4, RFC 2464 §7),
// or broadcast.
func multicastMAC(ip netip.Addr) heron.MAC {
	if ip.Is6() {
		b := ip.As16()
		return heron.MAC{0x33, 0x33, b[12], b[13], b[14], b[15]}
	}
	if !ip.IsMulticast() {
		return frame.Broadcast()
	}
	b := ip.As4()
	return heron.MAC{0x01, 0x00, 0x5e, b[1] & 0x7f, b[2], b[3]}
}

// linkLocal is the IPv6 address that mac makes for itself (RFC 4291 appendix A).
func linkLocal(mac heron.MAC) netip.Addr {
	return netip.AddrFrom16([16]byte{
		0xfe, 0x80, 8: mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5],
	})
}
