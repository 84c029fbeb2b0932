package lab

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dns"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/wire"
)

// LLDP is what a device tells its neighbours (IEEE 802.1AB).
type LLDP struct {
	Port, Name, Description string
	// Capabilities are the bits of §8.5.8.1: 0x04 bridge, 0x08 access point, 0x10 router.
	Capabilities uint16
}

// lldpAnnounce sends one LLDPDU.
func lldpAnnounce(l *LLDP) func(*actor) {
	return func(a *actor) {
		h := a.host
		b := lldpTLV(nil, 1, append([]byte{4}, h.MAC[:]...))
		b = lldpTLV(b, 2, append([]byte{5}, l.Port...))
		b = lldpTLV(b, 3, []byte{0, 120})
		b = lldpTLV(b, 5, []byte(h.fill(l.Name)))
		b = lldpTLV(b, 6, []byte(h.fill(l.Description)))
		caps := binary.BigEndian.AppendUint16(nil, l.Capabilities)
		b = lldpTLV(b, 7, append(caps, caps...))
		address := append([]byte{5, 1}, h.IP.AsSlice()...)
		b = lldpTLV(b, 8, append(address, 2, 0, 0, 0, 1, 0))
		b = lldpTLV(b, 0, nil)
		nearest := heron.MAC{0x01, 0x80, 0xc2, 0, 0, 0x0e}
		a.frame(h, frame.AppendEthernet(nil, frame.Ethernet{Src: h.MAC, Dst: nearest}, typeLLDP, b))
	}
}

func lldpTLV(b []byte, kind byte, data []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(kind)<<9|uint16(len(data)))
	return append(b, data...)
}

// subnetBroadcast is where NetBIOS talks to everyone.
func subnetBroadcast() netip.Addr { return netip.AddrFrom4([4]byte{10, 77, 255, 255}) }

// NetBIOS name suffixes.
const (
	netbiosWorkstation = 0x00
	netbiosServer      = 0x20
)

// netbiosName is a name in its first-level encoding (RFC 1001 §14.1).
func netbiosName(name string, suffix byte) string {
	raw := []byte(strings.ToUpper(name) + strings.Repeat(" ", 15))[:15]
	var b strings.Builder
	for _, c := range append(raw, suffix) {
		b.WriteByte('A' + c>>4)
		b.WriteByte('A' + c&15)
	}
	return b.String()
}

// nbnsService answers the node status question (RFC 1002 §4.2.18).
func nbnsService(name string) Service {
	return Service{
		Protocol: "nbns", Transport: heron.UDP, Port: 137,
		Answer: func(h *Host, q Query) Reply {
			r := wire.NewReader(q.Bytes)
			head := dns.ReadHeader(&r)
			var buf [dns.MaxName]byte
			ask := dns.ReadQuestion(&r, buf[:])
			if r.Err() != nil || head.Response() || ask.Type != dns.TypeNBSTAT {
				return Reply{}
			}
			m := dns.Message{ID: head.ID, Flags: dns.FlagResponse | dns.FlagAuthoritative}
			m.Answers = []dns.RR{{Name: string(ask.Name), Type: dns.TypeNBSTAT, Data: nodeStatus(h, h.fill(name))}}
			return Reply{Used: len(q.Bytes), Bytes: m.Append(nil)}
		},
	}
}

func nodeStatus(h *Host, name string) []byte {
	b := []byte{2}
	for _, suffix := range []byte{netbiosWorkstation, netbiosServer} {
		b = append(b, (strings.ToUpper(name) + strings.Repeat(" ", 15))[:15]...)
		b = append(b, suffix, 0x04, 0)
	}
	return append(append(b, h.MAC[:]...), make([]byte, 40)...)
}

// nbnsRegister claims a name on the link (RFC 1002 §4.2.2).
func nbnsRegister(name string) func(*actor) {
	return func(a *actor) {
		encoded := netbiosName(a.host.fill(name), netbiosWorkstation)
		address := append([]byte{0, 0}, a.host.IP.AsSlice()...)
		m := dns.Message{
			ID: int(a.rng.Uint32() & 0xffff), Flags: 0x2910, // registration, recursion, broadcast
			Questions:  []dns.Ask{{Name: encoded, Type: dns.TypeNB}},
			Additional: []dns.RR{{Name: encoded, Type: dns.TypeNB, TTL: 300000, Data: address}},
		}
		a.say(datagram{
			from: a.host, src: addrPort(a.host, 137),
			to: netip.AddrPortFrom(subnetBroadcast(), 137), payload: m.Append(nil),
		})
	}
}

func netipPort(ip netip.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(ip, port) }
