package flow_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
)

// The ends of tunnels.
var (
	outerA = side{heron.MAC{2, 0, 0, 0, 1, 1}, netip.MustParseAddr("192.0.2.1"), 60000}
	outerB = side{heron.MAC{2, 0, 0, 0, 1, 2}, netip.MustParseAddr("192.0.2.2"), 0}
)

// over is an IP packet of the outer hosts, from the first.
func over(protocol uint8, payload []byte) []byte {
	e, ip := outerA.headers(outerB)
	ip.Protocol = protocol
	return frame.AppendEthernetIP(nil, e, ip, payload)
}

// overUDP is a datagram of the outer hosts.
func overUDP(port uint16, payload []byte) []byte {
	to := outerB
	to.port = port
	return outerA.udp(to, string(payload))
}

// overLink is a frame between the outer stations.
func overLink(etherType uint16, payload []byte) []byte {
	e, _ := outerA.headers(outerB)
	return frame.AppendEthernet(nil, e, etherType, payload)
}

// tunnelCase is one way to wrap a packet.
type tunnelCase struct {
	name   string
	link   heron.LinkType // 0 is Ethernet
	b      []byte
	macs   bool   // those of the inner frame are there
	layers string // counted, by name
	flow   string // the protocol of the outer flow
}

// tunnels wrap the datagram "hello" from client to server, as IP or as a frame.
func tunnels() []tunnelCase {
	whole := client.udp(server, "hello")
	packet := whole[14 : 14+20+8+5]
	b6 := netip.MustParseAddr("2001:db8::2")
	six := frame.IP{Src: netip.MustParseAddr("2001:db8::1"), Dst: b6, Protocol: frame.ProtoIPIP}
	e6 := frame.Ethernet{Src: outerA.mac, Dst: outerB.mac}
	l2tp := func(flags uint16, rest ...[]byte) []byte {
		return join(append([][]byte{be16(flags)}, rest...)...)
	}
	ppp := join([]byte{0xff, 3, 0, 0x21}, packet)
	dot11 := join([]byte{0x08, 1, 0, 0}, outerA.mac[:], macA[:], macB[:], be16(0), []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, packet)
	snap := join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, packet)
	amsdu := join([]byte{0x88, 2, 0, 0}, macB[:], outerA.mac[:], macA[:], be16(0), []byte{0x80, 0}, macB[:], macA[:], be16(uint16(len(snap))), snap)
	udp := whole[14+20 : 14+20+8+5]
	e, ip := client.headers(server)
	ip.Protocol = frame.ProtoAH
	return []tunnelCase{
		{"mpls", 0, overLink(frame.TypeMPLS, frame.AppendMPLS(nil, packet, 100, 200)), false, "mpls", ""},
		{"mpls upstream", 0, overLink(0x8848, frame.AppendMPLS(nil, packet, 100)), false, "mpls", ""},
		{"pseudowire", 0, overLink(frame.TypeMPLS, frame.AppendMPLS(nil, join(make([]byte, 4), whole), 100)), true, "mpls", ""},
		{"pseudowire with no control word", 0, overLink(frame.TypeMPLS, frame.AppendMPLS(nil, whole, 100)), true, "mpls", ""},
		{"pppoe", 0, overLink(frame.TypePPPoE, frame.AppendPPPoE(nil, 7, frame.PPPIPv4, packet)), false, "pppoes ppp", ""},
		{"ppp", heron.LinkPPP, ppp[2:], false, "ppp", ""},
		{"ppp, compressed", heron.LinkPPP, ppp[3:], false, "ppp", ""},
		{"ppp with mpls", heron.LinkPPP, join([]byte{0xff, 3, 2, 0x81}, frame.AppendMPLS(nil, packet, 1)), false, "mpls ppp", ""},
		{"ppp serial", heron.LinkPPPSerial, ppp, false, "ppp", ""},
		{"ppp serial of Cisco", heron.LinkPPPSerial, join([]byte{0x0f, 0, 8, 0}, packet), false, "", ""},
		{"Cisco HDLC", heron.LinkCiscoHDLC, join([]byte{0x0f, 0, 8, 0}, packet), false, "", ""},
		{"pppoe alone", heron.LinkPPPoE, frame.AppendPPPoE(nil, 7, frame.PPPIPv4, packet), false, "pppoes ppp", ""},
		{"hsr", 0, overLink(0x892f, join([]byte{0, 60, 0, 1}, be16(frame.TypeIPv4), packet)), true, "hsr", ""},
		{"vntag", 0, overLink(0x8926, join(make([]byte, 4), be16(frame.TypeIPv4), packet)), true, "vntag", ""},
		{"cmd", 0, overLink(0x8909, join([]byte{1, 1, 0, 1, 0, 5}, be16(frame.TypeIPv4), packet)), true, "cmd", ""},
		{"pbb", 0, overLink(0x88e7, join(make([]byte, 4), whole)), true, "ieee8021ah", ""},
		{
			"macsec, signed only", 0,
			overLink(frame.TypeMACsec, join([]byte{0x20, 0, 0, 0, 0, 1}, make([]byte, 8), be16(frame.TypeIPv4), packet)), true, "macsec", "",
		},
		{"gre", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeIPv4}, packet)), false, "", "gre"},
		{
			"gre with all fields", 0,
			over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeIPv4, Checksum: true, Key: 9, Sequence: 3}, packet)), false, "", "gre",
		},
		{"nvgre", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeFrame, Key: 5 << 8}, whole)), true, "", "gre"},
		{"gre with mpls", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeMPLS}, frame.AppendMPLS(nil, packet, 5))), false, "mpls", "gre"},
		{
			"gre with cmd", 0,
			over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x8909}, join(be16(frame.TypeIPv4), []byte{1, 1, 0, 1, 0, 5}, packet))), false, "cmd", "gre",
		},
		{"pptp", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypePPP, Call: 4, Sequence: 1}, ppp)), false, "ppp", "gre"},
		{"wccp", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x883e}, join(make([]byte, 4), packet))), false, "", "gre"},
		{"erspan I", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeERSPAN}, whole)), true, "erspan", "gre"},
		{
			"erspan II", 0,
			over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: frame.TypeERSPAN, Sequence: 1}, join([]byte{0x10, 5, 0, 9, 0, 0, 0, 1}, whole))), true, "erspan", "gre",
		},
		{
			"erspan III", 0,
			over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x22eb, Sequence: 1}, join([]byte{0x20, 5, 0, 9}, make([]byte, 6), be16(1), make([]byte, 8), whole))), true, "erspan", "gre",
		},
		{"eoip", 0, over(frame.ProtoGRE, join([]byte{0x20, 1, 0x64, 0}, be16(uint16(len(whole))), []byte{5, 0}, whole)), true, "", "gre"},
		{"802.11 of Aruba", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x8200}, dot11)), true, "", "gre"},
		{"802.11 of Aruba, aggregated", 0, over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x8370}, amsdu)), true, "", "gre"},
		{"ipip", 0, over(frame.ProtoIPIP, packet), false, "", "ipip"},
		{"4in6", 0, frame.AppendEthernetIP(nil, e6, six, packet), false, "", "ipip"},
		{"mpls in ip", 0, over(137, frame.AppendMPLS(nil, packet, 5)), false, "mpls", "mpls"},
		{"etherip", 0, over(frame.ProtoEtherIP, join([]byte{0x30, 0}, whole)), true, "", "etherip"},
		{"vxlan", 0, overUDP(frame.PortVXLAN, frame.AppendVXLAN(nil, 77, whole)), true, "", "vxlan"},
		{"vxlan of Linux", 0, overUDP(8472, frame.AppendVXLAN(nil, 77, whole)), true, "", "vxlan"},
		{"vxlan on any port", 0, overUDP(23456, frame.AppendVXLAN(nil, 77, whole)), true, "", "vxlan"},
		{"vxlan with a policy", 0, overUDP(frame.PortVXLAN, join([]byte{0x88, 0, 0, 5, 0, 0, 77, 0}, whole)), true, "", "vxlan"},
		{"vxlan gpe", 0, overUDP(4790, join([]byte{0x0c, 0, 0, 1, 0, 0, 77, 0}, packet)), false, "", "vxlan"},
		{"geneve", 0, overUDP(frame.PortGeneve, frame.AppendGeneve(nil, 77, frame.TypeFrame, make([]byte, 8), whole)), true, "", "geneve"},
		{"geneve with ip", 0, overUDP(frame.PortGeneve, frame.AppendGeneve(nil, 77, frame.TypeIPv4, nil, packet)), false, "", "geneve"},
		{"gtp", 0, overUDP(frame.PortGTPU, frame.AppendGTPU(nil, 1, 0, packet)), false, "", "gtp"},
		{"gtp with a number", 0, overUDP(frame.PortGTPU, frame.AppendGTPU(nil, 1, 2, packet)), false, "", "gtp"},
		{
			"gtp with an extension", 0,
			overUDP(frame.PortGTPU, join([]byte{0x34, 0xff}, be16(uint16(8+len(packet))), make([]byte, 4), []byte{0, 0, 0, 0x85, 1, 0, 0, 0}, packet)), false, "", "gtp",
		},
		{"l2tp", 0, overUDP(frame.PortL2TP, l2tp(0x0002, be16(1), be16(2), ppp)), false, "ppp", "l2tp"},
		{
			"l2tp with all fields", 0,
			overUDP(frame.PortL2TP, l2tp(0x4a02, be16(uint16(16+len(ppp))), be16(1), be16(2), be16(3), be16(4), be16(2), be16(0), ppp)), false, "ppp", "l2tp",
		},
		{"capwap", 0, overUDP(frame.PortCAPWAP, join([]byte{0, 0x10, 0x42, 0, 0, 0, 0, 0}, whole)), true, "", "capwap"},
		{"capwap with 802.11", 0, overUDP(frame.PortCAPWAP, join([]byte{0, 0x10, 0x43, 0, 0, 0, 0, 0}, dot11)), true, "", "capwap"},
		{"tzsp", 0, overUDP(frame.PortTZSP, join([]byte{1, 0, 0, 1, 10, 1, 0xd0, 0, 1}, whole)), true, "", "tzsp"},
		{"tzsp with 802.11", 0, overUDP(frame.PortTZSP, join([]byte{1, 0, 0, 0x12, 1}, dot11)), true, "", "tzsp"},
		{"ah", 0, frame.AppendEthernetIP(nil, e, ip, frame.AppendAH(nil, frame.ProtoUDP, udp)), true, "ah", ""},
	}
}

// names lists the layers that were counted, and checks that each was so once.
func names(t *testing.T, table *flow.Table) string {
	t.Helper()
	var out []string
	for _, l := range table.AppendLayers(nil) {
		if l.Packets != 1 {
			t.Errorf("%d packets in layer %s, want 1", l.Packets, l.Name)
		}
		out = append(out, l.Name)
	}
	return strings.Join(out, " ")
}

// What comes in a tunnel is found as if it came alone: its own flow and message,
// and no stations but those of a frame inside.
func TestTunnels(t *testing.T) {
	t.Parallel()
	for _, tt := range tunnels() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.link == 0 {
				tt.link = heron.LinkEthernet
			}
			s := newScript(t, "mf")
			var src, dst heron.MAC
			s.sink.verdict = func(m *heron.Message) heron.Verdict {
				src, dst = m.Src.MAC, m.Dst.MAC
				return heron.Verdict{}
			}
			s.feedAs(tt.link, tt.b)
			if want := `m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 "hello"`; !slices.Contains(s.sink.lines, want) {
				t.Fatalf("got %q, stats %+v", s.sink.lines, s.table.Stats())
			}
			if got := !src.IsZero() && !dst.IsZero(); got != tt.macs || !tt.macs && (!src.IsZero() || !dst.IsZero()) {
				t.Errorf("stations %v and %v", src, dst)
			}
			if got := names(t, s.table); got != tt.layers {
				t.Errorf("layers %q, want %q", got, tt.layers)
			}
			s.table.Flush()
			outer := ""
			for _, line := range s.sink.lines {
				if strings.HasPrefix(line, "f ") && strings.HasSuffix(line, "ended") && !strings.Contains(line, "10.0.0.1") {
					outer = strings.Fields(line)[2]
				}
			}
			if outer != tt.flow {
				t.Errorf("the outer flow is %q, want %q", outer, tt.flow)
			}
			if st := s.table.Stats(); st.Packets != 1 || st.Malformed+st.Undecoded != 0 {
				t.Errorf("stats %+v", st)
			}
			for n := range tt.b { // no prefix may break anything
				s.feedAs(tt.link, tt.b[:n])
			}
			if st := s.table.Stats(); st.Malformed+st.Undecoded > st.Packets {
				t.Errorf("all prefixes: stats %+v", st)
			}
		})
	}
}

func TestIPv6InTunnels(t *testing.T) {
	t.Parallel()
	a, b := side{macA, ip6A, 5353}, side{macB, ip6B, 80}
	whole := a.udp(b, "hello")
	packet := whole[14 : 14+40+8+5]
	teredoA := frame.IP{Src: netip.MustParseAddr("2001:0:1::1"), Dst: ip6B, Protocol: frame.ProtoUDP}
	inner := frame.AppendIP(nil, teredoA, frame.AppendUDPDatagram(nil, teredoA, frame.UDP{SrcPort: 5353, DstPort: 80}, []byte("hello")))
	const text = `m udp fd00::1:5353 > fd00::2:80 #0 "hello"`
	tests := []struct {
		name, want, flow string
		b                []byte
	}{
		{"6in4", text, "ipip", over(frame.ProtoIPv6, packet)},
		{"mpls", text, "", overLink(frame.TypeMPLS, frame.AppendMPLS(nil, packet, 2))},
		{"pppoe", text, "", overLink(frame.TypePPPoE, frame.AppendPPPoE(nil, 7, frame.PPPIPv6, packet))},
		{"gtp", text, "gtp", overUDP(frame.PortGTPU, frame.AppendGTPU(nil, 1, 0, packet))},
		{"teredo", `m udp 2001:0:1::1:5353 > fd00::2:80 #0 "hello"`, "teredo", overUDP(frame.PortTeredo, inner)},
		{
			"teredo with all before it", `m udp 2001:0:1::1:5353 > fd00::2:80 #0 "hello"`, "teredo",
			overUDP(frame.PortTeredo, join([]byte{0, 1, 0, 0}, make([]byte, 9), make([]byte, 8), inner)),
		},
	}
	for _, tt := range tests {
		s := newScript(t, "mf")
		s.feed(tt.b)
		s.table.Flush()
		if !slices.Contains(s.sink.lines, tt.want) || tt.flow != "" && !strings.Contains(strings.Join(s.sink.lines, "\n"), " "+tt.flow+" ") {
			t.Errorf("%s: got %q, stats %+v", tt.name, s.sink.lines, s.table.Stats())
		}
	}
}

// back is the same packet from the other end, in a tunnel from the other end.
func TestBothDirectionsOfATunnelAreOneFlow(t *testing.T) {
	t.Parallel()
	vxlan := func(from, to, a, b side, network uint32) []byte {
		to.port = frame.PortVXLAN
		return from.udp(to, string(frame.AppendVXLAN(nil, network, a.udp(b, "x"))))
	}
	gtp := func(from, to, a, b side, id uint32) []byte {
		from.port, to.port = frame.PortGTPU, frame.PortGTPU
		return from.udp(to, string(frame.AppendGTPU(nil, id, 0, a.udp(b, "x")[14:14+20+8+1])))
	}
	s := newScript(t, "f")
	s.feed(vxlan(outerA, outerB, client, server, 5)).feed(vxlan(outerB, outerA, server, client, 5))
	s.feed(vxlan(outerA, outerB, client, server, 6))
	s.feed(gtp(outerA, outerB, client, server, 1)).feed(gtp(outerB, outerA, server, client, 2))
	s.feed(client.udp(server, "x"))
	other := outerA
	other.ip = netip.MustParseAddr("192.0.2.99")
	s.feed(gtp(other, outerB, client, server, 1))
	var inner []string
	s.sink.lines = nil
	s.table.Flush()
	for _, line := range s.sink.lines {
		if strings.Contains(line, "10.0.0.1") {
			inner = append(inner, line)
		}
	}
	slices.Sort(inner)
	want := []string{
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0 ended",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0 ended",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 attempt 1/0 ended",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 established 1/1 ended",
		"f udp 10.0.0.1:40000 > 10.0.0.2:80 established 1/1 ended",
	}
	if !slices.Equal(inner, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(inner, "\n"), strings.Join(want, "\n"))
	}
}

// Fragments of equal datagrams in two tunnels are not mixed.
func TestFragmentsInTunnels(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m")
	wrap := func(network uint32, b []byte) []byte {
		return overUDP(frame.PortVXLAN, frame.AppendVXLAN(nil, network, b))
	}
	one := fragmented(client, server, 1, "the first of two datagrams", 16)
	two := fragmented(client, server, 1, "another, for the second net", 16)
	for i := range one {
		s.feed(wrap(1, one[i])).feed(wrap(2, two[i]))
	}
	s.want(
		`m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 "the first of two datagrams"`,
		`m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 "another, for the second net"`,
	)
}

// A tunnel whose datagrams come in fragments may itself carry fragments.
func TestFragmentsOfTunnelsOfFragments(t *testing.T) {
	t.Parallel()
	s := newScript(t, "m")
	for _, b := range fragmented(client, server, 1, strings.Repeat("long ", 60), 200) {
		to := outerB
		to.port = frame.PortVXLAN
		for _, piece := range fragmented(outerA, to, uint32(len(b))+s.fragmentID(), string(frame.AppendVXLAN(nil, 1, b)), 64) {
			s.feed(piece)
		}
	}
	s.want(`m udp 10.0.0.1:40000 > 10.0.0.2:80 #0 300 bytes`)
}

// fragmentID is another number with each call.
func (s *script) fragmentID() uint32 {
	s.now++
	return uint32(s.now)
}

// What stations say to each other on a link is told when it comes in a tunnel, with
// the stations of the frame inside.
func TestFramesThatAreNotIPInTunnels(t *testing.T) {
	t.Parallel()
	e := frame.Ethernet{Src: macA, Dst: macB, VLAN: 7}
	login := frame.AppendEthernet(nil, e, 0x888e, []byte("login"))[:14+4+5]
	cdp := frame.AppendSNAP(nil, frame.Ethernet{Src: macA, Dst: macB}, [3]byte{0, 0, 0xc}, 0x2000, []byte("cdp"))
	air := join([]byte{0x08, 1, 0, 0}, outerA.mac[:], macA[:], macB[:], be16(0), []byte{0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e}, []byte("login"))
	gre := func(protocol uint16, b []byte) []byte {
		return over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: protocol}, b))
	}
	const tagged = `m 888e 02:00:00:00:00:0a@7 > 02:00:00:00:00:0b@7 #0 "login"`
	const plain = `m 888e 02:00:00:00:00:0a > 02:00:00:00:00:0b #0 "login"`
	const neighbour = `m 000b 02:00:00:00:00:0a > 02:00:00:00:00:0b #0 "\xaa\xaa\x03\x00\x00\f \x00cdp"`
	for _, tt := range []struct {
		name string
		link heron.LinkType
		b    []byte
		want string
	}{
		{"gre", heron.LinkEthernet, gre(frame.TypeFrame, login), tagged},
		{"gre, cdp", heron.LinkEthernet, gre(frame.TypeFrame, cdp), neighbour},
		{"erspan", heron.LinkEthernet, gre(frame.TypeERSPAN, login), tagged},
		{"erspan, cdp", heron.LinkEthernet, gre(frame.TypeERSPAN, cdp), neighbour},
		{"vxlan", heron.LinkEthernet, overUDP(frame.PortVXLAN, frame.AppendVXLAN(nil, 77, login)), tagged},
		{"802.11 of Aruba", heron.LinkEthernet, gre(0x8200, air), plain},
		{"802.11", heron.Link80211, air, plain},
		{"radiotap", heron.LinkRadiotap, join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, air), plain},
	} {
		s := newScript(t, "m")
		s.feedAs(tt.link, tt.b)
		if !slices.Contains(s.sink.lines, tt.want) {
			t.Errorf("%s: got %q, stats %+v", tt.name, s.sink.lines, s.table.Stats())
		}
	}
}

func TestUnsupportedEncapsulations(t *testing.T) {
	t.Parallel()
	packet := client.udp(server, "hello")[14:]
	deep := packet
	for range 5 {
		_, ip := outerA.headers(outerB)
		ip.Protocol = frame.ProtoIPIP
		deep = frame.AppendIP(nil, ip, deep)
	}
	manyTags := packet
	for range 9 {
		manyTags = join(be16(1), be16(0x8100), manyTags)
	}
	tests := []struct {
		name   string
		b      []byte
		layers string
	}{
		{"macsec", overLink(frame.TypeMACsec, join([]byte{0x2c, 0}, make([]byte, 60))), "macsec"},
		{"trill", overLink(0x22f3, make([]byte, 60)), "trill"},
		{"nsh", overLink(0x894f, make([]byte, 60)), "nsh"},
		{"too deep", frame.AppendEthernet(nil, frame.Ethernet{Src: outerA.mac, Dst: outerB.mac}, frame.TypeIPv4, deep), ""},
		{"too many tags", overLink(0x8100, manyTags), "vlan"},
		{"gre with routes", over(frame.ProtoGRE, join([]byte{0x40, 0, 8, 0}, packet)), ""},
		{"nhrp", over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x2001}, make([]byte, 20))), ""},
		{"between the types of Aruba", over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{Protocol: 0x8241}, make([]byte, 20))), ""},
		{"compressed ppp", overLink(frame.TypePPPoE, frame.AppendPPPoE(nil, 7, 0xfd, make([]byte, 40))), "pppoes ppp"},
		{"a pseudowire of ATM", overLink(frame.TypeMPLS, frame.AppendMPLS(nil, slices.Repeat([]byte{0x5f}, 40), 100)), "mpls"},
		{"a label stack with no bottom", overLink(frame.TypeMPLS, make([]byte, 100)), "mpls"},
		{"part of a capwap frame", overUDP(frame.PortCAPWAP, join([]byte{0, 0x10, 2, 0x80, 0, 0, 0, 0}, make([]byte, 40))), ""},
	}
	for _, tt := range tests {
		s := newScript(t, "")
		s.feed(tt.b)
		if st := s.table.Stats(); st.Undecoded != 1 || st.Unsupported != 1 || st.Malformed != 0 {
			t.Errorf("%s: stats %+v", tt.name, st)
		}
		if got := names(t, s.table); got != tt.layers {
			t.Errorf("%s: layers %q, want %q", tt.name, got, tt.layers)
		}
	}
}

// What links and tunnels say to each other is neither lost nor a fault.
func TestControlIsNoLoss(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		b    []byte
		want []string
	}{
		{"discovery", overLink(frame.TypePPPoED, []byte{0x11, 9, 0, 0, 0, 0}), []string{"m 8863 02:00:00:00:01:01 > 02:00:00:00:01:02 #0 46 bytes"}},
		{"lcp", overLink(frame.TypePPPoE, frame.AppendPPPoE(nil, 7, 0xc021, make([]byte, 8))), nil},
		{"an echo of gtp", overUDP(frame.PortGTPU, []byte{0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0}), nil},
		{"no vxlan on its port", overUDP(frame.PortVXLAN, []byte("hello, I am no tunnel")), []string{`m udp 192.0.2.1:60000 > 192.0.2.2:4789 #0 "hello, I am no tunnel"`}},
		{"l2tp", overUDP(frame.PortL2TP, join(be16(0xc802), be16(12), make([]byte, 8))), nil},
		{"tzsp keep-alive", overUDP(frame.PortTZSP, []byte{1, 4, 0, 0}), nil},
		{"capwap keep-alive", overUDP(frame.PortCAPWAP, []byte{0, 0x10, 0, 8, 0, 0, 0, 0, 1, 2, 3, 4}), nil},
		{"gre keep-alive", over(frame.ProtoGRE, frame.AppendGRE(nil, frame.GRE{}, nil)), nil},
	}
	for _, tt := range tests {
		s := newScript(t, "m")
		s.feed(tt.b)
		if st := s.table.Stats(); !slices.Equal(s.sink.lines, tt.want) || st.Undecoded+st.Malformed != 0 {
			t.Errorf("%s: got %q, stats %+v", tt.name, s.sink.lines, st)
		}
	}
}

func TestWPAN(t *testing.T) {
	t.Parallel()
	data := []byte{0x41, 0x88, 1, 0x34, 0x12, 0, 0, 1, 0} // one network, short addresses
	zigbee := join(data, []byte{0x08, 0x02, 0, 0, 1, 0, 30, 5}, make([]byte, 10))
	tests := []struct {
		name, layers string
		link         heron.LinkType
		b            []byte
		undecoded    uint64
	}{
		{"zigbee", "wpan zbee_nwk", heron.LinkWPAN, zigbee, 0},
		{"zigbee with no check sequence", "wpan zbee_nwk", heron.LinkWPANNoFCS, zigbee, 0},
		{"behind a preamble", "wpan zbee_nwk", heron.LinkWPANNonASK, join(make([]byte, 4), []byte{0xa7, byte(len(zigbee))}, zigbee), 0},
		{"behind what the radio tells", "wpan zbee_nwk", heron.LinkWPANTAP, join([]byte{0, 0, 12, 0, 0, 0, 1, 0, 1, 0, 0, 0}, zigbee, []byte{1, 2}), 0},
		{"acknowledgement", "wpan", heron.LinkWPAN, []byte{2, 0, 1, 0, 0}, 0},
		{"encrypted", "wpan", heron.LinkWPAN, join([]byte{0x49, 0x88}, zigbee[2:]), 1},
		{"6LoWPAN", "wpan 6lowpan", heron.LinkWPAN, join(data, []byte{0x7a, 0x33}, make([]byte, 10)), 1},
	}
	for _, tt := range tests {
		s := newScript(t, "")
		s.feedAs(tt.link, tt.b)
		if st := s.table.Stats(); st.Undecoded != tt.undecoded || st.Malformed != 0 {
			t.Errorf("%s: stats %+v", tt.name, st)
		}
		if got := names(t, s.table); got != tt.layers {
			t.Errorf("%s: layers %q, want %q", tt.name, got, tt.layers)
		}
		for n := range tt.b {
			s.feedAs(tt.link, tt.b[:n])
		}
	}
}

// All frames of a flow have one share, whichever way they go and whatever is
// around them.
func TestShareLooksThrough(t *testing.T) {
	t.Parallel()
	share := func(link heron.LinkType, b []byte) uint64 {
		of, _, _ := flow.Share(&heron.Packet{Data: b, OrigLen: len(b), Link: link})
		return of
	}
	plain := client.udp(server, "hello")
	want := share(heron.LinkEthernet, plain)
	reply := server.udp(client, "hello")
	if got := share(heron.LinkEthernet, reply); got != want || want == 0 {
		t.Errorf("the reply has share %d, want %d", got, want)
	}
	for _, tt := range tunnels() {
		link := tt.link
		if link == 0 {
			link = heron.LinkEthernet
		}
		outer := tt.flow != ""
		if got := share(link, tt.b); (got == want) == outer {
			t.Errorf("%s: share %d; of the flow itself %d", tt.name, got, want)
		}
	}
	snap := frame.AppendSNAP(nil, frame.Ethernet{Src: macA, Dst: macB}, [3]byte{}, frame.TypeIPv4, plain[14:])
	if got := share(heron.LinkEthernet, snap); got != want {
		t.Errorf("behind SNAP the share is %d, want %d", got, want)
	}
	cooked := join([]byte{0, 0, 0, 1, 0, 6}, macA[:], be16(0), binary.BigEndian.AppendUint16(nil, frame.TypeIPv4), plain[14:])
	if got := share(heron.LinkLinuxSLL, cooked); got != want {
		t.Errorf("in a cooked frame the share is %d, want %d", got, want)
	}
}
