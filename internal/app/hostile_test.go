package app

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/dhcp"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// hostile is a kind of traffic that somebody might send to make Heron slow.
type hostile struct {
	name string
	// frame appends the i-th frame.
	frame func(b []byte, i int) []byte
	// at is its time, counted from the first; nil leaves that to the pace.
	at func(i int) heron.Time
	// n is how many frames it takes to show; 0 leaves that to the test.
	n int
}

// attack is a source of n frames of a kind, so many a second of traffic time.
type attack struct {
	hostile
	count, pace, next int
	buf               []byte
}

const attackStart = 1_700_000_000 * heron.Second

func (a *attack) Next(p *heron.Packet) error {
	if a.next >= a.count {
		return io.EOF
	}
	i := a.next
	a.next++
	at := heron.Time(i/a.pace)*heron.Second + heron.Time(i%a.pace)*heron.Second/heron.Time(a.pace)
	if a.at != nil {
		at = a.at(i)
	}
	a.buf = a.frame(a.buf[:0], i)
	*p = heron.Packet{Time: attackStart + at, Data: a.buf, OrigLen: len(a.buf), Link: heron.LinkEthernet}
	return nil
}

func (a *attack) Close() error { return nil }

// scatter is a number that looks like chance.
func scatter(i int) uint64 {
	x := uint64(i+1) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// nthMAC is a station of a known vendor.
func nthMAC(i int) heron.MAC {
	return heron.MAC{0x00, 0x1b, 0x63, byte(i >> 16), byte(i >> 8), byte(i)}
}

// nthIP is an address of 10.0.0.0/8.
func nthIP(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// randomIP is an address of the Internet, randomIP6 one of the local network.
func randomIP(i int) netip.Addr {
	x := scatter(i)
	return netip.AddrFrom4([4]byte{byte(x%90) + 20, byte(x >> 8), byte(x >> 16), byte(x >> 24)})
}

func randomIP6(i int) netip.Addr {
	b := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	binary.BigEndian.PutUint64(b[8:], scatter(i))
	return netip.AddrFrom16(b)
}

// The two that are always there.
var (
	attacker = station{heron.MAC{0x00, 0x1b, 0x63, 0xff, 0xff, 0x01}, netip.AddrFrom4([4]byte{192, 168, 1, 66})}
	victim   = station{heron.MAC{0x00, 0x1b, 0x63, 0xff, 0xff, 0x02}, netip.AddrFrom4([4]byte{192, 168, 1, 1})}
)

// claim appends a gratuitous ARP reply.
func claim(b []byte, s station, vlan uint16) []byte {
	e := frame.Ethernet{Src: s.e, Dst: frame.Broadcast(), VLAN: vlan}
	return frame.AppendARP(b, e, frame.ARP{
		Operation: frame.ARPReply, SenderMAC: s.e, SenderIP: s.ip, TargetMAC: frame.Broadcast(), TargetIP: s.ip,
	})
}

// datagram appends one from a station to another.
func datagram(b []byte, from, to station, src, dst int, payload []byte) []byte {
	return frame.AppendUDP(b, frame.Ethernet{Src: from.e, Dst: to.e}, frame.IP{Src: from.ip, Dst: to.ip},
		frame.UDP{SrcPort: uint16(src), DstPort: uint16(dst)}, payload)
}

// syn appends the question for a connection.
func syn(b []byte, from, to station, src, dst int) []byte {
	return segment(b, from, to, src, dst, frame.TCP{Flags: frame.SYN, Seq: 1000}, nil)
}

func segment(b []byte, from, to station, src, dst int, t frame.TCP, payload []byte) []byte {
	t.SrcPort, t.DstPort = uint16(src), uint16(dst)
	return frame.AppendTCP(b, frame.Ethernet{Src: from.e, Dst: to.e}, frame.IP{Src: from.ip, Dst: to.ip}, t, payload)
}

// addresses are attacks on what is known of who has which address.
func addresses() []hostile {
	return []hostile{
		{name: "many MACs claim an address each", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i), nthIP(i)}, 0)
		}},
		{name: "one MAC sends from the Internet", frame: func(b []byte, i int) []byte {
			return datagram(b, station{attacker.e, randomIP(i)}, victim, 5000, 6000, []byte("x"))
		}},
		{name: "one MAC sends from many IPv6 addresses", frame: func(b []byte, i int) []byte {
			return datagram(b, station{attacker.e, randomIP6(i)}, station{victim.e, randomIP6(-5)}, 5000, 6000, []byte("x"))
		}},
		{name: "two MACs take an address from each other", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i % 2), victim.ip}, 0)
		}},
		{name: "many DHCP clients", frame: func(b []byte, i int) []byte {
			return lease(b, nthMAC(i), nthIP(i), dhcp.Text(dhcp.OptHostName, fmt.Sprint("host", i)))
		}},
		{name: "many DHCP clients of one identifier", frame: func(b []byte, i int) []byte {
			return lease(b, nthMAC(i), nthIP(i), dhcp.Option{Code: dhcp.OptClientID, Data: []byte("\xff\x00\x00\x00\x01\x00\x04aaaaaaaaaaaaaaaa")})
		}},
		{name: "many names of one DHCP client", frame: func(b []byte, i int) []byte {
			return lease(b, attacker.e, attacker.ip, dhcp.Text(dhcp.OptHostName, fmt.Sprint("host", i)))
		}},
		{name: "many identifiers of one DHCP client", frame: func(b []byte, i int) []byte {
			return lease(b, attacker.e, attacker.ip, dhcp.Option{Code: dhcp.OptClientID, Data: binary.BigEndian.AppendUint64([]byte("\xff\x00\x00\x00\x01\x00\x04aaaaaaaa"), scatter(i))})
		}},
	}
}

// crowds are attacks on what is known of one address or MAC, of which each batch
// costs more the more that is, up to what is remembered of it.
func crowds() []hostile {
	return []hostile{
		{name: "many MACs claim one address", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i), victim.ip}, 0)
		}},
		{name: "many MACs send from one address", frame: func(b []byte, i int) []byte {
			return datagram(b, station{nthMAC(i), victim.ip}, attacker, 5000, 6000, []byte("x"))
		}},
		{name: "many MACs send from one address of the Internet", frame: func(b []byte, i int) []byte {
			return datagram(b, station{nthMAC(i), randomIP(7)}, attacker, 5000, 6000, []byte("x"))
		}},
		{name: "one MAC claims many addresses", frame: func(b []byte, i int) []byte {
			return claim(b, station{attacker.e, nthIP(i)}, 0)
		}},
		{name: "one MAC sends from many addresses", frame: func(b []byte, i int) []byte {
			return datagram(b, station{attacker.e, nthIP(i)}, victim, 5000, 6000, []byte("x"))
		}},
		{name: "one MAC in many VLANs", frame: func(b []byte, i int) []byte {
			return claim(b, station{attacker.e, nthIP(i)}, uint16(i%4094)+1)
		}},
		{name: "one address in many VLANs", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i), victim.ip}, uint16(i%4094)+1)
		}},
		{name: "many MACs claim the same twenty addresses", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i / 20), nthIP(i % 20)}, 0)
		}},
		{name: "many MACs claim the same twenty addresses in turn", frame: func(b []byte, i int) []byte {
			return claim(b, station{nthMAC(i % 500), nthIP(i % 20)}, 0)
		}},
		{name: "many leases of one address", frame: func(b []byte, i int) []byte {
			return lease(b, nthMAC(i), victim.ip, dhcp.Text(dhcp.OptHostName, "one"))
		}},
		{name: "many leases of many addresses to one", frame: func(b []byte, i int) []byte {
			return lease(b, attacker.e, nthIP(i), dhcp.Text(dhcp.OptHostName, "one"))
		}},
	}
}

// lease appends the question of a DHCP client for its address.
func lease(b []byte, client heron.MAC, ip netip.Addr, option dhcp.Option) []byte {
	m := dhcp.Message{
		Op: dhcp.OpRequest, XID: 7, ClientMAC: client, ClientIP: ip,
		Options: []dhcp.Option{dhcp.Type(dhcp.Request), option, dhcp.Addr(dhcp.OptRequestedIP, ip)},
	}
	return frame.AppendUDP(b, frame.Ethernet{Src: client, Dst: frame.Broadcast()},
		frame.IP{Src: ip, Dst: netip.AddrFrom4([4]byte{255, 255, 255, 255})}, frame.UDP{SrcPort: 68, DstPort: 67}, m.Append(nil))
}

// floods are attacks on the table of flows and on what counts them.
func floods() []hostile {
	return []hostile{
		{name: "SYN flood from random sources", frame: func(b []byte, i int) []byte {
			return syn(b, station{attacker.e, randomIP(i)}, victim, 1024+i%60000, 80)
		}},
		{name: "SYN flood from random local sources", frame: func(b []byte, i int) []byte {
			return syn(b, station{nthMAC(i), nthIP(i)}, victim, 1024+i%60000, 80)
		}},
		{name: "SYN flood from one source", frame: func(b []byte, i int) []byte {
			return syn(b, attacker, victim, i%65536, 80+i>>16)
		}},
		{name: "scan of all ports", frame: func(b []byte, i int) []byte { return syn(b, attacker, victim, 40000+i>>16, i%65536) }},
		{name: "scan of all ports, refused", frame: func(b []byte, i int) []byte {
			k := i / 2
			if i%2 == 0 {
				return syn(b, attacker, victim, 40000+k>>16, k%65536)
			}
			return segment(b, victim, attacker, k%65536, 40000+k>>16, frame.TCP{Flags: frame.RST | frame.ACK, Ack: 1001}, nil)
		}},
		{name: "scan of all hosts", frame: func(b []byte, i int) []byte {
			return syn(b, attacker, station{victim.e, nthIP(i)}, 40000, 23)
		}},
		{name: "scan of all hosts by ARP", frame: func(b []byte, i int) []byte {
			e := frame.Ethernet{Src: attacker.e, Dst: frame.Broadcast()}
			return frame.AppendARP(b, e, frame.ARP{Operation: frame.ARPRequest, SenderMAC: attacker.e, SenderIP: attacker.ip, TargetIP: nthIP(i)})
		}},
		{name: "scan of all hosts by ping", frame: func(b []byte, i int) []byte {
			return frame.AppendICMP(b, frame.Ethernet{Src: attacker.e, Dst: victim.e}, frame.IP{Src: attacker.ip, Dst: nthIP(i)},
				frame.ICMP{Type: 8, Rest: uint32(i)}, []byte("abcd"))
		}},
		{name: "many sources scan many hosts and ports", frame: func(b []byte, i int) []byte {
			x := scatter(i)
			return syn(b, station{nthMAC(int(x % 5000)), nthIP(int(x % 5000))}, station{victim.e, nthIP(int(x >> 20 % 60000))}, 40000, int(x>>40)%65536)
		}},
		{name: "many bots try telnet", frame: func(b []byte, i int) []byte {
			x := scatter(i)
			return syn(b, station{nthMAC(i % 5000), nthIP(i % 5000)}, station{victim.e, randomIP(int(x % 1000000))}, 40000+i%20000, 23)
		}},
		{name: "UDP to random hosts", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, station{victim.e, randomIP(i)}, 5000, 53, []byte("x"))
		}},
		{name: "UDP to random local hosts", frame: func(b []byte, i int) []byte {
			return datagram(b, attacker, station{nthMAC(i), nthIP(i)}, 5000, 5001, []byte("x"))
		}},
		{name: "UDP to random IPv6 hosts", frame: func(b []byte, i int) []byte {
			return datagram(b, station{attacker.e, randomIP6(-1)}, station{victim.e, randomIP6(i)}, 5000, 5001, []byte("x"))
		}},
		{name: "flows whose ids begin alike", n: 2000, frame: func(b []byte, i int) []byte {
			// A factor of 0 in the hash that makes ids, which has no secret.
			const factor = 0x243f6a8885a308d3 ^ 0xa0761d6478bd642f
			lower := netip.AddrFrom16([16]byte(binary.BigEndian.AppendUint64([]byte("\x20\x01\x0d\xb8\x00\x00\x00\x00"), factor)))
			upper := netip.AddrFrom16([16]byte(binary.BigEndian.AppendUint64([]byte("\x20\x01\x0d\xb8\x00\x00\x00\x01"), scatter(i))))
			return datagram(b, station{attacker.e, lower}, station{victim.e, upper}, 5000, 5001, []byte("x"))
		}, at: func(int) heron.Time { return 0 }},
		{name: "many flows that never end", frame: func(b []byte, i int) []byte {
			k := i % 20000
			return datagram(b, attacker, victim, 1024+k, 5001, []byte("x"))
		}},
		{name: "all protocols of IP", frame: func(b []byte, i int) []byte {
			return frame.AppendEthernetIP(b, frame.Ethernet{Src: attacker.e, Dst: victim.e},
				frame.IP{Src: attacker.ip, Dst: nthIP(i), Protocol: uint8(scatter(i))}, make([]byte, 40))
		}},
		{name: "all EtherTypes", frame: func(b []byte, i int) []byte {
			return frame.AppendEthernet(b, frame.Ethernet{Src: nthMAC(i % 100), Dst: victim.e}, uint16(scatter(i)), make([]byte, 60))
		}},
		{name: "refusals that quote random flows", frame: func(b []byte, i int) []byte {
			inner := frame.AppendIP(nil, frame.IP{Src: victim.ip, Dst: randomIP(i), Protocol: frame.ProtoUDP},
				frame.AppendUDPDatagram(nil, frame.IP{Src: victim.ip, Dst: randomIP(i)}, frame.UDP{SrcPort: uint16(i), DstPort: 53}, []byte("abc")))
			return frame.AppendICMP(b, frame.Ethernet{Src: attacker.e, Dst: victim.e}, frame.IP{Src: randomIP(i), Dst: victim.ip},
				frame.ICMP{Type: 3, Code: 3}, inner)
		}},
	}
}
