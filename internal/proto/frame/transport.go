package frame

import (
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
)

// The TCP flags (RFC 9293 §3.1).
const (
	FIN uint8 = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
)

// TCP is a TCP header. Window 0 stands for 65535.
type TCP struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            uint8
	Window           uint16
	Options          []byte // padded here to a multiple of four octets
}

// AppendTCP appends a frame with a TCP segment.
func AppendTCP(b []byte, e Ethernet, ip IP, t TCP, payload []byte) []byte {
	ip.Protocol = ProtoTCP
	return appendSegment(b, e, ip, func(b []byte) []byte { return AppendTCPSegment(b, ip, t, payload) })
}

// AppendTCPSegment appends a TCP segment alone; ip gives the addresses that its
// checksum covers.
func AppendTCPSegment(b []byte, ip IP, t TCP, payload []byte) []byte {
	at := len(b)
	options := (len(t.Options) + 3) &^ 3
	window := t.Window
	if window == 0 {
		window = 0xffff
	}
	b = binary.BigEndian.AppendUint16(b, t.SrcPort)
	b = binary.BigEndian.AppendUint16(b, t.DstPort)
	b = binary.BigEndian.AppendUint32(b, t.Seq)
	b = binary.BigEndian.AppendUint32(b, t.Ack)
	b = append(b, byte(5+options/4)<<4, t.Flags)
	b = binary.BigEndian.AppendUint16(b, window)
	b = append(append(b, 0, 0, 0, 0), t.Options...)
	for range options - len(t.Options) {
		b = append(b, 0)
	}
	b = append(b, payload...)
	binary.BigEndian.PutUint16(b[at+16:], Checksum(ip.pseudoSum(ProtoTCP, len(b)-at), b[at:]))
	return b
}

// UDP is a UDP header (RFC 768).
type UDP struct{ SrcPort, DstPort uint16 }

// AppendUDP appends a frame with a UDP datagram.
func AppendUDP(b []byte, e Ethernet, ip IP, u UDP, payload []byte) []byte {
	ip.Protocol = ProtoUDP
	return appendSegment(b, e, ip, func(b []byte) []byte { return AppendUDPDatagram(b, ip, u, payload) })
}

// AppendUDPDatagram appends a UDP datagram alone; ip gives the addresses that
// its checksum covers.
func AppendUDPDatagram(b []byte, ip IP, u UDP, payload []byte) []byte {
	at := len(b)
	b = binary.BigEndian.AppendUint16(b, u.SrcPort)
	b = binary.BigEndian.AppendUint16(b, u.DstPort)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	b = append(append(b, 0, 0), payload...)
	sum := Checksum(ip.pseudoSum(ProtoUDP, len(b)-at), b[at:])
	if sum == 0 {
		sum = 0xffff // 0 means "not computed"
	}
	binary.BigEndian.PutUint16(b[at+6:], sum)
	return b
}

// ICMP is the header of an ICMP (RFC 792) or ICMPv6 (RFC 4443) message; Rest
// is its second word (identifier and sequence, MTU …).
type ICMP struct {
	Type, Code uint8
	Rest       uint32
}

// AppendICMP appends a frame with an ICMP message, of version 6 when ip is.
func AppendICMP(b []byte, e Ethernet, ip IP, c ICMP, payload []byte) []byte {
	ip.Protocol = ProtoICMP
	sum := uint32(0)
	if !ip.Src.Is4() {
		ip.Protocol = ProtoICMPv6
		sum = ip.pseudoSum(ProtoICMPv6, 8+len(payload))
	}
	return appendSegment(b, e, ip, func(b []byte) []byte {
		at := len(b)
		b = append(b, c.Type, c.Code, 0, 0)
		b = append(binary.BigEndian.AppendUint32(b, c.Rest), payload...)
		binary.BigEndian.PutUint16(b[at+2:], Checksum(sum, b[at:]))
		return b
	})
}

// appendSegment writes the headers around what segment appends, and then the
// lengths that depend on it.
func appendSegment(b []byte, e Ethernet, ip IP, segment func([]byte) []byte) []byte {
	b = e.appendHeader(b, ip.etherType())
	at := len(b)
	b = ip.appendHeader(b, 0)
	body := len(b)
	b = segment(b)
	if ip.Src.Is4() {
		h := b[at:body]
		binary.BigEndian.PutUint16(h[2:], uint16(len(b)-at))
		h[10], h[11] = 0, 0
		binary.BigEndian.PutUint16(h[10:], Checksum(0, h))
	} else {
		binary.BigEndian.PutUint16(b[at+4:], uint16(len(b)-at-40))
	}
	return pad(b, len(b)-at)
}

// The ARP operations (RFC 826).
const (
	ARPRequest uint16 = 1
	ARPReply   uint16 = 2
)

// ARP is an ARP packet for IPv4 over Ethernet.
type ARP struct {
	Operation            uint16
	SenderMAC, TargetMAC heron.MAC
	SenderIP, TargetIP   netip.Addr
}

// AppendARP appends a frame with an ARP packet.
func AppendARP(b []byte, e Ethernet, a ARP) []byte {
	p := make([]byte, 0, 28)
	p = append(p, 0, 1, 8, 0, 6, 4)
	p = binary.BigEndian.AppendUint16(p, a.Operation)
	p = append(append(p, a.SenderMAC[:]...), a.SenderIP.AsSlice()...)
	p = append(append(p, a.TargetMAC[:]...), a.TargetIP.AsSlice()...)
	return AppendEthernet(b, e, TypeARP, p)
}
